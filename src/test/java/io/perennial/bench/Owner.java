package io.perennial.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;

/** The database as the owner of the tables sees it: to load data, to clear them away and to run the floors. */
final class Owner {

    /** Work on a connection that commits each statement. */
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private final DataSource source;

    Owner(DataSource source) {
        this.source = source;
    }

    <T> T with(Work<T> work) throws SQLException {
        try (var connection = source.getConnection()) {
            return work.on(connection);
        }
    }

    /** Executes statements, one transaction each. */
    void run(String... statements) throws SQLException {
        with(connection -> {
            try (var statement = connection.createStatement()) {
                for (var sql : statements) {
                    statement.execute(sql);
                }
            }
            return null;
        });
    }

    String setting(String name) throws SQLException {
        return with(connection -> {
            try (var rows = connection.createStatement().executeQuery("show " + name)) {
                rows.next();
                return rows.getString(1);
            }
        });
    }

    long count(String table, UUID organization) throws SQLException {
        var sql = "select count(*) from %s where organization_id = '%s'".formatted(table, organization);
        return with(connection -> {
            try (var rows = connection.createStatement().executeQuery(sql)) {
                rows.next();
                return rows.getLong(1);
            }
        });
    }

    /** Leaves no row of an organization in the tables, and the tables as if there had been none. */
    void clear(UUID organization, String... tables) throws SQLException {
        for (var table : tables) {
            run(
                    "delete from %s where organization_id = '%s'".formatted(table, organization),
                    "vacuum analyze " + table);
        }
    }

    /** Lets the disk come to rest, so that nobody pays for what was written before. */
    void settle() throws SQLException {
        run("checkpoint");
    }
}
