package io.perennial.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A packaged replica of the service: a process with a port of its own, that writes a log and can be killed. */
public final class Replica {

    /** An admin of the whole instance. */
    public static final String ADMIN_KEY = "admin-key-of-the-replicas";

    private static final Path JAR = Path.of("target/quarkus-app/quarkus-run.jar");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Process process;
    private final int port;
    private final Path log;

    private Replica(Process process, int port, Path log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /** The command that runs the jar of this build, with options of the JVM, on a small one that starts soon. */
    public static List<String> jar(String... options) {
        var command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"), "-Xmx256m", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(options));
        command.addAll(List.of("-jar", JAR.toAbsolutePath().toString()));
        return command;
    }

    /**
     * Starts one, without the demo unless the environment says otherwise, and waits for nothing.
     *
     * @param environment is all that it knows of settings
     * @param log what it prints is added to
     */
    public static Replica start(List<String> command, Map<String, String> environment, Path log) throws IOException {
        var port = freePort();
        var builder = new ProcessBuilder(command);
        var variables = builder.environment();
        variables.keySet().removeIf(name -> name.startsWith("PERENNIAL_") || name.startsWith("QUARKUS_"));
        variables.putAll(Map.of(
                "QUARKUS_HTTP_PORT",
                String.valueOf(port),
                "PERENNIAL_ADMIN_KEY",
                ADMIN_KEY,
                "PERENNIAL_DEMO_ENABLED",
                "false"));
        variables.putAll(environment);
        var process = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return new Replica(process, port, log);
    }

    /** An empty folder under target, for the log and what else there is. */
    public static Path freshFolder(String name) throws IOException {
        var folder = Path.of("target", name).toAbsolutePath();
        delete(folder);
        return Files.createDirectories(folder);
    }

    /** Deletes a folder and what is in it, if it is there. */
    public static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (var paths = Files.walk(folder)) {
                paths.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Looks again and again until something is so, and fails with what was waited for when it takes too long. */
    public static void await(String what, Duration limit, BooleanSupplier condition) throws InterruptedException {
        var deadline = Instant.now().plus(limit);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as(what).isBefore(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    public Process process() {
        return process;
    }

    public int port() {
        return port;
    }

    /** Everything that was printed so far. */
    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A request by nobody. */
    public RequestSpecification request() {
        return RestAssured.given().port(port);
    }

    /** A request by the admin of the whole instance. */
    public RequestSpecification asAdmin() {
        return request().header("X-API-Key", ADMIN_KEY);
    }

    /** The status with which it says whether it is ready, 0 when it does not answer. */
    public int readiness() {
        try {
            return request().get("/q/health/ready").statusCode();
        } catch (Exception e) {
            return 0;
        }
    }

    /** Waits until it says that it is ready. */
    public Replica awaitReady() throws InterruptedException {
        await("it starts, see " + log, PATIENCE, () -> {
            assertThat(process.isAlive()).as("see " + log).isTrue();
            return readiness() == 200;
        });
        return this;
    }

    /** Whether a path is answered; fails when it is with something else than 200. As little as can be done for an answer. */
    public boolean answers(String path) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write("GET %s HTTP/1.0\r\nX-API-Key: %s\r\n\r\n"
                            .formatted(path, ADMIN_KEY)
                            .getBytes(StandardCharsets.US_ASCII));
            var status = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            assertThat(status).endsWith(" 200");
            return true;
        } catch (ConnectException e) {
            return false;
        }
    }

    /** Waits until it has ended by itself, and yields how. */
    public int awaitEnd() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("it ends, see " + log)
                .isTrue();
        return process.exitValue();
    }

    /** Ends it at once, as by {@code kill -9}. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
