package io.perennial.tenant;

import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import io.perennial.platform.DatabaseConfig;

/**
 * Tells the page with the API's documentation which key to begin with, so that an evaluation needs no setup. On any
 * database but the embedded one there is no such key, and the answer is empty.
 */
@ApplicationScoped
class DevelopmentKeyRoute {

    private final DatabaseConfig database;

    DevelopmentKeyRoute(DatabaseConfig database) {
        this.database = database;
    }

    void install(@Observes Router router) {
        router.get("/q/development-key").handler(request -> {
            var response = request.response().putHeader("Cache-Control", "no-store");
            if (database.embedded()) {
                response.putHeader("Content-Type", "text/plain").end(FirstKeys.DEVELOPMENT_KEY);
            } else {
                response.setStatusCode(204).end();
            }
        });
    }
}
