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

    /** Every row that belongs to an organization, by table, as JSON. */
    public static Map<String, List<String>> rowsOf(UUID organization) {
        var rows = new TreeMap<String, List<String>>();
        for (var table : strings("""
                        select table_name from information_schema.columns c
                        join information_schema.tables t using (table_schema, table_name)
                        where table_schema = current_schema() and column_name = 'organization_id'
                            and table_type = 'BASE TABLE'""")) {
            rows.put(
                    table,
                    strings("select to_jsonb(t)::text from %s t where organization_id = '%s' order by 1"
                            .formatted(table, organization)));
        }
        rows.put(
                "organizations",
                strings("select to_jsonb(t)::text from organizations t where id = '%s'".formatted(organization)));
        return rows;
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

    private static Connection connect() throws SQLException {
        var config = ConfigProvider.getConfig();
        return DriverManager.getConnection(
                "jdbc:" + config.getValue("perennial.database.url", String.class),
                config.getValue("perennial.database.user", String.class),
                config.getValue("perennial.database.password", String.class));
    }
}
