package io.perennial.tenant;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.ConfigMapping;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

import io.perennial.platform.DatabaseConfig;

/** Makes the first key of the instance: from the environment, or {@code perennial-dev} on the embedded database only. */
@ApplicationScoped
class FirstKeys {

    /** The admin of every evaluation; never valid on another database. */
    static final String DEVELOPMENT_KEY = "perennial-dev";

    private static final Logger LOG = Logger.getLogger(FirstKeys.class);
    private static final int MIN_LENGTH = 20;

    /** Keys that are there before anybody made one. */
    @ConfigMapping(prefix = "perennial.admin")
    interface Config {

        /**
         * The first admin key of the whole instance, at least 20 characters; from the environment
         * ({@code PERENNIAL_ADMIN_KEY}). Without it nobody can create an organization on a database that has none.
         */
        Optional<String> key();
    }

    private final ApiKeys keys;
    private final Config config;
    private final DatabaseConfig database;

    FirstKeys(ApiKeys keys, Config config, DatabaseConfig database) {
        this.keys = keys;
        this.config = config;
        this.database = database;
    }

    void onStart(@Observes StartupEvent event) {
        ensure().await().atMost(Duration.ofSeconds(30));
    }

    private Uni<Void> ensure() {
        return ensureDevelopmentKey().chain(this::ensureConfiguredKey);
    }

    private Uni<Void> ensureDevelopmentKey() {
        return database.embedded()
                ? keys.ensureInstanceAdmin("development", DEVELOPMENT_KEY)
                : Uni.createFrom().voidItem();
    }

    private Uni<Void> ensureConfiguredKey() {
        if (config.key().isEmpty()) {
            if (!database.embedded()) {
                LOG.warn("PERENNIAL_ADMIN_KEY is not set: only keys that are in the database already are accepted");
            }
            return Uni.createFrom().voidItem();
        }
        var key = config.key().get();
        if (key.length() < MIN_LENGTH) {
            throw new IllegalStateException("PERENNIAL_ADMIN_KEY needs at least " + MIN_LENGTH + " characters");
        }
        return keys.ensureInstanceAdmin("environment", key);
    }
}
