package io.perennial.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.perennial.platform.DatabaseConfig;

/** The route alone on a server of its own, because a running service has only one kind of database. */
class DevelopmentKeyRouteTest {

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void theEmbeddedDatabaseHasADevelopmentKey() throws Exception {
        var answer = ask(true);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("perennial-dev");
    }

    @Test
    void anyOtherDatabaseHasNone() throws Exception {
        var answer = ask(false);

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
    }

    private HttpResponse<String> ask(boolean embedded) throws Exception {
        var router = Router.router(vertx);
        new DevelopmentKeyRoute(new Database(embedded)).install(router);
        var server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "localhost")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        var uri = URI.create("http://localhost:" + server.actualPort() + "/q/development-key");
        return send(HttpRequest.newBuilder(uri).build());
    }

    private static HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private record Database(boolean embedded) implements DatabaseConfig {

        @Override
        public String url() {
            return "postgresql://localhost:5432/perennial";
        }

        @Override
        public String user() {
            return "perennial";
        }

        @Override
        public String password() {
            return "";
        }

        @Override
        public String serviceUser() {
            return "perennial_service";
        }

        @Override
        public String servicePassword() {
            return "";
        }

        @Override
        public boolean migrate() {
            return true;
        }

        @Override
        public int schemaVersion() {
            return 1;
        }
    }
}
