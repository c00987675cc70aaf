package io.perennial.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.UUID;
import java.util.concurrent.ExecutionException;

/** The least that answers with a customer's segment: HTTP servers, a pool and one prepared statement. */
final class BareService implements AutoCloseable {

    private static final String SQL = """
            select customer_id, segment, segment_score, recency_score, frequency_score, monetary_score, engagement_score,
                churn_probability, model_version, run_id, as_of, assigned_at, entered_at
            from segment_assignments
            where organization_id = $1 and customer_id = $2""";

    private final Vertx vertx = Vertx.vertx();
    private final UUID organization;
    private final boolean isolated;
    private final Pool pool;
    private final int port;

    /**
     * Starts it, with as many event loops as the service has.
     *
     * @param isolated whether the statement runs in a transaction that first sets the tenant
     */
    BareService(PgConnectOptions database, int connections, UUID organization, boolean isolated)
            throws ExecutionException, InterruptedException, IOException {
        this.organization = organization;
        this.isolated = isolated;
        this.pool = PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(connections))
                .connectingTo(database.setCachePreparedStatements(true).setPipeliningLimit(64))
                .using(vertx)
                .build();
        this.port = freePort();
        for (var i = 0; i < VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE; i++) {
            var server = vertx.createHttpServer().requestHandler(this::answer);
            server.listen(port, "localhost")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
        }
    }

    /** Servers share a port that has a number from the start. */
    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    private void answer(HttpServerRequest request) {
        var customer = UUID.fromString(request.path().substring(1));
        var parameters = Tuple.of(organization, customer);
        var rows = isolated ? isolated(parameters) : pool.preparedQuery(SQL).execute(parameters);
        rows.compose(found -> request.response()
                        .putHeader("Content-Type", "application/json")
                        .end(found.iterator().next().toJson().toBuffer()))
                .onFailure(e -> request.response().setStatusCode(500).end(String.valueOf(e.getMessage())));
    }

    private Future<RowSet<Row>> isolated(Tuple parameters) {
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

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
