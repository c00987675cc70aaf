package io.perennial.demo;

import io.quarkus.vertx.http.HttpServerStart;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.ObservesAsync;
import org.jboss.logging.Logger;

import io.perennial.platform.DatabaseConfig;

/** Greets whoever has just started the service for a look at it. */
@ApplicationScoped
class Welcome {

    private static final Logger LOG = Logger.getLogger(Welcome.class);

    private final DemoData demo;
    private final DemoConfig config;
    private final DatabaseConfig database;

    Welcome(DemoData demo, DemoConfig config, DatabaseConfig database) {
        this.demo = demo;
        this.config = config;
        this.database = database;
    }

    void greet(@ObservesAsync HttpServerStart server) {
        var swaggerUi = "http://localhost:" + server.options().getPort() + "/q/swagger-ui";
        if (database.embedded() && server.options().getPort() > 0) {
            say("Perennial is up. Swagger UI: " + swaggerUi + " (API key: perennial-dev)");
        }
        if (config.enabled().orElse(database.embedded())) {
            demo.load()
                    .subscribe()
                    .with(
                            done -> say("The demo organizations are ready."),
                            failure -> LOG.error("The demo organizations could not be made", failure));
        }
    }

    /** For a person at a terminal, among log lines that are for machines. */
    private static void say(String text) {
        System.out.println(text);
    }
}
