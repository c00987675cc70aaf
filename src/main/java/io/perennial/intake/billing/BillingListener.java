package io.perennial.intake.billing;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;

/**
 * Somebody who acts on billing facts. Every implementation is told of every fact that is new, once, in the order in which facts
 * of a customer occurred; of facts that came too late to change anything, and of what was said before, nobody is told.
 */
public interface BillingListener {

    /**
     * A fact is known from now on.
     *
     * @param transaction that stores the fact, and whatever is done here with it; a failure undoes both
     */
    Uni<Void> happened(SqlConnection transaction, BillingFact fact);

    /**
     * Many facts are known from now on, in the order in which they occurred: from an upload, or because a customer came whom
     * they had waited for. Whoever can act on all of them with one statement does so here.
     */
    default Uni<Void> happened(SqlConnection transaction, List<BillingFact> facts) {
        return Multi.createFrom()
                .iterable(facts)
                .onItem()
                .transformToUniAndConcatenate(fact -> happened(transaction, fact))
                .collect()
                .asList()
                .replaceWithVoid();
    }
}
