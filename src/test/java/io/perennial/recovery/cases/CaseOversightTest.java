package io.perennial.recovery.cases;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.micrometer.core.instrument.MeterRegistry;
import io.restassured.path.json.JsonPath;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.perennial.intake.billing.Signature;
import io.perennial.outreach.message.Delivery;
import io.perennial.recovery.billing.Billing;
import io.perennial.tenant.TenantDatabase;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.DatabaseResource;
import io.perennial.testing.ServiceTest;

/** What people see and decide: answers that are late, approvals, hold-outs and the watch over the churn risk. */
@ServiceTest
class CaseOversightTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    private static final WireMockExtension ALERTS =
            WireMockExtension.newInstance().options(options().dynamicPort()).build();

    @Inject
    CaseDriver driver;

    @Inject
    LateResponses lateResponses;

    @Inject
    ResponseAlerts alerts;

    @Inject
    ChurnRiskTriggers churnRisk;

    @Inject
    ContactNotes contactNotes;

    @Inject
    TenantDatabase database;

    @Inject
    Cases all;

    @Inject
    MeterRegistry meters;

    private UUID organization;
    private UUID ada;
    private RecoveryCases cases;
    private CaseRecorder recorder;

    @BeforeEach
    void aCustomer() {
        organization = Api.organization("ecommerce");
        ada = Billing.customer(organization, "ada");
        cases = new RecoveryCases(organization);
        recorder = CaseRecorder.of(organization);
    }

    private JsonPath begun(String level) {
        return cases.create(
                        Map.of("customer_id", ada.toString(), "trigger_type", "payment_failed", "risk_level", level))
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private void until(String id, String condition, Runnable work) throws SQLException {
        var deadline = Instant.now().plus(PATIENCE);
        while (Database.number("select count(*) from recovery_cases where case_id = ?::uuid and " + condition, id)
                == 0) {
            assertThat(Instant.now()).as(condition).isBefore(deadline);
            work.run();
        }
    }

    private void late(String id) throws SQLException {
        Database.execute("update recovery_cases set respond_by = now() - interval '1 minute' where case_id = '%s'"
                .formatted(id));
    }

    private double lateOf(String level) {
        return meters.counter("perennial.recovery.responses.late", "risk_level", level)
                .count();
    }

    @Test
    void anAnswerIsDueByTheLevel() {
        for (var level : Map.of("critical", 1, "high", 4, "medium", 24).entrySet()) {
            var customer = Billing.customer(organization, level.getKey());
            cases.create(Map.of(
                            "customer_id",
                            customer.toString(),
                            "trigger_type",
                            "churn_risk",
                            "risk_level",
                            level.getKey()))
                    .statusCode(200);
            var metrics = cases.of(customer).setRootPath("metrics");
            assertThat(Instant.parse(metrics.getString("respond_by")))
                    .as(level.getKey())
                    .isEqualTo(Instant.parse(metrics.getString("created_at")).plus(Duration.ofHours(level.getValue())));
        }
        assertThat(begun("low").getString("metrics.respond_by")).isNull();
    }

    @Test
    void aLateAnswerIsNotedCountedAndToldOnce() throws SQLException {
        ALERTS.stubFor(post("/alerts")
                .inScenario("first it is down")
                .whenScenarioStateIs(Scenario.STARTED)
                .willReturn(aResponse().withStatus(503))
                .willSetStateTo("up"));
        ALERTS.stubFor(post("/alerts")
                .inScenario("first it is down")
                .whenScenarioStateIs("up")
                .willReturn(aResponse().withStatus(204)));
        cases.settings(Map.of("alert_url", "http://localhost:%d/alerts".formatted(ALERTS.getPort())))
                .statusCode(200);
        var before = lateOf("critical");
        var id = begun("critical").getString("id");
        late(id);

        until(
                id,
                "response_late_at is not null",
                () -> lateResponses.markDue().await().atMost(PATIENCE));
        until(id, "alert_at > now()", () -> alerts.sendDue().await().atMost(PATIENCE));
        Database.execute("update recovery_cases set alert_at = now() where case_id = '%s'".formatted(id));
        until(id, "alert_at is null", () -> alerts.sendDue().await().atMost(PATIENCE));

        lateResponses.markDue().await().atMost(PATIENCE);
        assertThat(cases.events(id)).containsExactly("created", "activated", "response_late", "response_late_told");
        assertThat(lateOf("critical")).isEqualTo(before + 1);
        var requests = ALERTS.findAll(postRequestedFor(urlEqualTo("/alerts")));
        assertThat(requests).hasSize(2);
        assertThat(requests)
                .extracting(request -> request.getHeader("Idempotency-Key"))
                .containsOnly("late response " + id);
        var told = requests.get(1);
        Signature.read("Perennial-Signature", told.getHeader("Perennial-Signature"))
                .verify(told.getBody(), List.of(DatabaseResource.ALERT_SECRET), Instant.now(), Duration.ofMinutes(5));
        var alert = new JsonObject(told.getBodyAsString());
        assertThat(alert.fieldNames())
                .containsExactlyInAnyOrder(
                        "type",
                        "organization_id",
                        "case_id",
                        "risk_level",
                        "created_at",
                        "respond_by",
                        "response_late_at");
        assertThat(alert.getString("type")).isEqualTo("recovery_case.response_late");
        assertThat(alert.getString("case_id")).isEqualTo(id);
        assertThat(alert.getString("risk_level")).isEqualTo("critical");
    }

    @Test
    void whoWasContactedIsNotAnsweredLate() throws SQLException {
        var id = begun("critical").getString("id");
        cases.decide(id, "contacted", Map.of()).statusCode(200);
        late(id);

        lateResponses.markDue().await().atMost(PATIENCE);

        assertThat(cases.get(id).getString("metrics.response_late_at")).isNull();
        assertThat(cases.events(id)).doesNotContain("response_late");
    }

    @Test
    void theFirstMessageThatIsSentIsTheFirstContact() {
        var id = begun("high").getString("id");
        var at = Instant.parse(begun("high").getString("metrics.created_at")).plusSeconds(60);
        for (var kind : List.of(Delivery.Kind.WITHHELD, Delivery.Kind.SENT, Delivery.Kind.OPENED, Delivery.Kind.SENT)) {
            tell(id, kind, kind == Delivery.Kind.SENT ? at : at.minusSeconds(30));
        }
        tell(UUID.randomUUID().toString(), Delivery.Kind.SENT, at);

        assertThat(Instant.parse(cases.get(id).getString("metrics.first_contact_at")))
                .isEqualTo(at);
        assertThat(cases.events(id))
                .contains("message_withheld", "message_sent")
                .doesNotContain("message_opened");
    }

    private void tell(String thread, Delivery.Kind kind, Instant at) {
        var delivery =
                new Delivery(organization, ada, UUID.randomUUID(), UUID.fromString(thread), 1, "email", kind, null, at);
        database.transaction(organization, transaction -> contactNotes.happened(transaction, delivery))
                .await()
                .atMost(PATIENCE);
    }

    @Test
    void alertsGoToListedHostsOnly() {
        cases.settings(Map.of("alert_url", "http://169.254.169.254/latest"))
                .statusCode(400)
                .body("errors[0].field", equalTo("alert_url"))
                .body("errors[0].reason", containsString("PERENNIAL_RECOVERY_CASES_ALERT_HOSTS"));
        cases.settings(Map.of("alert_url", "ftp://localhost/x")).statusCode(400);
        cases.settings(Map.of("alert_url", "http://a:b@localhost/x")).statusCode(400);
    }

    @Test
    void aCriticalCaseWaitsForApprovalWhereTheOrganizationSaysSo() {
        cases.settings(Map.of("approve_critical_cases", true)).statusCode(200);
        var waiting = begun("critical");
        var id = waiting.getString("id");

        assertThat(waiting.getString("status")).isEqualTo("pending");
        assertThat(waiting.getString("approval")).isEqualTo("waiting");
        assertThat(recorder.told()).isEmpty();
        var asked = cases.approvals("waiting").setRootPath("items[0]");
        assertThat(asked.getString("subject")).isEqualTo("case");
        assertThat(asked.getString("case_id")).isEqualTo(id);

        cases.answer(asked.getString("id"), "approve").statusCode(200).body("status", equalTo("approved"));
        var active = cases.get(id);
        assertThat(active.getString("status")).isEqualTo("active");
        assertThat(active.getString("approval")).isEqualTo("approved");
        assertThat(recorder.told()).containsExactly("activated active critical");
        assertThat(cases.events(id)).containsExactly("created", "approval_requested", "approved", "activated");
        cases.answer(asked.getString("id"), "reject")
                .statusCode(409)
                .body("type", equalTo("urn:perennial:problem:conflict"));
        assertThat(cases.get(id).getString("status")).isEqualTo("active");
    }

    @Test
    void aCaseThatIsNotApprovedIsLost() {
        cases.settings(Map.of("approve_critical_cases", true)).statusCode(200);
        var id = begun("critical").getString("id");

        cases.answer(cases.approvals("waiting").getString("items[0].id"), "reject")
                .statusCode(200);

        var found = cases.get(id);
        assertThat(found.getString("status")).isEqualTo("lost");
        assertThat(found.getString("lost_because")).isEqualTo("rejected");
        assertThat(found.getString("approval")).isEqualTo("rejected");
        assertThat(recorder.told()).containsExactly("closed lost critical");
    }

    @Test
    void whoPaysBeforeAnybodyAnsweredIsRecovered() {
        cases.settings(Map.of("approve_critical_cases", true)).statusCode(200);
        var id = begun("critical").getString("id");

        cases.tell(RecoveryCases.paid("ada", "in-5", "20.00", Instant.now()));

        assertThat(cases.get(id).getString("status")).isEqualTo("recovered");
        assertThat(cases.approvals("obsolete").getList("items")).hasSize(1);
        assertThat(cases.approvals("waiting").getList("items")).isEmpty();
    }

    @Test
    void aStepWaitsForTheAnswerAboutItsOffers() {
        var id = begun("high").getString("id");
        var cost = new BigDecimal("640.00");
        for (var time = 0; time < 2; time++) {
            database.transaction(
                            organization,
                            transaction -> all.locked(transaction, organization, UUID.fromString(id))
                                    .chain(open -> all.askApproval(transaction, open, 3, cost)))
                    .await()
                    .atMost(PATIENCE);
        }

        var waiting = cases.approvals("waiting");
        assertThat(waiting.getList("items")).hasSize(1);
        assertThat(waiting.getInt("items[0].step")).isEqualTo(3);
        assertThat(new BigDecimal(waiting.getString("items[0].cost"))).isEqualByComparingTo(cost);
        assertThat(statusOf(id, 3)).contains(ApprovalStatus.WAITING);
        assertThat(statusOf(id, 4)).isEmpty();
        cases.answer(waiting.getString("items[0].id"), "reject").statusCode(200);
        assertThat(statusOf(id, 3)).contains(ApprovalStatus.REJECTED);
        assertThat(cases.get(id).getString("status")).isEqualTo("active");
        assertThat(recorder.told()).contains("decided 3 false active high");
    }

    private java.util.Optional<ApprovalStatus> statusOf(String id, int step) {
        return database.transaction(
                        organization,
                        connection -> all.find(connection, organization, UUID.fromString(id))
                                .chain(found -> all.approvalOf(connection, found, step)))
                .await()
                .atMost(PATIENCE);
    }

    @Test
    void incentivesFromACertainCostOnAreAskedFor() {
        var settings = new CaseSettings(BigDecimal.ZERO, false, new BigDecimal("100"), true, null, null);

        assertThat(settings.asksFor(new BigDecimal("99.99"))).isFalse();
        assertThat(settings.asksFor(new BigDecimal("100.00"))).isTrue();
        assertThat(CaseSettings.DEFAULT.asksFor(new BigDecimal("1000000"))).isFalse();
        assertThat(new CaseSettings(BigDecimal.ZERO, false, BigDecimal.ZERO, true, null, null).asksFor(BigDecimal.ZERO))
                .isFalse();
    }

    @Test
    void ofAHoldOutNobodyIsToldUntilItEnds() {
        cases.settings(Map.of("holdout_share", 1, "approve_critical_cases", true))
                .statusCode(200);
        var found = begun("critical");
        var id = found.getString("id");

        assertThat(found.getBoolean("is_holdout")).isTrue();
        assertThat(found.getString("status")).isEqualTo("active");
        assertThat(found.getString("metrics.respond_by")).isNull();
        assertThat(found.getString("metrics.ends_at")).isNotNull();
        assertThat(recorder.told()).isEmpty();
        cases.decide(id, "recover", Map.of()).statusCode(200).body("metrics.response_late_at", nullValue());
        assertThat(recorder.told()).containsExactly("closed recovered critical");
    }

    @Test
    void aHoldOutLastsAsLongAsTheSequenceOfTheOthers() {
        cases.settings(Map.of("holdout_share", 1)).statusCode(200);
        Api.asAdmin()
                .contentType("application/json")
                .body(Map.of(
                        "sequences",
                        Map.of(
                                "payment_failed",
                                List.of(Map.of("stage", "dunning_1", "channel", "email", "after_hours", 2))),
                        "ends_after_days",
                        3))
                .put("/api/v1/recovery/organizations/{org_id}/dunning/sequence", organization)
                .then()
                .statusCode(200);

        var found = cases.get(begun("high").getString("id"));

        assertThat(found.getBoolean("is_holdout")).isTrue();
        assertThat(Duration.between(
                        Instant.parse(found.getString("metrics.activated_at")),
                        Instant.parse(found.getString("metrics.ends_at"))))
                .isEqualTo(Duration.ofHours(2).plusDays(3));
    }

    /** What is due is looked for while somebody erases the customer, and nothing of the customer is written again. */
    private void assertWaitsForErasure(String due, Supplier<Uni<Integer>> looking) throws Exception {
        var id = begun("critical").getString("id");
        try (var owner = Database.asOwner();
                var statement = owner.createStatement()) {
            owner.setAutoCommit(false);
            statement.execute(
                    "select pg_advisory_xact_lock(hashtextextended('erasure %s', 0))".formatted(organization));
            Database.execute("update recovery_cases set %s where case_id = '%s'".formatted(due, id));
            var looked = looking.get().subscribeAsCompletionStage();
            Database.awaitWhoeverWaitsFor(owner);
            statement.execute(
                    "delete from recovery_case_events where case_id = '%1$s'; delete from recovery_cases where case_id = '%1$s'"
                            .formatted(id));
            owner.commit();
            looked.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        assertThat(Database.number("select count(*) from recovery_case_events where case_id = ?::uuid", id))
                .isZero();
    }

    @Test
    void aCaseThatIsErasedMeanwhileIsNotNotedAsLate() throws Exception {
        assertWaitsForErasure("respond_by = now() - interval '1 minute'", lateResponses::markDue);
    }

    @Test
    void aCaseThatIsErasedMeanwhileIsNotNotedAsTold() throws Exception {
        ALERTS.stubFor(post("/late").willReturn(aResponse().withStatus(200)));
        cases.settings(Map.of("alert_url", "http://localhost:%d/late".formatted(ALERTS.getPort())))
                .statusCode(200);

        assertWaitsForErasure(
                "respond_by = now() - interval '1 minute', response_late_at = now(), alert_at = now() - interval '1 second'",
                alerts::sendDue);
    }

    /** The draw of 20,000 cases: a share of 0.1 within five standard deviations, 0.0106. */
    @Test
    void theHoldOutIsTheShareThatIsWanted() throws SQLException {
        var share = new BigDecimal(Database.text("""
                with b as (
                    select derived_id('%s', 'case ' || n) as case_id from generate_series(1, 20000) n
                )
                select avg(case when %s < 0.1 then 1 else 0 end) from b""".formatted(organization, OpenCases.DRAW)));

        assertThat(share.doubleValue()).isBetween(0.1 - 0.0106, 0.1 + 0.0106);
    }

    @Test
    void aChurnRiskThatRisesToTheWatchedLevelBeginsACaseOnce() throws Exception {
        IntStream.range(0, 4).forEach(number -> Billing.customer(organization, "watched-" + number));
        var run = Api.run(organization, "health", Instant.now().toString());
        assertThat(run.getString("status")).isEqualTo("completed");
        Database.execute("""
                update customer_health_scores h
                set latest_run_churn_probability = p.latest, previous_run_churn_probability = p.previous
                from (values ('watched-0', 0.75, 0.40), ('watched-1', 0.75, 0.72), ('watched-2', 0.69, 0.1),
                    ('watched-3', 0.70, null)) as p(name, latest, previous)
                join customers c on c.organization_id = '%1$s' and c.external_id = p.name
                where h.organization_id = '%1$s' and h.customer_id = c.customer_id""".formatted(organization));
        assertThat(cases.list().getList("items")).isEmpty();

        cases.settings(Map.of("churn_risk_from", "critical")).statusCode(200);
        churnRisk.beginDue().await().atMost(PATIENCE);
        churnRisk.beginDue().await().atMost(PATIENCE);
        cases.settle(driver);

        var names = Database.text("""
                select string_agg(c.external_id, ' ' order by c.external_id)
                from recovery_cases r join customers c using (organization_id, customer_id)
                where r.organization_id = ? and r.trigger_type = 'churn_risk' and r.status = 'active'""", organization);
        assertThat(names).isEqualTo("watched-0 watched-3");
        assertThat(cases.list("trigger", "churn_risk").getString("items[0].trigger_event.reason"))
                .startsWith("churn probability 0.7");
    }

    @Test
    void settingsAreReadAsTheyWereSet() {
        Api.asAdmin()
                .get("/api/v1/recovery/organizations/{org_id}/settings", organization)
                .then()
                .statusCode(200)
                .body("holdout_share", equalTo(0))
                .body("any_payment_recovers", equalTo(true))
                .body("churn_risk_from", nullValue());
        cases.settings(Map.of("holdout_share", 0.25, "approve_incentives_from", 100))
                .statusCode(200);
        Api.asAdmin()
                .get("/api/v1/recovery/organizations/{org_id}/settings", organization)
                .then()
                .statusCode(200)
                .body("holdout_share", equalTo(0.25f))
                .body("approve_incentives_from", equalTo(100));
        cases.settings(Map.of("holdout_share", 1.5)).statusCode(400);
        cases.settings(Map.of("churn_risk_from", "low")).statusCode(400);
    }
}
