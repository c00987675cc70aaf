package io.perennial.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.restassured.specification.RequestSpecification;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.perennial.testing.Replica;
import io.perennial.testing.ReplicaDatabase;

/**
 * The native executable, the jar, and the jar with an AOT cache, as replicas on one migrated database. They have to be built
 * before: {@code bench.native} and {@code bench.jar} name them, and {@code bench.java} the {@code java} that runs the jar,
 * which makes the cache too.
 */
@Tag("bench")
class PackagesBenchmark {

    private static final Path EXECUTABLE = path("bench.native", "target/perennial");
    private static final Path JAR = path("bench.jar", "target/quarkus-app/quarkus-run.jar");
    private static final String JAVA = System.getProperty(
            "bench.java", ProcessHandle.current().info().command().orElse("java"));

    private static final int STARTS = Integer.getInteger("bench.starts", 20);
    private static final int CUSTOMERS = 5_000;
    private static final int REQUESTS = Math.min(Size.REQUESTS, 10_000);
    private static final int SCORED_AGAIN = 3;
    private static final int SOME = 50;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final double FIRST_ANSWER = 120;
    private static final double FIRST_ANSWER_OF_JAR = 1.0 / 20;
    private static final double MEMORY = 120;
    private static final double THROUGHPUT = 0.6;

    private final Report report = new Report("Packages", """
            Ours is the native executable, the floor the jar on a warmed-up JVM; the jar with an AOT cache is set against the jar,
            too. All are replicas on one database that is migrated: nobody migrates at start, as on Kubernetes. The first answer is
            that of a customer's segment, read with a key, and counts from the start of the process; they are started in turn, %d
            times each. Memory is resident memory: at the first answer, and after the first prediction, for which the engine has
            to be loaded and the model read. Scoring is a run over the %,d customers of an organization, with a model of both
            learners.
            """.formatted(STARTS, CUSTOMERS));

    @TempDir
    private Path directory;

    private final List<Replica> started = new ArrayList<>();

    /** A way to run the service. */
    private record Variant(String name, List<String> command) {}

    /** A running service. */
    private record Running(Variant variant, Replica replica, double firstAnswer, double memory) {

        RequestSpecification request() {
            return replica.asAdmin();
        }
    }

    private static Path path(String property, String otherwise) {
        return Path.of(System.getProperty(property, otherwise)).toAbsolutePath();
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (var replica : started) {
            replica.kill();
        }
    }

    @Test
    void packages() throws Exception {
        assumeThat(EXECUTABLE).as("the executable, see bench.native").exists();
        assumeThat(JAR).as("the jar, see bench.jar").exists();
        try (var database = ReplicaDatabase.start(directory)) {
            measure(new Packages(database), new Owner(database.source()));
        }
    }

    private void measure(Packages packages, Owner owner) throws Exception {
        var executable = new Variant("native", List.of(EXECUTABLE.toString()));
        var jar = new Variant("jar", java("-jar", JAR.toString()));
        var cached = new Variant("jar with AOT cache", java("-XX:AOTCache=" + cache(), "-jar", JAR.toString()));
        var customers = packages.fill(executable);
        owner.run("vacuum analyze");
        owner.settle();

        var variants = List.of(executable, jar, cached);
        var answers = new HashMap<Variant, List<Double>>();
        var memory = new HashMap<Variant, List<Double>>();
        for (var start = 0; start < STARTS; start++) {
            for (var variant : variants) {
                var replica = packages.start(variant, customers.segment(0));
                answers.computeIfAbsent(variant, v -> new ArrayList<>()).add(replica.firstAnswer);
                memory.computeIfAbsent(variant, v -> new ArrayList<>()).add(replica.memory);
                replica.replica.kill();
            }
        }
        compare("First answer, median", "ms", answers, variants, FIRST_ANSWER_OF_JAR);
        reportTarget("the first answer of the executable", median(answers.get(executable)), FIRST_ANSWER, "ms");
        compare("Memory at the first answer", "MB", memory, variants, null);
        reportTarget("the memory of the executable at its first answer", median(memory.get(executable)), MEMORY, "MB");
        run(packages, variants, customers);
        report.note("The executable has %,d MB.".formatted(Files.size(EXECUTABLE) / 1_000_000));
        report.write(owner);
    }

    private void run(Packages packages, List<Variant> variants, Customers customers) throws Exception {
        var memory = new HashMap<Variant, List<Double>>();
        var replicas = new ArrayList<Running>();
        for (var variant : variants) {
            var replica = packages.start(variant, customers.segment(0));
            await("the engine is loaded", () -> packages.predicted(replica, customers));
            memory.put(variant, List.of(resident(replica.replica.process())));
            replicas.add(replica);
        }
        compare("Memory after the first prediction", "MB", memory, variants, null);

        var reads = Map.<String, IntFunction<String>>of(
                "Segment of a customer", customers::segment,
                "Health of a customer", customers::health,
                "Next best offer", customers::nextBestOffer);
        try (var load = new Load()) {
            for (var read : reads.entrySet()) {
                for (var replica : replicas) {
                    load.run(2 * REQUESTS, request(replica, read.getValue()));
                }
            }
            for (var read : reads.entrySet()) {
                throughput(load, read.getKey(), replicas, read.getValue());
            }
        }
        scoring(packages, replicas, customers);
    }

    private void throughput(Load load, String what, List<Running> replicas, IntFunction<String> path) throws Exception {
        var perSecond = new HashMap<Variant, List<Double>>();
        var p99 = new HashMap<Variant, List<Double>>();
        for (var round = 0; round < Size.ROUNDS; round++) {
            for (var replica : replicas) {
                var outcome = load.run(REQUESTS, request(replica, path));
                perSecond
                        .computeIfAbsent(replica.variant, v -> new ArrayList<>())
                        .add(outcome.perSecond());
                p99.computeIfAbsent(replica.variant, v -> new ArrayList<>()).add(outcome.p99());
            }
        }
        compareRates(what, "answers", perSecond, replicas, THROUGHPUT);
        report.note("%s, 99 of 100 answers within: %s."
                .formatted(
                        what,
                        String.join(
                                ", ",
                                replicas.stream()
                                        .map(replica -> "%s %.1f ms"
                                                .formatted(replica.variant.name, median(p99.get(replica.variant))))
                                        .toList())));
    }

    private void scoring(Packages packages, List<Running> replicas, Customers customers) throws Exception {
        var perSecond = new HashMap<Variant, List<Double>>();
        for (var round = 0; round <= SCORED_AGAIN; round++) {
            for (var replica : replicas) {
                var begin = System.nanoTime();
                packages.completed(
                        replica,
                        replica.request()
                                .post("/api/v1/predictions/organizations/{org_id}/score", customers.organization)
                                .path("id"));
                var rate = CUSTOMERS / ((System.nanoTime() - begin) / 1e9);
                if (round > 0) {
                    perSecond
                            .computeIfAbsent(replica.variant, v -> new ArrayList<>())
                            .add(rate);
                }
            }
        }
        compareRates("Batch scoring", "customers", perSecond, replicas, null);
    }

    private static IntFunction<RequestOptions> request(Running running, IntFunction<String> path) {
        return i -> new RequestOptions()
                .setHost("localhost")
                .setPort(running.replica.port())
                .setURI(path.apply(i))
                .putHeader("X-API-Key", Replica.ADMIN_KEY);
    }

    /** Less is better. */
    private void compare(
            String what, String unit, Map<Variant, List<Double>> found, List<Variant> variants, Double atMost) {
        var floor = median(found.get(variants.get(1)));
        for (var variant : List.of(variants.get(0), variants.get(2))) {
            var ours = median(found.get(variant));
            var isOurs = variant == variants.get(0) && atMost != null;
            System.out.printf("%s, %s: %,.0f %s, jar %,.0f%n", what, variant.name, ours, unit, floor);
            report.add(new Figure(
                    what + ", " + variant.name,
                    "%,.0f %s".formatted(ours, unit),
                    "%,.0f %s".formatted(floor, unit),
                    ours / floor,
                    isOurs ? "≤ %.2f".formatted(atMost) : null,
                    !isOurs || ours / floor <= atMost));
        }
    }

    /** More is better. */
    private void compareRates(
            String what, String unit, Map<Variant, List<Double>> found, List<Running> replicas, Double atLeast) {
        var floor = median(found.get(replicas.get(1).variant));
        System.out.printf(
                "%s: native %,.0f, jar %,.0f, cached %,.0f %s/s%n",
                what,
                median(found.get(replicas.get(0).variant)),
                floor,
                median(found.get(replicas.get(2).variant)),
                unit);
        var figure = Figure.throughput(
                what + ", native",
                unit,
                median(found.get(replicas.get(0).variant)),
                floor,
                atLeast == null ? 0 : atLeast);
        report.add(atLeast == null ? figure.withoutTarget() : figure);
        var cached = replicas.get(2).variant;
        report.add(Figure.throughput(what + ", " + cached.name, unit, median(found.get(cached)), floor, 0)
                .withoutTarget());
    }

    private void reportTarget(String what, double found, double atMost, String unit) {
        report.note("The target for %s is %.0f %s: %.0f %s, %s."
                .formatted(what, atMost, unit, found, unit, found <= atMost ? "met" : "missed"));
    }

    private static double median(List<Double> values) {
        return Size.median(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** As the image runs it. */
    private static List<String> java(String... arguments) {
        var command = new ArrayList<>(List.of(JAVA, "-XX:MaxRAMPercentage=50", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of(arguments));
        return command;
    }

    private Path cache() throws Exception {
        var cache = directory.resolve("perennial.aot");
        var builder = new ProcessBuilder("src/main/docker/train-aot-cache.sh", JAR.toString(), cache.toString());
        builder.environment().merge("PATH", "", (path, none) -> Path.of(JAVA).getParent() + ":" + path);
        var training = builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve("training.log").toFile())
                .start();
        assertThat(training.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(training.exitValue())
                .as(Files.readString(directory.resolve("training.log")))
                .isZero();
        return cache;
    }

    /** The customers of the organization that is looked at. */
    private record Customers(String organization, List<String> ids) {

        String segment(int number) {
            return "/api/v1/segmentation/customers/" + id(number) + "/segment";
        }

        String health(int number) {
            return "/api/v1/health-scores/customers/" + id(number);
        }

        String nextBestOffer(int number) {
            return "/api/v1/customers/" + id(number) + "/next-best-offer";
        }

        String id(int number) {
            return ids.get(number % ids.size());
        }
    }

    /** Starts replicas on a database. */
    private final class Packages {

        private final ReplicaDatabase database;

        Packages(ReplicaDatabase database) {
            this.database = database;
        }

        /** Migrates the database, makes the demo organizations, trains a model on one of them, and scores its customers. */
        Customers fill(Variant variant) throws Exception {
            database.migrate(variant.command, log());
            var replica = replica(
                    variant,
                    Map.of("PERENNIAL_DEMO_ENABLED", "true", "PERENNIAL_DEMO_CUSTOMERS", String.valueOf(CUSTOMERS)));
            await("the demo is made", () -> replica.log().contains("The demo organizations are ready"));
            var running = new Running(variant, replica, 0, 0);
            var organization = running.request()
                    .get("/api/v1/organizations?limit=50")
                    .<String>path("items.find { it.org_type == 'telecom' }.id");
            completed(
                    running,
                    running.request()
                            .post("/api/v1/churn/organizations/{org_id}/train", organization)
                            .path("id"));
            completed(
                    running,
                    running.request()
                            .post("/api/v1/health-scores/organizations/{org_id}/score", organization)
                            .path("id"));
            assertThat(running.request()
                            .get("/api/v1/models/organizations/{org_id}/churn/versions", organization)
                            .<String>path("items[0].status"))
                    .isEqualTo("active");
            var ids = running.request()
                    .get("/api/v1/organizations/{org_id}/customers?limit=1000", organization)
                    .<List<String>>path("items.id");
            replica.kill();
            return new Customers(organization, ids);
        }

        /** Starts a replica and waits for its first answer. */
        Running start(Variant variant, String path) throws Exception {
            var begin = System.nanoTime();
            var replica = replica(variant, Map.of());
            while (!replica.answers(path)) {
                assertThat(replica.process().isAlive()).as(replica.log()).isTrue();
                TimeUnit.MICROSECONDS.sleep(500);
            }
            var milliseconds = (System.nanoTime() - begin) / 1e6;
            return new Running(variant, replica, milliseconds, resident(replica.process()));
        }

        private Replica replica(Variant variant, Map<String, String> more) throws IOException {
            var environment = new HashMap<>(more);
            environment.put("OMP_NUM_THREADS", "1");
            var replica = Replica.start(variant.command, database.environment(environment), log());
            started.add(replica);
            return replica;
        }

        private Path log() {
            return directory.resolve("service.log");
        }

        /** Whether the model predicts some of the customers; it is not made for all of them. */
        boolean predicted(Running running, Customers customers) {
            return IntStream.range(0, SOME)
                    .anyMatch(i -> running.request()
                            .get("/api/v1/predictions/customers/{customer_id}?kind=churn", customers.id(i))
                            .<String>path("predictions.churn.model_version")
                            .startsWith("churn-"));
        }

        void completed(Running running, String run) throws InterruptedException {
            await(
                    "the run ends",
                    () -> !running.request()
                            .get("/api/v1/runs/{run_id}", run)
                            .<String>path("status")
                            .equals("running"));
            assertThat(running.request().get("/api/v1/runs/{run_id}", run).<String>path("status"))
                    .isEqualTo("completed");
        }
    }

    /** In millions of bytes. */
    private static double resident(Process process) throws IOException {
        var matcher = Pattern.compile("VmRSS:\\s+(\\d+) kB")
                .matcher(Files.readString(Path.of("/proc/" + process.pid(), "status")));
        assertThat(matcher.find()).isTrue();
        return Long.parseLong(matcher.group(1)) * 1024 / 1e6;
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        Replica.await(what, PATIENCE, condition);
    }
}
