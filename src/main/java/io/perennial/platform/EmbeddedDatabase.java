package io.perennial.platform;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * A real PostgreSQL that is unpacked and run beside the service, for evaluation and tests. Its data stay in their folder
 * from one start to the next.
 */
final class EmbeddedDatabase {

    private static final Logger LOG = Logger.getLogger(EmbeddedDatabase.class);
    private static final String DATABASE = "perennial";

    /** Held for as long as the process lives, so that a second one knows it is not the first. */
    @SuppressWarnings("unused")
    private static FileLock ownership;

    private EmbeddedDatabase() {}

    /**
     * Starts the database of a folder, or joins the one that already runs there.
     *
     * @return its URL
     */
    static synchronized String start(Path directory) {
        try {
            var folder = directory.toAbsolutePath();
            Files.createDirectories(folder);
            var owner = own(folder);
            var port = runningPort(folder);
            if (port.isPresent() && owner) {
                LOG.infof(
                        "Taking over the embedded PostgreSQL that a stopped process left running on port %d",
                        port.get());
                stopWithThisProcess(folder);
            }
            var actualPort = port.isPresent() ? port.get() : startServer(folder);
            createDatabase(actualPort);
            return "postgresql://localhost:" + actualPort + "/" + DATABASE;
        } catch (IOException | SQLException e) {
            throw new IllegalStateException(
                    "The embedded PostgreSQL did not start in " + directory + ": " + e.getMessage()
                            + ". Set PERENNIAL_DATABASE_URL to use another PostgreSQL.",
                    e);
        }
    }

    private static boolean own(Path folder) throws IOException {
        var lockFile = folder.resolveSibling(folder.getFileName() + ".lock");
        var channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            ownership = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // This very process owns it already: it was reloaded.
            ownership = null;
        }
        return ownership != null;
    }

    private static int startServer(Path folder) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(folder)
                .setCleanDataDirectory(false)
                .setPGStartupWait(Duration.ofMinutes(1))
                .setServerConfig("shared_buffers", "256MB")
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_wal_size", "2GB")
                .setServerConfig("max_connections", "100")
                .setLocaleConfig("locale", "C.UTF-8")
                .setLocaleConfig("encoding", "UTF8")
                .setOutputRedirector(ProcessBuilder.Redirect.appendTo(
                        folder.resolveSibling(folder.getFileName() + ".log").toFile()))
                .start()
                .getPort();
    }

    /** The port in {@code postmaster.pid}, when the process it names is alive. */
    private static Optional<Integer> runningPort(Path folder) throws IOException {
        var pidFile = folder.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return Optional.empty();
        }
        var lines = Files.readAllLines(pidFile);
        if (lines.size() < 4 || postmaster(folder).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(Integer.parseInt(lines.get(3).trim()));
    }

    private static Optional<ProcessHandle> postmaster(Path folder) throws IOException {
        var pid = Long.parseLong(
                Files.readAllLines(folder.resolve("postmaster.pid")).get(0).trim());
        return ProcessHandle.of(pid)
                .filter(process -> process.info().command().orElse("").contains("postgres"));
    }

    private static void stopWithThisProcess(Path folder) throws IOException {
        var process = postmaster(folder);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> process.ifPresent(ProcessHandle::destroy)));
    }

    private static void createDatabase(int port) throws SQLException {
        var url = "jdbc:postgresql://localhost:" + port + "/postgres";
        try (var connection = DriverManager.getConnection(url, "postgres", "postgres");
                var statement = connection.createStatement()) {
            try (var found = statement.executeQuery("select from pg_database where datname = '" + DATABASE + "'")) {
                if (found.next()) {
                    return;
                }
            }
            statement.execute("create database " + DATABASE);
        }
    }
}
