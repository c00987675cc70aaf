package io.perennial.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ExecutionException;

/** The least that answers over HTTP from the database: a server on as many event loops as the service has, and a pool. */
final class BareServer implements AutoCloseable {

    /** What is done for a request, and the JSON that it is answered with. */
    @FunctionalInterface
    interface Answer {

        Future<Buffer> to(HttpServerRequest request, Pool pool);
    }

    private final Vertx vertx = Vertx.vertx();
    private final int port;

    /** Starts it. */
    BareServer(PgConnectOptions database, int connections, Answer answer)
            throws ExecutionException, InterruptedException, IOException {
        var pool = PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(connections))
                .connectingTo(database.setCachePreparedStatements(true).setPipeliningLimit(64))
                .using(vertx)
                .build();
        this.port = freePort();
        for (var i = 0; i < VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE; i++) {
            vertx.createHttpServer()
                    .requestHandler(request -> answer.to(request, pool)
                            .compose(json -> request.response()
                                    .putHeader("Content-Type", "application/json")
                                    .end(json))
                            .onFailure(
                                    e -> request.response().setStatusCode(500).end(String.valueOf(e.getMessage()))))
                    .listen(port, "localhost")
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

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
