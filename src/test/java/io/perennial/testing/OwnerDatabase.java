package io.perennial.testing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;

/** Looks into the database as its owner, past the service and past row-level security. */
public final class OwnerDatabase {

    private OwnerDatabase() {}

    /** Partitions are read by way of the table that they are of. */
    private static final String TABLES = """
            select t.relname
            from pg_class t
            join pg_attribute a on a.attrelid = t.oid
            where t.relnamespace = current_schema()::regnamespace and t.relkind in ('r', 'p') and not t.relispartition
                and a.attname = 'organization_id' and not a.attisdropped
            order by t.relname""";

    private static final String ROWS = "select '%1$s', to_jsonb(t)::text from %1$s t where %2$s = '%3$s'";

    /** Every row that belongs to an organization, by table, as JSON; of a table without such rows there is nothing. */
    public static Map<String, List<String>> rowsOf(UUID organization) {
        try (var connection = connect()) {
            var selections = new ArrayList<String>();
            selections.add(ROWS.formatted("organizations", "id", organization));
            for (var table : Database.texts(connection, TABLES)) {
                selections.add(ROWS.formatted(table, "organization_id", organization));
            }
            var rows = new TreeMap<String, List<String>>();
            try (var statement = connection.createStatement();
                    var found = statement.executeQuery(String.join(" union all ", selections) + " order by 1, 2")) {
                while (found.next()) {
                    rows.computeIfAbsent(found.getString(1), table -> new ArrayList<>())
                            .add(found.getString(2));
                }
            }
            return rows;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** The first column of what a query finds. */
    public static List<String> strings(String sql) {
        var strings = new ArrayList<String>();
        try (var connection = connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                strings.add(rows.getString(1));
            }
            return strings;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** A connection of the owner. */
    public static Connection connect() throws SQLException {
        var config = ConfigProvider.getConfig();
        return DriverManager.getConnection(
                "jdbc:" + config.getValue("perennial.database.url", String.class),
                config.getValue("perennial.database.user", String.class),
                config.getValue("perennial.database.password", String.class));
    }
}
