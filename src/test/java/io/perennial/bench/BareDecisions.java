package io.perennial.bench;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.OffsetDateTime;
import java.util.UUID;
import java.util.concurrent.ExecutionException;

/**
 * The least that answers with a decision that is logged: HTTP servers, a pool and two prepared statements, of which one reads
 * the features of the customer by their key and the other writes a decision that is always the same.
 */
final class BareDecisions implements AutoCloseable {

    private static final String READ = "select * from customer_feature where organization_id = $1 and customer_id = $2";

    private static final String WRITE = """
            insert into offer_decisions (organization_id, customer_id, decision_id, decided_at, policy, policy_version,
                offer_id, held_out, explored, propensity, eligible, probabilities, propensities, costs, margins, features,
                feature_schema, value, cost, outcome)
            select $1, $2, $3, $4, 'nbo', 'nbo-1', 3, false, false, 0.9, '{1,3,4}', '{0.1,0.3,0.2}', '{0.05,0.9,0.05}',
                '{8,6,10}', '{25,18,35}', array_fill(1::real, array[33]), 0, 100, 6, 'pending'""";

    private final Vertx vertx = Vertx.vertx();
    private final UUID organization;
    private final Pool pool;
    private final int port;

    /** Starts it, with as many event loops as the service has. */
    BareDecisions(PgConnectOptions database, int connections, UUID organization)
            throws ExecutionException, InterruptedException, IOException {
        this.organization = organization;
        this.pool = PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(connections))
                .connectingTo(database.setCachePreparedStatements(true).setPipeliningLimit(64))
                .using(vertx)
                .build();
        this.port = freePort();
        for (var i = 0; i < VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE; i++) {
            vertx.createHttpServer()
                    .requestHandler(this::answer)
                    .listen(port, "localhost")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
        }
    }

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
        pool.preparedQuery(READ)
                .execute(Tuple.of(organization, customer))
                .compose(found -> pool.preparedQuery(WRITE)
                        .execute(Tuple.of(organization, customer, UUID.randomUUID(), OffsetDateTime.now()))
                        .compose(written -> request.response()
                                .putHeader("Content-Type", "application/json")
                                .end(found.iterator().next().toJson().toBuffer())))
                .onFailure(e -> request.response().setStatusCode(500).end(String.valueOf(e.getMessage())));
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
