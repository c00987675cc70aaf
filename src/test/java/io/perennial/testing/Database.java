package io.perennial.testing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;

/** The database behind the service, as its owner or as the role of the service. */
public final class Database {

    private Database() {}

    /** A connection of the owner of the schema, whom row-level security does not bind. */
    public static Connection asOwner() throws SQLException {
        return connect(setting("user"), setting("password"));
    }

    /** A connection of the role that the service connects as. */
    public static Connection asService() throws SQLException {
        return connect(serviceRole(), setting("service-password"));
    }

    /** The name of the role that the service connects as. */
    public static String serviceRole() {
        return setting("service-user");
    }

    /** Whether it is the embedded one. */
    public static boolean isEmbedded() {
        return Boolean.parseBoolean(setting("embedded"));
    }

    private static Connection connect(String user, String password) throws SQLException {
        return DriverManager.getConnection("jdbc:" + setting("url"), user, password);
    }

    private static String setting(String name) {
        return ConfigProvider.getConfig().getValue("perennial.database." + name, String.class);
    }

    /** The first column of all rows, as text. */
    public static List<String> texts(Connection connection, String sql, Object... parameters) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            for (var i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            var texts = new ArrayList<String>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    texts.add(rows.getString(1));
                }
            }
            return texts;
        }
    }

    /** The one value that the owner reads, as text. */
    public static String text(String sql, Object... parameters) throws SQLException {
        try (var owner = asOwner()) {
            return texts(owner, sql, parameters).get(0);
        }
    }

    /** The one number that the owner reads. */
    public static long number(String sql, Object... parameters) throws SQLException {
        return Long.parseLong(text(sql, parameters));
    }

    /** Waits until somebody else waits for what a connection has locked. */
    public static void awaitWhoeverWaitsFor(Connection locking) throws SQLException {
        var holder = Integer.parseInt(texts(locking, "select pg_backend_pid()").get(0));
        var deadline = Instant.now().plusSeconds(60);
        while (number("select count(*) from pg_stat_activity where ? = any(pg_blocking_pids(pid))", holder) == 0) {
            if (Instant.now().isAfter(deadline)) {
                throw new AssertionError("Nobody waits");
            }
        }
    }

    /** Runs statements as the owner. */
    public static void execute(String sql) throws SQLException {
        try (var owner = asOwner();
                var statement = owner.createStatement()) {
            statement.execute(sql);
        }
    }
}
