package io.perennial.bench;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.UUID;

/**
 * The least that answers with a decision that is logged: two prepared statements, of which one reads the features of the
 * customer by their key and the other writes a decision that is always the same.
 */
record BareDecisions(UUID organization) implements BareServer.Answer {

    private static final String READ = "select * from customer_feature where organization_id = $1 and customer_id = $2";

    private static final String WRITE = """
            insert into offer_decisions (organization_id, customer_id, decision_id, decided_at, policy, policy_version,
                offer_id, held_out, explored, propensity, eligible, probabilities, propensities, costs, margins, features,
                feature_schema, value, cost, outcome)
            select $1, $2, $3, $4, 'nbo', 'nbo-1', 3, false, false, 0.9, '{1,3,4}', '{0.1,0.3,0.2}', '{0.05,0.9,0.05}',
                '{8,6,10}', '{25,18,35}', array_fill(1::real, array[33]), 0, 100, 6, 'pending'""";

    @Override
    public Future<Buffer> to(HttpServerRequest request, Pool pool) {
        var customer = UUID.fromString(request.path().substring(1));
        return pool.preparedQuery(READ)
                .execute(Tuple.of(organization, customer))
                .compose(found -> pool.preparedQuery(WRITE)
                        .execute(Tuple.of(organization, customer, UUID.randomUUID(), OffsetDateTime.now()))
                        .map(written -> found.iterator().next().toJson().toBuffer()));
    }
}
