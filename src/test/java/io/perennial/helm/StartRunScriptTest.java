package io.perennial.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.perennial.recovery.dunning.CaseBuilder;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

/** The script of the schedules, run by a shell that knows no more than POSIX, against the service. */
@ServiceTest
class StartRunScriptTest {

    private static final Path SCRIPT = Chart.FOLDER.resolve("files/start-run.sh");
    private static final String HARBOR = "7d0f6a58-51a2-4d1c-9d0a-3f2f1b6c7e10";

    @TempDir
    Path folder;

    private UUID organization;
    private String key;

    /** How it ended and all that it printed. */
    private record Outcome(int exit, String log) {}

    @BeforeAll
    static void theShellAndCurlAreThere() throws Exception {
        var look = new ProcessBuilder("dash", "-c", "command -v curl").start();
        assertThat(look.waitFor()).as("dash and curl are needed").isZero();
    }

    @BeforeEach
    void anOrganization() {
        organization = Api.organization("ecommerce");
        Api.uploadTransactions(organization, """
                        customer_id,occurred_at,amount
                        a,2025-01-01,10
                        b,2025-02-15,20
                        """).then().statusCode(200);
        key = Api.key(organization, "operator");
    }

    private String segmentation() {
        return "/api/v1/segmentation/organizations/%s/segment".formatted(organization);
    }

    private static String service() {
        return "http://localhost:" + RestAssured.port;
    }

    private Process begin(String url, String path, String idempotencyKey, Map<String, String> more) throws IOException {
        var builder = new ProcessBuilder("dash", SCRIPT.toAbsolutePath().toString());
        builder.environment()
                .putAll(Map.of(
                        "PERENNIAL_URL",
                        url,
                        "RUN_PATH",
                        path,
                        "IDEMPOTENCY_KEY",
                        idempotencyKey,
                        "API_KEY_FILE",
                        // With the newline that editors leave behind.
                        Files.writeString(folder.resolve("api-key"), key + "\n").toString(),
                        "POLL_INTERVAL",
                        "0.1",
                        "TMPDIR",
                        Files.createDirectories(folder.resolve("tmp")).toString()));
        builder.environment().putAll(more);
        return builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private Outcome end(Process script) throws Exception {
        assertThat(script.waitFor(180, TimeUnit.SECONDS)).isTrue();
        var log = Files.readString(folder.resolve("log"));
        assertThat(log).doesNotContain(key);
        try (var left = Files.list(folder.resolve("tmp"))) {
            assertThat(left).as("nothing is left behind").isEmpty();
        }
        return new Outcome(script.exitValue(), log);
    }

    private Outcome run(String path, String idempotencyKey) throws Exception {
        return end(begin(service(), path, idempotencyKey, Map.of()));
    }

    private List<String> runs(String kind) throws SQLException {
        try (var owner = Database.asOwner()) {
            return Database.texts(
                    owner, "select id from runs where organization_id = ? and kind = ?", organization, kind);
        }
    }

    @Test
    void aRunIsStartedAndFollowedToItsEnd() throws Exception {
        var outcome = run(segmentation(), "crm/segments-29000000");

        assertThat(outcome.exit()).as(outcome.log()).isZero();
        var run = runs("segmentation");
        assertThat(run).hasSize(1);
        assertThat(outcome.log())
                .contains("Starting " + segmentation() + " with the idempotency key crm/segments-29000000")
                .contains("Run " + run.get(0) + " is completed, 3 of 3 parts")
                .contains("\"segmented\":2");
    }

    @Test
    void startedAgainWithTheSameKeyItFindsTheSameRun() throws Exception {
        run(segmentation(), "crm/segments-29000060");
        var again = run(segmentation(), "crm/segments-29000060");

        assertThat(again.exit()).as(again.log()).isZero();
        assertThat(runs("segmentation")).hasSize(1);
        assertThat(again.log()).contains("Run " + runs("segmentation").get(0) + " is completed, 3 of 3 parts");

        run(segmentation(), "crm/segments-29000120");
        assertThat(runs("segmentation")).as("another time, another run").hasSize(2);
    }

    @Test
    void aRunThatFailsFailsTheJob() throws Exception {
        Database.execute("""
                create or replace function broken_for_the_script() returns trigger language plpgsql as $$
                begin
                    if new.organization_id = '%s' then
                        raise exception 'broken';
                    end if;
                    return new;
                end
                $$;
                create trigger broken_for_the_script before insert or update on customer_feature
                for each row execute function broken_for_the_script()""".formatted(organization));
        try {
            var outcome = run(segmentation(), "crm/segments-29000180");

            assertThat(outcome.exit()).as(outcome.log()).isEqualTo(4);
            assertThat(outcome.log())
                    .containsPattern("Run %s failed: .*SQLSTATE P0001"
                            .formatted(runs("segmentation").get(0)));
        } finally {
            Database.execute("drop trigger broken_for_the_script on customer_feature");
        }
    }

    @Test
    void aServiceThatStaysAwayFailsTheJobAfterAWhile() throws Exception {
        int nobody;
        try (var socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }

        var outcome = end(begin(
                "http://localhost:" + nobody, segmentation(), "crm/segments-29000240", Map.of("AWAY_LIMIT", "3")));

        assertThat(outcome.exit()).as(outcome.log()).isEqualTo(5);
        assertThat(outcome.log())
                .contains("Asking again in 1 s: curl: (7)")
                .contains("Asking again in 2 s: curl: (7)")
                .contains("The service has been away for 3 s: curl: (7)");
        assertThat(runs("segmentation")).isEmpty();
    }

    /** In front of the service, and not to be relied on. */
    private HttpServer gateway(Unreliable answer) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var requests = new AtomicInteger();
        server.createContext("/", exchange -> {
            try (exchange) {
                answer.to(exchange, requests.incrementAndGet());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        // One that is not answered keeps nobody else waiting.
        server.setExecutor(request -> new Thread(request).start());
        server.start();
        return server;
    }

    private interface Unreliable {

        /** @param number of the request, from 1 */
        void to(HttpExchange exchange, int number) throws IOException, InterruptedException;
    }

    private static HttpResponse<byte[]> relay(HttpExchange exchange) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(service() + exchange.getRequestURI()))
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.noBody());
        for (var header : List.of("X-API-Key", "Idempotency-Key", "Prefer")) {
            var value = exchange.getRequestHeaders().getFirst(header);
            if (value != null) {
                request.header(header, value);
            }
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    @Test
    void aServiceThatComesBackIsAskedAgainAndStartsOneRun() throws Exception {
        var gateway = gateway((exchange, number) -> {
            if (number == 1) {
                answer(exchange, 503, new byte[0]);
                return;
            }
            var response = relay(exchange);
            // The run is started, but whoever asked for it does not learn of it; nor of its end at first.
            if (number == 2 || number == 4) {
                answer(exchange, 502, "<html>Bad gateway</html>".getBytes(StandardCharsets.UTF_8));
            } else {
                answer(exchange, response.statusCode(), response.body());
            }
        });
        try {
            var url = "http://localhost:" + gateway.getAddress().getPort();
            var outcome = end(begin(url, segmentation(), "crm/segments-29000300", Map.of()));

            assertThat(outcome.exit()).as(outcome.log()).isZero();
            assertThat(outcome.log()).contains("it answered 503").contains("it answered 502");
            assertThat(runs("segmentation")).hasSize(1);
        } finally {
            gateway.stop(0);
        }
    }

    @Test
    void aLookAtTheRunThatIsNotAnsweredIsTakenAgain() throws Exception {
        var asked = new CountDownLatch(1);
        var gateway = gateway((exchange, number) -> {
            switch (number) {
                case 1 -> answer(exchange, 202, run("running", 0));
                case 2 -> asked.await();
                default -> {
                    answer(exchange, 200, run("completed", 3));
                    asked.countDown();
                }
            }
        });
        try {
            var outcome = end(begin(
                    "http://localhost:" + gateway.getAddress().getPort(),
                    segmentation(),
                    "crm/segments-29000330",
                    Map.of("ANSWER_LIMIT", "1", "TIME_LIMIT", "60")));

            assertThat(outcome.exit()).as(outcome.log()).isZero();
            assertThat(outcome.log())
                    .contains("is running, 0 of 3 parts")
                    .contains("Asking again in 1 s: curl: (28)")
                    .contains("is completed, 3 of 3 parts");
        } finally {
            asked.countDown();
            gateway.stop(0);
        }
    }

    private static byte[] run(String status, int done) {
        return "{\"id\":\"0198\",\"status\":\"%s\",\"parts\":3,\"parts_done\":%d}"
                .formatted(status, done)
                .getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aServiceThatAnswersNoLookAtTheRunCountsAsAway() throws Exception {
        var ended = new CountDownLatch(1);
        var gateway = gateway((exchange, number) -> {
            if (number == 1) {
                answer(exchange, 202, run("running", 0));
            } else {
                ended.await();
            }
        });
        try {
            var outcome = end(begin(
                    "http://localhost:" + gateway.getAddress().getPort(),
                    segmentation(),
                    "crm/segments-29000340",
                    Map.of("ANSWER_LIMIT", "1", "AWAY_LIMIT", "3", "TIME_LIMIT", "60")));

            assertThat(outcome.exit()).as(outcome.log()).isEqualTo(5);
            assertThat(outcome.log()).contains("The service has been away for 3 s: curl: (28)");
        } finally {
            ended.countDown();
            gateway.stop(0);
        }
    }

    @Test
    void whatAnswersOnlyWhenItIsDoneIsWaitedForUntilTheTimeIsUp() throws Exception {
        var ended = new CountDownLatch(1);
        var requests = new AtomicInteger();
        var gateway = gateway((exchange, number) -> {
            requests.set(number);
            ended.await();
        });
        try {
            var outcome = end(begin(
                    "http://localhost:" + gateway.getAddress().getPort(),
                    dunning(),
                    "crm/dunning-29000350",
                    Map.of("ANSWER_LIMIT", "1", "TIME_LIMIT", "4")));

            assertThat(outcome.exit()).as(outcome.log()).isEqualTo(6);
            assertThat(outcome.log()).contains("The time is up after 4 s").doesNotContain("Asking again");
            assertThat(requests.get()).isEqualTo(1);
        } finally {
            ended.countDown();
            gateway.stop(0);
        }
    }

    @Test
    void aRunThatTakesTooLongFailsTheJob() throws Exception {
        try (var lock = Database.asOwner();
                var statement = lock.createStatement()) {
            lock.setAutoCommit(false);
            statement.execute("lock table segment_assignments in share mode");

            var outcome = end(begin(service(), segmentation(), "crm/segments-29000360", Map.of("TIME_LIMIT", "3")));

            assertThat(outcome.exit()).as(outcome.log()).isEqualTo(6);
            assertThat(outcome.log()).contains("is running").contains("The time is up after 3 s");
            lock.rollback();
        }
        assertThat(Api.awaitRun(runs("segmentation").get(0)).getString("status"))
                .as("the run itself goes on")
                .isEqualTo("completed");
    }

    @Test
    void theKeyIsNeitherAnArgumentNorInTheEnvironment() throws Exception {
        // Answers nothing, so that what asks can be looked at.
        try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            silent.setSoTimeout(20_000);
            var script = begin(
                    "http://localhost:" + silent.getLocalPort(), segmentation(), "crm/segments-29000420", Map.of());
            try (var asking = silent.accept()) {
                asking.setSoTimeout(20_000);
                var request = new StringBuilder();
                while (request.indexOf("\r\n\r\n") < 0) {
                    request.append((char) asking.getInputStream().read());
                }
                assertThat(request.toString())
                        .contains("X-API-Key: " + key + "\r\n")
                        .contains("Idempotency-Key: crm/segments-29000420\r\n");
                var curl = script.toHandle()
                        .descendants()
                        .filter(process -> process.info().command().orElse("").endsWith("curl"))
                        .findFirst()
                        .orElseThrow();
                var processes = List.of(script.pid(), curl.pid());
                for (var process : processes) {
                    for (var what : List.of("cmdline", "environ")) {
                        var text = Files.readString(
                                Path.of("/proc", process.toString(), what), StandardCharsets.ISO_8859_1);
                        assertThat(text).isNotEmpty().doesNotContain(key);
                    }
                }
                script.destroy();
                assertThat(end(script).exit())
                        .as("told to stop, it does not wait for an answer")
                        .isEqualTo(143);
                assertThat(curl.onExit().get(20, TimeUnit.SECONDS).isAlive()).isFalse();
            }
        }
    }

    @Test
    void aKeyThatMayNotStartRunsIsRefusedAtOnce() throws Exception {
        key = Api.key(organization, "viewer");

        var outcome = run(segmentation(), "crm/segments-29000480");

        assertThat(outcome.exit()).as(outcome.log()).isEqualTo(3);
        assertThat(outcome.log())
                .contains("The service refused with 403")
                .contains("urn:perennial:problem:forbidden")
                .doesNotContain("Asking again");
        assertThat(runs("segmentation")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PERENNIAL_URL", "RUN_PATH", "IDEMPOTENCY_KEY", "API_KEY_FILE"})
    void whatIsNotSetIsNamed(String variable) throws Exception {
        var outcome = end(begin(service(), segmentation(), "crm/segments-29000540", Map.of(variable, "")));

        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.log()).contains(variable + " is not set");
    }

    /** What is posted to for every schedule of the chart that is followed as a run, for the organization of the chart. */
    static List<String> paths() {
        return Chart.of(Chart.VALUES.resolve("everything.yaml")).all(CronJob.class).stream()
                .flatMap(
                        job -> job
                                .getSpec()
                                .getJobTemplate()
                                .getSpec()
                                .getTemplate()
                                .getSpec()
                                .getContainers()
                                .get(0)
                                .getEnv()
                                .stream())
                .filter(variable -> variable.getName().equals("RUN_PATH"))
                .map(EnvVar::getValue)
                .filter(path -> !path.contains("/sync-sources/") && !path.contains("/dunning/"))
                .sorted()
                .collect(Collectors.toList());
    }

    @ParameterizedTest
    @MethodSource("paths")
    void everyKindOfRunOfTheChartIsOneOfTheService(String path) throws Exception {
        var outcome = run(path.replace(HARBOR, organization.toString()), "crm/kind-29000600");

        assertThat(outcome.exit()).as(outcome.log()).isZero();
        assertThat(outcome.log()).contains("is completed");
    }

    @Test
    void offersOfASourceThatDoesNotAnswerFailTheJob() throws Exception {
        var unknown = run(
                "/api/v1/offers/organizations/%s/sync-sources/crm/sync".formatted(organization), "crm/offers-29000660");

        assertThat(unknown.exit()).as(unknown.log()).isEqualTo(3);
        assertThat(unknown.log()).contains("urn:perennial:problem:unknown-sync-source");

        var failing = gateway((exchange, number) -> answer(
                exchange,
                502,
                "{\"type\":\"urn:perennial:problem:sync-failed\",\"status\":502}".getBytes(StandardCharsets.UTF_8)));
        try {
            var outcome = end(begin(
                    "http://localhost:" + failing.getAddress().getPort(),
                    "/api/v1/offers/organizations/%s/sync-sources/crm/sync".formatted(organization),
                    "crm/offers-29000720",
                    Map.of()));

            assertThat(outcome.exit()).as(outcome.log()).isEqualTo(4);
            assertThat(outcome.log()).contains("It failed: {\"type\":\"urn:perennial:problem:sync-failed\"");
        } finally {
            failing.stop(0);
        }
    }

    private String dunning() {
        return "/api/v1/recovery/organizations/%s/dunning/run".formatted(organization);
    }

    private void dueSteps(int count) throws SQLException {
        try (var owner = Database.asOwner()) {
            CaseBuilder.dueCases(owner, organization, count);
        }
    }

    private String steps(String status) throws SQLException {
        return Database.text(
                "select count(*) from recovery_steps where organization_id = ? and status = ?", organization, status);
    }

    @Test
    void dunningEndsWhenNothingIsDueAnyMore() throws Exception {
        dueSteps(60);

        var outcome = run(dunning(), "crm/dunning-29000780");

        assertThat(outcome.exit()).as(outcome.log()).isZero();
        assertThat(outcome.log()).contains("Done: {").contains("\"steps\":60,\"done\":60");
        assertThat(steps("done")).isEqualTo("60");

        dueLater();
        var again = run(dunning(), "crm/dunning-29000780");
        assertThat(again.exit()).as(again.log()).isZero();
        assertThat(again.log()).as("what the first one was answered").contains("\"steps\":60,\"done\":60");
        assertThat(steps("done")).as("and nothing is done again").isEqualTo("60");

        var next = run(dunning(), "crm/dunning-29000840");
        assertThat(next.log()).contains("\"steps\":1,");
    }

    /** One more step of a case, which is due by now. */
    private void dueLater() throws SQLException {
        Database.execute("""
                insert into recovery_steps (organization_id, customer_id, case_id, step, stage, channel, after_hours, status,
                    due_at, priority)
                select organization_id, customer_id, case_id, 2, 'dunning_2', 'email', 24, 'planned', now(), 3
                from recovery_cases where organization_id = '%s' limit 1""".formatted(organization));
    }

    @Test
    void aStepOfDunningThatFailsFailsTheJob() throws Exception {
        dueSteps(3);
        Database.execute("""
                update recovery_steps set stage = 'final_attempt' where organization_id = '%1$s' and case_id =
                    (select case_id from recovery_cases where organization_id = '%1$s' order by case_id limit 1)""".formatted(organization));

        var outcome = run(dunning(), "crm/dunning-29000900");

        assertThat(outcome.exit()).as(outcome.log()).isEqualTo(4);
        assertThat(outcome.log())
                .contains("Some of it failed: {")
                .contains("\"done\":2,")
                .contains("\"failed\":1}");
        assertThat(steps("done")).as("the others are done all the same").isEqualTo("2");
    }

    @Test
    void aReplicaThatIsToldToStopInTheMiddleOfDunningIsNotTheEndOfIt() throws Exception {
        dueSteps(2);
        var gateway = gateway((exchange, number) -> {
            if (number == 1) {
                answer(
                        exchange,
                        503,
                        "{\"type\":\"urn:perennial:problem:unavailable\",\"status\":503}"
                                .getBytes(StandardCharsets.UTF_8));
                return;
            }
            var response = relay(exchange);
            answer(exchange, response.statusCode(), response.body());
        });
        try {
            var outcome = end(begin(
                    "http://localhost:" + gateway.getAddress().getPort(), dunning(), "crm/dunning-29000960", Map.of()));

            assertThat(outcome.exit()).as(outcome.log()).isZero();
            assertThat(outcome.log()).contains("it answered 503").contains("\"done\":2");
        } finally {
            gateway.stop(0);
        }
    }

    @Test
    void offersThatAreTakenOverAtOnceNeedNoFollowing() throws Exception {
        var gateway = gateway((exchange, number) ->
                answer(exchange, 200, "{\"success\":true,\"added\":[]}".getBytes(StandardCharsets.UTF_8)));
        try {
            var outcome = end(begin(
                    "http://localhost:" + gateway.getAddress().getPort(), "/api/v1/sync", "crm/offers-1", Map.of()));

            assertThat(outcome.exit()).as(outcome.log()).isZero();
            assertThat(outcome.log()).contains("Done: {\"success\":true");
        } finally {
            gateway.stop(0);
        }
    }
}
