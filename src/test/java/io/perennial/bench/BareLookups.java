package io.perennial.bench;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.UUID;

/**
 * The least that answers with a customer's segment: one prepared statement.
 *
 * @param isolated whether the statement runs in a transaction that first sets the tenant
 */
record BareLookups(UUID organization, boolean isolated) implements BareServer.Answer {

    private static final String SQL = """
            select customer_id, segment, segment_score, recency_score, frequency_score, monetary_score, engagement_score,
                churn_probability, model_version, run_id, as_of, assigned_at, entered_at
            from segment_assignments
            where organization_id = $1 and customer_id = $2""";

    @Override
    public Future<Buffer> to(HttpServerRequest request, Pool pool) {
        var customer = UUID.fromString(request.path().substring(1));
        var parameters = Tuple.of(organization, customer);
        var rows =
                isolated ? isolated(pool, parameters) : pool.preparedQuery(SQL).execute(parameters);
        return rows.map(found -> found.iterator().next().toJson().toBuffer());
    }

    private Future<RowSet<Row>> isolated(Pool pool, Tuple parameters) {
        return pool.getConnection().compose(connection -> {
            connection
                    .query("begin; set local perennial.organization_id = '" + organization + "'")
                    .execute();
            var result = connection.preparedQuery(SQL).execute(parameters);
            var commit = connection.query("commit").execute();
            return Future.join(result, commit)
                    .eventually(() -> connection.close())
                    .map(done -> result.result());
        });
    }
}
