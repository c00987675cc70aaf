package io.perennial.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** A PostgreSQL of its own for packaged replicas. */
public final class ReplicaDatabase implements AutoCloseable {

    private static final String OWNER = "postgres";

    private final EmbeddedPostgres postgres;
    private final Map<String, String> service;

    private ReplicaDatabase(EmbeddedPostgres postgres) {
        this.postgres = postgres;
        this.service = Map.of(
                "PERENNIAL_DATABASE_URL", "postgresql://localhost:%d/perennial".formatted(postgres.getPort()),
                "PERENNIAL_DATABASE_SERVICE_USER", "perennial_service",
                "PERENNIAL_DATABASE_SERVICE_PASSWORD", "password-of-the-service");
    }

    /** Starts an empty one; its data are in a folder, which it leaves behind. */
    public static ReplicaDatabase start(Path folder) throws IOException, SQLException {
        var postgres = EmbeddedPostgres.builder()
                .setDataDirectory(folder.resolve("postgres"))
                .setLocaleConfig("locale", "C.UTF-8")
                .setLocaleConfig("encoding", "UTF8")
                .start();
        try (var connection = DriverManager.getConnection(postgres.getJdbcUrl(OWNER, OWNER));
                var statement = connection.createStatement()) {
            statement.execute("create database perennial");
        }
        return new ReplicaDatabase(postgres);
    }

    /** Migrates the schema with a process that ends after it. */
    public ReplicaDatabase migrate(List<String> command, Path log) throws Exception {
        var migration = Replica.start(command, asMigrator(Map.of("QUARKUS_INIT_AND_EXIT", "true")), log);
        assertThat(migration.awaitEnd()).as(migration.log()).isZero();
        return this;
    }

    /** How a replica finds it, and more; that is all that replicas know of it. */
    public Map<String, String> environment(Map<String, String> more) {
        var environment = new HashMap<>(service);
        environment.put("PERENNIAL_DATABASE_MIGRATE", "false");
        environment.putAll(more);
        return environment;
    }

    /** The same for one that migrates the schema when it starts. */
    public Map<String, String> asMigrator(Map<String, String> more) {
        var environment = environment(more);
        environment.putAll(Map.of(
                "PERENNIAL_DATABASE_USER", OWNER,
                "PERENNIAL_DATABASE_PASSWORD", OWNER,
                "PERENNIAL_DATABASE_MIGRATE", "true"));
        return environment;
    }

    /** Connections of the owner of the schema, whom row-level security does not bind. */
    public DataSource source() {
        return postgres.getDatabase(OWNER, "perennial");
    }

    /** A connection of the owner of the schema. */
    public Connection asOwner() throws SQLException {
        return source().getConnection();
    }

    /** The one value that the owner reads, as text. */
    public String text(String sql) {
        try (var owner = asOwner()) {
            return Database.texts(owner, sql).get(0);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs statements as the owner. */
    public void execute(String sql) throws SQLException {
        try (var owner = asOwner();
                var statement = owner.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }
}
