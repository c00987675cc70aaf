package io.perennial.recovery.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.recovery.billing.Billing;
import io.perennial.tenant.TenantDatabase;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

/** What begins recovery cases, what happens to them, and how they end. */
@ServiceTest
class RecoveryCaseTest {

    private static final int LIVES = 120;
    private static final int LIFE = 6;

    @Inject
    CaseDriver driver;

    @Inject
    TenantDatabase database;

    @Inject
    CaseRows rows;

    @Inject
    Cases all;

    private UUID organization;
    private UUID ada;
    private RecoveryCases cases;
    private CaseRecorder recorder;
    private Instant now;

    @BeforeEach
    void aCustomerWhoPays() throws SQLException {
        organization = Api.organization("ecommerce");
        ada = Billing.customer(organization, "ada");
        cases = new RecoveryCases(organization);
        recorder = CaseRecorder.of(organization);
        now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        cases.tell(RecoveryCases.subscription(
                "created",
                "ada",
                ",\"plan\":\"pro\",\"tier\":2,\"amount\":\"49.00\",\"billing_interval\":\"month\"",
                ago(Duration.ofDays(300))));
    }

    private Instant ago(Duration duration) {
        return now.minus(duration);
    }

    private Instant minutesAgo(int minutes) {
        return now.minus(Duration.ofMinutes(minutes));
    }

    private String begun() throws SQLException {
        cases.tell(RecoveryCases.failed("ada", "in-1", 2, minutesAgo(10)));
        cases.settle(driver);
        return cases.of(ada).getString("id");
    }

    @Test
    void aPaymentThatFailedTwiceBeginsACaseThatIsAssessed() throws SQLException {
        var id = begun();

        var found = cases.get(id);
        assertThat(found.getString("status")).isEqualTo("active");
        assertThat(found.getString("trigger_event.type")).isEqualTo("payment_failed");
        assertThat(Instant.parse(found.getString("trigger_event.timestamp"))).isEqualTo(minutesAgo(10));
        assertThat(found.getDouble("trigger_event.amount")).isEqualTo(49.00);
        assertThat(found.getString("trigger_event.currency")).isEqualTo("EUR");
        assertThat(found.getString("trigger_event.reason")).isEqualTo("insufficient_funds");
        assertThat(found.getInt("trigger_event.attempt_count")).isEqualTo(2);
        assertThat(found.getString("trigger_event.failure_id"))
                .isEqualTo(Database.text(
                        "select failure_id from payment_failures where organization_id = ? and payment_id = 'in-1'",
                        organization));
        // Two failed attempts, a short history of payments: see the factors.
        assertThat(found.getDouble("risk.score")).isBetween(0.2, 0.6);
        assertThat(found.getString("risk_level")).isEqualTo(found.getString("risk.level"));
        assertThat(found.getString("billing_segment")).isEqualTo("at_risk");
        assertThat(found.getString("messaging_tone")).isEqualTo("supportive");
        // 49.00 a month for a year, of somebody for whom nothing is predicted.
        assertThat(new BigDecimal(found.getString("metrics.total_value"))).isEqualByComparingTo("588.00");
        assertThat(new BigDecimal(found.getString("metrics.incentive_cost"))).isEqualByComparingTo("0");
        var activated = Instant.parse(found.getString("metrics.activated_at"));
        assertThat(Instant.parse(found.getString("metrics.ends_at")))
                .isBetween(
                        activated.plus(Duration.ofDays(14)).minusSeconds(1),
                        activated.plus(Duration.ofDays(14)).plusSeconds(1));
        assertThat(cases.events(id)).containsExactly("created", "activated");
        assertThat(cases.firstEvent(id))
                .containsEntry("amount", "49.00")
                .containsEntry("occurred_at", minutesAgo(10).toString());
        assertThat(recorder.told()).containsExactly("activated active " + found.getString("risk_level"));
    }

    @Test
    void aFirstFailureBeginsNothing() throws SQLException {
        cases.tell(RecoveryCases.failed("ada", "in-1", 1, minutesAgo(10)));

        assertThat(cases.list().getList("items")).isEmpty();
    }

    @Test
    void whatFailedLongAgoBeginsNothing() throws SQLException {
        cases.tell(RecoveryCases.failed("ada", "in-1", 2, ago(Duration.ofDays(8))));
        assertThat(cases.list().getList("items")).isEmpty();

        cases.tell(RecoveryCases.failed("ada", "in-2", 2, ago(Duration.ofDays(6))));
        assertThat(cases.list().getList("items")).hasSize(1);
    }

    @Test
    void aFailureThatWasPaidBeforeItWasToldBeginsNothing() {
        cases.tell(RecoveryCases.paid("ada", "in-1", "49.00", minutesAgo(5)));
        cases.tell(RecoveryCases.failed("ada", "in-1", 2, minutesAgo(10)));
        cases.tell(RecoveryCases.failed("ada", "in-2", 2, minutesAgo(10)));

        assertThat(cases.list().getList("items")).isEmpty();
    }

    @Test
    void aFailureAndItsPaymentInOneUploadBeginNothing() {
        cases.tell(
                RecoveryCases.failed("ada", "in-1", 1, minutesAgo(20)),
                RecoveryCases.failed("ada", "in-1", 2, minutesAgo(10)),
                RecoveryCases.paid("ada", "in-1", "49.00", minutesAgo(5)));

        assertThat(cases.list().getList("items")).isEmpty();
    }

    @Test
    void thePaymentThatHadFailedEndsTheCase() throws SQLException {
        var id = begun();

        cases.tell(RecoveryCases.paid("ada", "in-1", "40.00", minutesAgo(1)));

        var found = cases.get(id);
        assertThat(found.getString("status")).isEqualTo("recovered");
        assertThat(found.getString("recovered_by")).isEqualTo("payment");
        assertThat(new BigDecimal(found.getString("metrics.revenue_recovered"))).isEqualByComparingTo("40.00");
        assertThat(found.getString("metrics.recovered_at")).isNotNull();
        assertThat(cases.events(id)).containsExactly("created", "activated", "recovered");
        assertThat(recorder.told().get(1)).startsWith("closed recovered");
    }

    @Test
    void aCaseThatIsPaidBeforeItIsAssessedHasBeenAssessed() throws SQLException {
        cases.tell(
                RecoveryCases.failed("ada", "in-1", 2, minutesAgo(10)),
                RecoveryCases.subscription(
                        "cancelled", "ada", ",\"ends_at\":\"%s\"".formatted(now.plusSeconds(864000)), minutesAgo(9)));
        cases.tell(RecoveryCases.subscription("reactivated", "ada", "", minutesAgo(8)));

        var found = cases.of(ada);
        assertThat(found.getString("status")).isEqualTo("recovered");
        assertThat(found.getString("recovered_by")).isEqualTo("reactivation");
        assertThat(found.getString("billing_segment")).isEqualTo("at_risk");
        assertThat(new BigDecimal(found.getString("metrics.total_value"))).isPositive();
    }

    @Test
    void anyLaterPaymentEndsTheCaseUnlessTheOrganizationSaysOtherwise() throws SQLException {
        cases.settings(Map.of("any_payment_recovers", false)).statusCode(200);
        var id = begun();
        cases.tell(RecoveryCases.paid("ada", "in-9", "10.00", minutesAgo(2)));
        assertThat(cases.get(id).getString("status")).isEqualTo("active");

        cases.settings(Map.of("any_payment_recovers", true)).statusCode(200);
        cases.tell(RecoveryCases.paid("ada", "in-10", "10.00", minutesAgo(20)));
        assertThat(cases.get(id).getString("status")).as("a payment of before").isEqualTo("active");

        cases.tell(RecoveryCases.paid("ada", "in-11", "10.00", minutesAgo(1)));
        assertThat(cases.get(id).getString("status")).isEqualTo("recovered");
        assertThat(new BigDecimal(cases.get(id).getString("metrics.revenue_recovered")))
                .isEqualByComparingTo("10.00");
    }

    @Test
    void aPaymentOfNothingEndsNoCaseUnlessItIsTheOneThatHadFailed() throws SQLException {
        var id = begun();

        cases.tell(RecoveryCases.paid("ada", "in-trial", "0.00", minutesAgo(2)));
        assertThat(cases.get(id).getString("status")).isEqualTo("active");

        cases.tell(RecoveryCases.paid("ada", "in-1", "0.00", minutesAgo(1)));
        assertThat(cases.get(id).getString("status")).isEqualTo("recovered");
        assertThat(new BigDecimal(cases.get(id).getString("metrics.revenue_recovered")))
                .isEqualByComparingTo("0");
    }

    @Test
    void aPaymentOfNothingKeepsNoCaseFromBeginning() {
        cases.tell(RecoveryCases.paid("ada", "in-trial", "0.00", minutesAgo(5)));
        cases.tell(RecoveryCases.failed("ada", "in-1", 2, minutesAgo(10)));

        assertThat(cases.list().getList("items")).hasSize(1);
    }

    @Test
    void aCancellationIsAtLeastHighAndEndsWithAReactivation() throws SQLException {
        cases.tell(RecoveryCases.subscription(
                "cancelled",
                "ada",
                ",\"reason\":\"too_expensive\",\"ends_at\":\"%s\"".formatted(now.plusSeconds(864000)),
                minutesAgo(10)));
        cases.settle(driver);

        var found = cases.of(ada);
        assertThat(found.getString("trigger_event.type")).isEqualTo("subscription_cancelled");
        assertThat(found.getString("trigger_event.reason")).isEqualTo("too_expensive");
        assertThat(new BigDecimal(found.getString("trigger_event.amount"))).isEqualByComparingTo("49.00");
        assertThat(found.getString("risk_level")).isEqualTo("high");
        assertThat(found.getDouble("risk.score")).isLessThan(0.8);
        assertThat(found.getInt("recovery_strategy.priority")).isEqualTo(2);
        assertThat(Instant.parse(found.getString("metrics.respond_by")))
                .isEqualTo(Instant.parse(found.getString("metrics.created_at")).plus(Duration.ofHours(4)));

        cases.tell(RecoveryCases.subscription("reactivated", "ada", "", minutesAgo(1)));
        var ended = cases.get(found.getString("id"));
        assertThat(ended.getString("status")).isEqualTo("recovered");
        assertThat(ended.getString("recovered_by")).isEqualTo("reactivation");
        assertThat(new BigDecimal(ended.getString("metrics.revenue_recovered"))).isEqualByComparingTo("49.00");
    }

    @Test
    void aLesserPlanIsAtLeastMedium() throws SQLException {
        cases.tell("""
                {"type":"plan.downgraded","occurred_at":"%s","customer_id":"ada","subscription_id":"sub-ada","plan":"basic",\
                "tier":1,"amount":"19.00","previous_plan":"pro","previous_tier":2}""".formatted(minutesAgo(10)));
        cases.settle(driver);

        var found = cases.of(ada);
        assertThat(found.getString("trigger_event.type")).isEqualTo("downgrade");
        assertThat(found.getString("trigger_event.reason")).isEqualTo("plan_downgrade");
        assertThat(found.getString("risk_level")).isEqualTo("medium");
        assertThat(found.getString("risk.level")).isEqualTo("low");
    }

    @Test
    void aSubscriptionThatEndsLosesTheCaseAndDoesNotBeginAnother() throws SQLException {
        var id = begun();

        cases.tell(RecoveryCases.subscription("cancelled", "ada", "", minutesAgo(1)));

        var found = cases.get(id);
        assertThat(found.getString("status")).isEqualTo("lost");
        assertThat(found.getString("lost_because")).isEqualTo("subscription_ended");
        assertThat(cases.list().getList("items")).hasSize(1);
        cases.tell(RecoveryCases.failed("ada", "in-1", 3, now));
        assertThat(cases.list().getList("items")).as("the same failure").hasSize(1);
        cases.tell(RecoveryCases.failed("ada", "in-2", 2, now));
        assertThat(cases.list().getList("items")).as("another failure").hasSize(2);
    }

    @Test
    void whatHappensMeanwhileBelongsToTheSameCaseAndRaisesIt() throws SQLException {
        var id = begun();
        var before = cases.get(id);
        assertThat(before.getString("risk_level")).isIn("low", "medium");

        cases.tell(RecoveryCases.subscription(
                "cancelled", "ada", ",\"ends_at\":\"%s\"".formatted(now.plusSeconds(864000)), minutesAgo(1)));
        cases.settle(driver);

        var found = cases.get(id);
        assertThat(cases.list().getList("items")).hasSize(1);
        assertThat(found.getString("trigger_event.type")).isEqualTo("payment_failed");
        assertThat(found.getString("risk_level")).isIn("high", "critical");
        assertThat(cases.events(id)).contains("triggered_again", "escalated");
        assertThat(recorder.told()).contains("escalated active high");
        cases.tell(RecoveryCases.failed("ada", "in-1", 4, now));
        assertThat(cases.get(id).getInt("trigger_event.attempt_count")).isEqualTo(4);
        assertThat(Api.asAdmin()
                        .queryParam("group_by", "risk_level")
                        .get("/api/v1/recovery/organizations/{org_id}/figures", organization)
                        .<Integer>path("groups.find { it.group == '%s' }.figures.cases"
                                .formatted(before.getString("risk_level"))))
                .as("in the figures it stays what it was at first")
                .isEqualTo(1);
    }

    @Test
    void whatHappensAfterTheEndOfACaseBeginsAnotherThoughItIsToldAtOnce() throws SQLException {
        var first = begun();

        cases.tell(
                RecoveryCases.paid("ada", "in-1", "49.00", minutesAgo(5)),
                RecoveryCases.failed("ada", "in-2", 2, minutesAgo(4)),
                RecoveryCases.subscription(
                        "cancelled", "ada", ",\"ends_at\":\"%s\"".formatted(now.plusSeconds(864000)), minutesAgo(3)));
        cases.settle(driver);

        assertThat(cases.get(first).getString("status")).isEqualTo("recovered");
        assertThat(cases.get(first).getString("recovered_by")).isEqualTo("payment");
        assertThat(cases.list().getList("items")).hasSize(2);
        var second = cases.of(ada);
        assertThat(second.getString("status")).isEqualTo("active");
        assertThat(second.getString("trigger_event.type")).isEqualTo("payment_failed");
        assertThat(second.getString("trigger_event.payment_id")).isEqualTo("in-2");
        assertThat(second.getString("risk_level")).isEqualTo("high");
        assertThat(cases.events(second.getString("id"))).containsExactly("created", "triggered_again", "activated");
    }

    /** What may happen to somebody; the payments are others each time. */
    private enum Happening {
        FAILED,
        PAID,
        TO_END,
        REACTIVATED,
        ENDED;

        String told(String customer, int number, Instant now) {
            var at = now.minus(Duration.ofMinutes(30 - number));
            return switch (this) {
                case FAILED -> RecoveryCases.failed(customer, "in-" + number, 2, at);
                case PAID -> RecoveryCases.paid(customer, "in-" + number, "49.00", at);
                case TO_END ->
                    RecoveryCases.subscription(
                            "cancelled", customer, ",\"ends_at\":\"%s\"".formatted(now.plusSeconds(864000)), at);
                case REACTIVATED -> RecoveryCases.subscription("reactivated", customer, "", at);
                case ENDED -> RecoveryCases.subscription("cancelled", customer, "", at);
            };
        }
    }

    /** Only that what began and was taken back within one portion never was a case is on purpose. */
    @Test
    void itIsTheSameWhetherTheFactsOfACustomerAreToldTogetherOrOneByOne() throws SQLException {
        var lives = Arbitraries.of(Happening.class)
                .list()
                .ofSize(LIFE)
                .list()
                .ofSize(LIVES)
                .sample();
        var customers = new StringBuilder("customer_id\n");
        var before = new ArrayList<String>();
        var together = new ArrayList<String>();
        for (var i = 0; i < LIVES; i++) {
            for (var customer : List.of("together-" + i, "apart-" + i)) {
                customers.append(customer).append('\n');
                before.add(RecoveryCases.subscription(
                        "created", customer, ",\"amount\":\"49.00\"", ago(Duration.ofDays(9))));
                if (i % 4 != 0) {
                    before.add(RecoveryCases.failed(customer, "first", 2, minutesAgo(60)));
                }
            }
            for (var number = 0; number < LIFE; number++) {
                together.add(lives.get(i).get(number).told("together-" + i, number, now));
            }
        }
        Api.upload(organization, "customers", customers.toString()).then().statusCode(200);
        cases.tell(before.toArray(String[]::new));
        cases.tell(together.toArray(String[]::new));
        for (var number = 0; number < LIFE; number++) {
            var turn = new ArrayList<String>();
            for (var i = 0; i < LIVES; i++) {
                turn.add(lives.get(i).get(number).told("apart-" + i, number, now));
            }
            cases.tell(turn.toArray(String[]::new));
        }
        cases.settle(driver);

        for (var i = 0; i < LIVES; i++) {
            assertThat(lasting("together-" + i))
                    .as("%s %s", i % 4 != 0 ? "after a failure" : "", lives.get(i))
                    .isEqualTo(lasting("apart-" + i));
        }
        assertThat(Database.number("""
                        select count(*) from recovery_cases
                        where organization_id = ? and status in ('pending', 'active') and payment_id is distinct from 'first'""", organization))
                .as("cases that go on and began by what was told")
                .isGreaterThan(LIVES / 4);
    }

    /** The case of before and the one that is open, each with what began it and what became of it. */
    private String lasting(String customer) throws SQLException {
        return Database.text("""
                select string_agg(concat_ws(' ', trigger_type, triggered_at, status, recovered_by, lost_because), ', '
                    order by triggered_at)
                from recovery_cases
                where organization_id = ? and customer_id = derived_id(organization_id, ?)
                    and (payment_id = 'first' or status in ('pending', 'active'))""", organization, customer);
    }

    @Test
    void failuresAtOnceMakeOneCase() throws Exception {
        var pool = Executors.newFixedThreadPool(8);
        try {
            var secret = cases.webhookSecret();
            var sendings = new ArrayList<Callable<String>>();
            for (var i = 0; i < 8; i++) {
                var payment = "in-" + i;
                sendings.add(() ->
                        cases.send(secret, "evt-" + payment, RecoveryCases.failed("ada", payment, 2, minutesAgo(10))));
            }
            for (var sent : pool.invokeAll(sendings)) {
                assertThat(sent.get()).isEqualTo("applied");
            }
        } finally {
            pool.shutdown();
        }

        assertThat(cases.list().getList("items")).hasSize(1);
        assertThat(cases.events(cases.of(ada).getString("id")).stream().filter("triggered_again"::equals))
                .hasSize(7);
    }

    @Test
    void aCaseIsRecoveredOrLostAndNeverBoth() throws Exception {
        for (var round = 0; round < 5; round++) {
            var name = "racer-" + round;
            var customer = Billing.customer(organization, name);
            cases.tell(RecoveryCases.failed(name, "p-" + round, 2, minutesAgo(10)));
            cases.settle(driver);
            var id = cases.of(customer).getString("id");
            var payment = "p-" + round;
            var pool = Executors.newFixedThreadPool(2);
            try {
                var closing = pool.submit(
                        () -> cases.decide(id, "close", Map.of()).extract().statusCode());
                var paying = pool.submit(() -> {
                    cases.tell(RecoveryCases.paid(name, payment, "49.00", minutesAgo(1)));
                    return null;
                });
                var closed = closing.get();
                paying.get();
                var found = cases.get(id);
                assertThat(found.getString("status")).isEqualTo(closed == 200 ? "lost" : "recovered");
                assertThat(cases.events(id).stream().filter(List.of("recovered", "lost")::contains))
                        .hasSize(1);
            } finally {
                pool.shutdown();
            }
        }
    }

    @Test
    void aWholeUploadIsTakenInAtOnce() throws SQLException {
        var customers = new StringBuilder("customer_id,registered_at\n");
        var failures = new ArrayList<String>();
        var payments = new ArrayList<String>();
        for (var i = 0; i < 300; i++) {
            customers.append("many-%d,%s\n".formatted(i, ago(Duration.ofDays(100))));
            failures.add(RecoveryCases.failed("many-" + i, "m-" + i, 2, minutesAgo(30)));
            if (i % 3 == 0) {
                payments.add(RecoveryCases.paid("many-" + i, "m-" + i, "49.00", minutesAgo(3)));
            }
        }
        Api.upload(organization, "customers", customers.toString()).then().statusCode(200);

        cases.tell(failures.toArray(String[]::new));
        cases.tell(payments.toArray(String[]::new));
        cases.settle(driver);

        assertThat(cases.list("status", "recovered", "limit", "1000").getList("items"))
                .hasSize(100);
        assertThat(cases.list("status", "active", "limit", "1000").getList("items"))
                .hasSize(200);
    }

    @Test
    void severalReplicasMakeEachCaseActiveOnce() throws SQLException {
        var customers = new StringBuilder("customer_id,registered_at\n");
        var failures = new ArrayList<String>();
        for (var i = 0; i < 100; i++) {
            customers.append("shared-%d,%s\n".formatted(i, ago(Duration.ofDays(100))));
            failures.add(RecoveryCases.failed("shared-" + i, "s-" + i, 2, minutesAgo(30)));
        }
        Api.upload(organization, "customers", customers.toString()).then().statusCode(200);
        cases.tell(failures.toArray(String[]::new));

        var replicas = IntStream.range(0, 4)
                .mapToObj(number -> new CaseDriver(database, rows, all, Clock.systemUTC()).assessDue())
                .toList();
        Uni.join().all(replicas).andFailFast().await().indefinitely();
        cases.settle(driver);

        assertThat(recorder.told()).hasSize(100).allMatch(told -> told.startsWith("activated active"));
        assertThat(Database.number(
                        "select count(*) from recovery_case_events where organization_id = ? and kind = 'activated'",
                        organization))
                .isEqualTo(100);
    }

    @Test
    void aCaseThatNothingCameOfIsLostWhenItsTimeIsOver() throws SQLException {
        var id = begun();
        Database.execute(
                "update recovery_cases set ends_at = now() - interval '1 minute' where case_id = '%s'".formatted(id));

        var deadline = Instant.now().plusSeconds(30);
        while (cases.get(id).getString("status").equals("active")
                && Instant.now().isBefore(deadline)) {
            driver.endDue().await().indefinitely();
        }

        assertThat(cases.get(id).getString("status")).isEqualTo("lost");
        assertThat(cases.get(id).getString("lost_because")).isEqualTo("exhausted");
        assertThat(recorder.told()).last().asString().startsWith("closed lost");
    }

    @Test
    void aCaseIsBegunByHandOnceForAKey() {
        var body = Map.<String, Object>of(
                "customer_id",
                ada.toString(),
                "trigger_type",
                "subscription_cancelled",
                "amount",
                12.5,
                "reason",
                "called us");
        var first = Api.asAdmin()
                .contentType("application/json")
                .header("Idempotency-Key", "case-1")
                .body(body)
                .post("/api/v1/recovery/cases")
                .then()
                .statusCode(200)
                .body("status", equalTo("active"))
                .body("risk_level", equalTo("high"))
                .body("trigger_event.amount", equalTo(12.5f))
                .body("trigger_event.currency", equalTo("EUR"))
                .body("trigger_event.failure_id", nullValue())
                .extract()
                .<String>path("id");
        var again = Api.asAdmin()
                .contentType("application/json")
                .header("Idempotency-Key", "case-1")
                .body(body)
                .post("/api/v1/recovery/cases")
                .then()
                .statusCode(200)
                .extract()
                .<String>path("id");

        assertThat(again).isEqualTo(first);
        assertThat(cases.events(first)).containsExactly("created", "activated");
        cases.create(Map.of("customer_id", ada.toString(), "trigger_type", "downgrade", "risk_level", "critical"))
                .statusCode(200)
                .body("id", equalTo(first))
                .body("risk_level", equalTo("critical"));
        assertThat(cases.events(first)).contains("triggered_again", "escalated");
        assertThat(cases.list().getList("items")).hasSize(1);
    }

    @Test
    void aCaseThatBeginsInTheMomentWhenOneIsBegunByHandIsTheOneThatIsMeant() throws Exception {
        var other = UUID.randomUUID();
        var pool = Executors.newSingleThreadExecutor();
        try (var owner = Database.asOwner();
                var statement = owner.createStatement()) {
            owner.setAutoCommit(false);
            statement.execute("""
                    insert into recovery_cases (organization_id, customer_id, case_id, status, risk_level, trigger_type,
                        triggered_at, amount, currency, priority, strategy, is_holdout, approval, created_at, updated_at, version)
                    values ('%s', '%s', '%s', 'pending', 'low', 'churn_risk', now(), 49, 'EUR', 4,
                        '{"priority": 4, "channels": ["email"], "timeline": [], "actions": []}', false, 'none', now(), now(), 1)""".formatted(organization, ada, other));
            var asking =
                    pool.submit(() -> cases.create(Map.of("customer_id", ada.toString(), "trigger_type", "downgrade")));
            Database.awaitWhoeverWaitsFor(owner);
            owner.commit();

            asking.get().statusCode(200).body("id", equalTo(other.toString()));
        } finally {
            pool.shutdown();
        }
        assertThat(cases.events(other.toString())).contains("triggered_again");
    }

    @Test
    void aCaseBegunByHandIsAboutTheLatestFailure() {
        cases.tell(RecoveryCases.failed("ada", "in-7", 1, minutesAgo(10)));

        cases.create(Map.of("customer_id", ada.toString(), "trigger_type", "payment_failed"))
                .statusCode(200)
                .body("trigger_event.payment_id", equalTo("in-7"))
                .body("trigger_event.amount", equalTo(49.00f))
                .body("trigger_event.attempt_count", equalTo(1));
        cases.create(Map.of(
                        "customer_id", ada.toString(),
                        "trigger_type", "payment_failed",
                        "failure_id", UUID.randomUUID().toString()))
                .statusCode(400);
        cases.create(Map.of("customer_id", UUID.randomUUID().toString(), "trigger_type", "downgrade"))
                .statusCode(404)
                .body("type", equalTo("urn:perennial:problem:unknown-customer"));
    }

    @Test
    void whatHasEndedCannotEndAgain() throws SQLException {
        var id = begun();
        cases.decide(id, "contacted", Map.of("comment", "called")).statusCode(200);
        assertThat(cases.get(id).getString("metrics.first_contact_at")).isNotNull();

        cases.decide(id, "recover", Map.of("revenue", 30))
                .statusCode(200)
                .body("status", equalTo("recovered"))
                .body("recovered_by", equalTo("by_hand"))
                .body("metrics.revenue_recovered", equalTo(30.00f));

        for (var what : List.of("recover", "close", "contacted")) {
            cases.decide(id, what, Map.of()).statusCode(409).body("type", equalTo("urn:perennial:problem:case-status"));
        }
        assertThat(cases.events(id)).containsExactly("created", "activated", "contacted", "recovered");
    }

    @Test
    void listsAreFilteredAndPaged() throws SQLException {
        for (var i = 0; i < 3; i++) {
            Billing.customer(organization, "listed-" + i);
            cases.tell(RecoveryCases.failed("listed-" + i, "l-" + i, 2, minutesAgo(10)));
        }
        cases.tell(RecoveryCases.subscription("cancelled", "ada", "", minutesAgo(10)));
        cases.settle(driver);

        assertThat(cases.list("trigger", "subscription_cancelled").getList("items.customer_id"))
                .containsExactly(ada.toString());
        assertThat(cases.list("risk_level", "critical").getList("items")).isEmpty();
        var first = cases.list("limit", "3");
        var second = cases.list("limit", "3", "after", first.getString("next"));
        assertThat(first.getList("items.risk")).containsOnlyNulls();
        var all = new ArrayList<>(first.<String>getList("items.id"));
        all.addAll(second.getList("items.id"));
        assertThat(all).hasSize(4).doesNotHaveDuplicates();
        assertThat(second.getString("next")).isNull();
        Api.asAdmin().get("/api/v1/recovery/cases").then().statusCode(400);
    }

    @Test
    void anotherOrganizationSeesNoneOfIt() throws SQLException {
        var id = begun();
        var key = Api.key(Api.organization("banking"), "admin");

        for (var list : List.of("cases", "approvals")) {
            assertThat(Api.as(key)
                            .get("/api/v1/recovery/" + list)
                            .then()
                            .statusCode(200)
                            .extract()
                            .<List<?>>path("items"))
                    .isEmpty();
            Api.as(key)
                    .queryParam("organization", organization)
                    .get("/api/v1/recovery/" + list)
                    .then()
                    .statusCode(404);
        }
        Api.as(key).get("/api/v1/recovery/cases/{case_id}", id).then().statusCode(404);
        Api.as(key)
                .contentType("application/json")
                .body(Map.of("customer_id", ada.toString(), "trigger_type", "downgrade"))
                .post("/api/v1/recovery/cases")
                .then()
                .statusCode(404);
    }
}
