package io.perennial.testing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

import io.perennial.platform.DatabaseSettings;

/** Gives the tests a real PostgreSQL: the one in {@code PERENNIAL_DATABASE_URL}, or an embedded one under target. */
public class DatabaseResource implements QuarkusTestResourceLifecycleManager {

    /** An admin of the whole instance, on any database. */
    public static final String ADMIN_KEY = "admin-key-of-the-test-run";

    @Override
    public Map<String, String> start() {
        var properties = new HashMap<>(
                DatabaseSettings.resolve(Path.of("target", "postgres")).asProperties());
        properties.put("perennial.admin.key", ADMIN_KEY);
        properties.put("perennial.demo.enabled", "false");
        return properties;
    }

    @Override
    public void stop() {
        // The embedded database stops with the process.
    }
}
