package io.perennial.recovery.outcome;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.ZoneOffset;

import io.perennial.outreach.template.MessageOutcomes;
import io.perennial.recovery.cases.CaseListener;
import io.perennial.recovery.cases.CaseStatus;
import io.perennial.recovery.cases.RecoveryCase;

/**
 * Gives the credit for a recovery to the last message that was sent for the case before it, as {@link FigureSql} does, so that
 * the outcomes of a template and the figures of recovery say the same.
 */
@ApplicationScoped
class RecoveryCredit implements CaseListener {

    private final MessageOutcomes outcomes;

    RecoveryCredit(MessageOutcomes outcomes) {
        this.outcomes = outcomes;
    }

    @Override
    public Uni<Void> activated(SqlConnection transaction, RecoveryCase recoveryCase) {
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Void> escalated(SqlConnection transaction, RecoveryCase recoveryCase) {
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Void> closed(SqlConnection transaction, RecoveryCase recoveryCase) {
        return recoveryCase.status() == CaseStatus.RECOVERED && !recoveryCase.isHoldout()
                ? credit(transaction, recoveryCase)
                : Uni.createFrom().voidItem();
    }

    private Uni<Void> credit(SqlConnection transaction, RecoveryCase recoveryCase) {
        var recoveredAt = recoveryCase.metrics().recoveredAt();
        return transaction
                .preparedQuery("""
                        select message_id
                        from outreach_messages
                        where organization_id = $1 and customer_id = $2 and thread_id = $3 and sent_at <= $4
                        order by sent_at desc, place desc, message_id desc
                        limit 1""")
                .execute(Tuple.of(
                        recoveryCase.organizationId(),
                        recoveryCase.customerId(),
                        recoveryCase.id(),
                        recoveredAt.atOffset(ZoneOffset.UTC)))
                .chain(rows -> {
                    for (var row : rows) {
                        return outcomes.recovered(
                                transaction,
                                recoveryCase.organizationId(),
                                recoveryCase.customerId(),
                                row.getUUID(0),
                                recoveredAt);
                    }
                    return Uni.createFrom().voidItem();
                });
    }
}
