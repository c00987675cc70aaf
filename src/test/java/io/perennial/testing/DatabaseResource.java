package io.perennial.testing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

import io.perennial.platform.DatabaseSettings;

/** Gives the tests a real PostgreSQL: the one in {@code PERENNIAL_DATABASE_URL}, or an embedded one under target. */
public class DatabaseResource implements QuarkusTestResourceLifecycleManager {

    /** An admin of the whole instance, on any database. */
    public static final String ADMIN_KEY = "admin-key-of-the-test-run";

    /** What the secrets of webhooks are derived from: the current key and the one before it. */
    public static final String WEBHOOK_MASTER_KEYS = "current-master-key-of-the-test-run,previous-master-key";

    /** What alerts of late answers are signed with. */
    public static final String ALERT_SECRET = "alert-secret-of-the-test-run";

    @Override
    public Map<String, String> start() {
        var properties =
                new HashMap<>(DatabaseSettings.resolve(freshDirectory()).asProperties());
        if (Boolean.parseBoolean(properties.get("perennial.database.embedded"))) {
            commitWithoutWaiting(properties);
        }
        // A test of what was built looks into the database from outside of the service.
        properties.forEach(System::setProperty);
        properties.put("perennial.admin.key", ADMIN_KEY);
        properties.put("perennial.billing.webhook-master-keys", WEBHOOK_MASTER_KEYS);
        properties.put("perennial.recovery.cases.alert-hosts", "localhost");
        properties.put("perennial.recovery.cases.alert-secret", ALERT_SECRET);
        properties.put("perennial.demo.enabled", "false");
        properties.putAll(Providers.settings());
        // Tests say themselves when steps are taken and messages are sent; benchmarks have it done as in production.
        var byItself = System.getProperty("perennial.test.drivers", "false");
        properties.put("perennial.recovery.dunning.enabled", byItself);
        properties.put("perennial.outreach.outbox.enabled", byItself);
        properties.put("perennial.models.training.max-snapshots", "2");
        properties.put("quarkus.http.limits.max-body-size", System.getProperty("perennial.test.max-body-size", "16M"));
        return properties;
    }

    /** Unless it is measured: what a test commits need not survive the machine. */
    private static void commitWithoutWaiting(Map<String, String> database) {
        try (var owner = DriverManager.getConnection(
                        "jdbc:" + database.get("perennial.database.url"),
                        database.get("perennial.database.user"),
                        database.get("perennial.database.password"));
                var statement = owner.createStatement()) {
            statement.execute("alter database %s set synchronous_commit = %s"
                    .formatted(owner.getCatalog(), System.getProperty("perennial.test.synchronous-commit", "off")));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What an earlier run left is of no use: its schema may be another. */
    private static Path freshDirectory() {
        var parent = Path.of("target", "postgres");
        try (var files = Files.exists(parent) ? Files.walk(parent) : Stream.<Path>empty()) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return parent.resolve(String.valueOf(ProcessHandle.current().pid()));
    }

    @Override
    public void stop() {
        // The embedded database stops with the process.
    }
}
