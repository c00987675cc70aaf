package io.perennial.bench;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
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
 * The least that takes webhooks in: HTTP servers, a pool and one prepared statement, which puts down what came. It checks no
 * signature, and nothing follows from the event.
 */
final class BareWebhooks implements AutoCloseable {

    private static final String WRITE = """
            insert into webhook_events (organization_id, id, source, event_id, event_type, status, received_at)
            values ($1, $2, 'perennial', $3, $4, 'ignored', $5)""";

    private final Vertx vertx = Vertx.vertx();
    private final UUID organization;
    private final Pool pool;
    private final int port;

    /** Starts it, with as many event loops as the service has. */
    BareWebhooks(PgConnectOptions database, int connections, UUID organization)
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
        request.body()
                .map(Buffer::toJsonObject)
                .compose(event -> pool.preparedQuery(WRITE)
                        .execute(Tuple.of(
                                organization,
                                UUID.randomUUID(),
                                event.getString("id"),
                                event.getString("type"),
                                OffsetDateTime.now()))
                        .compose(written -> request.response()
                                .putHeader("Content-Type", "application/json")
                                .end(new JsonObject()
                                        .put("event_id", event.getString("id"))
                                        .toBuffer())))
                .onFailure(e -> request.response().setStatusCode(500).end(String.valueOf(e.getMessage())));
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
