package io.perennial.insight.behavior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import io.perennial.tenant.CustomerId;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class BehaviorTest {

    private static final String LATER = "2025-08-30T00:00:00Z";

    /** The customer of the source document. */
    private static Doings declining() {
        return new Doings()
                .customer("declining")
                .event("login", 1, 3)
                .event("login", 5, 10)
                .event("login", 2, 20)
                .event("login", 22, 45)
                .event("feature_use", 6, 45)
                .event("balance_check", 1, 5)
                .bought(3, 12)
                .bought(12, 40)
                .bought(10, 70)
                .bought(1, 70, "10", "savings");
    }

    @Test
    void theAnswerAboutACustomerIsThatOfTheSourceDocument() {
        var organization = declining().analyzed("banking");

        var behavior = Doings.of(organization, "declining");

        assertThat(behavior.getMap("").keySet().stream().map(Object::toString))
                .containsExactly(
                        "customer_id",
                        "organization_id",
                        "org_type",
                        "behavior_score",
                        "activity_trend",
                        "value_trend",
                        "engagement_trend",
                        "risk_signals",
                        "recommendations",
                        "analyzed_at",
                        "metadata");
        assertThat(behavior.getString("customer_id"))
                .isEqualTo(CustomerId.of(organization, "declining").toString());
        assertThat(behavior.getString("organization_id")).isEqualTo(organization.toString());
        assertThat(behavior.getString("org_type")).isEqualTo("banking");
        assertThat(behavior.getString("activity_trend")).isEqualTo("declining");
        assertThat(behavior.getString("value_trend")).isEqualTo("declining");
        assertThat(behavior.getString("engagement_trend")).isEqualTo("declining");
        assertThat(behavior.getList("risk_signals"))
                .isEqualTo(List.of("login_frequency_decline", "transaction_volume_drop", "feature_abandonment"));
        assertThat(behavior.getList("recommendations"))
                .isEqualTo(List.of(
                        "Send re-engagement email highlighting new mobile app features",
                        "Reach out to understand if customer needs have changed",
                        "Provide tutorials or webinars on abandoned features"));
        assertThat(behavior.getString("analyzed_at")).matches("20..-.*Z");
        assertThat(behavior.<String, Integer>getMap("metadata"))
                .containsEntry("logins_last_7_days", 1)
                .containsEntry("logins_prev_7_days", 5)
                .containsEntry("logins_last_30_days", 8)
                .containsEntry("logins_prev_30_days", 22)
                .containsEntry("features_used_last_30_days", 0)
                .containsEntry("features_used_prev_30_days", 6)
                .containsEntry("transactions_last_30_days", 3)
                .containsEntry("transactions_prev_30_days", 12)
                .containsEntry("products_used_last_90_days", 2)
                .containsEntry("support_contacts_last_30_days", 0)
                .noneSatisfy((name, value) -> assertThat(name).startsWith("_"));
        // Activity 12 after 40, value 30 after 120, and 9 engaging events where 5 are usual.
        var expected =
                0.4 * 50 * (1 - 28 / 40.0) + 0.3 * 50 * (1 - 90 / 120.0) + 0.3 * 100 * (1 - Math.pow(2, -9 / 5.0));
        assertThat(behavior.getDouble("behavior_score")).isCloseTo(expected, within(0.005));
    }

    @Test
    void trendsTellTheLastDaysFromThoseBefore() {
        var organization = new Doings()
                .customer("more")
                .event("login", 10, 31)
                .event("login", 13, 30)
                .event("login", 14, 29)
                .bought(1, 40, "80", "cards")
                .bought(1, 20, "100", "cards")
                .customer("same")
                .event("login", 9, 45)
                .event("login", 8, 29)
                .bought(1, 40, "100", "cards")
                .bought(1, 20, "81", "cards")
                .customer("less")
                .event("feature_use", 10, 45)
                .event("feature_use", 7, 15)
                .bought(1, 40, "100", "cards")
                .bought(1, 20, "80", "cards")
                .customer("quiet")
                .event("login", 3, 400)
                .bought(1, 300)
                .customer("new", Doings.daysBefore(29).toString())
                .event("login", 5, 10)
                .bought(2, 10)
                .stranger("written-to")
                .bought(1, 100)
                .event("email_sent", 5, 10)
                .event("email_sent", 1, 45)
                .event("payment_failed", 1, 10)
                .analyzed("banking");

        // 23 logins were 30 or 31 days ago, and before the last 30 days: 14 + 1 after 24.
        assertThat(trends(organization, "more")).containsExactly("declining", "increasing", "declining");
        assertThat(trends(organization, "same")).containsExactly("stable", "stable", "stable");
        assertThat(trends(organization, "less")).containsExactly("declining", "declining", "declining");
        assertThat(trends(organization, "quiet")).containsExactly("unknown", "unknown", "unknown");
        assertThat(trends(organization, "new")).containsExactly("unknown", "unknown", "unknown");
        assertThat(trends(organization, "written-to")).containsExactly("unknown", "unknown", "unknown");
        assertThat(Doings.of(organization, "quiet").getDouble("behavior_score")).isZero();
        assertThat(Doings.of(organization, "new").getDouble("behavior_score")).isEqualTo(50);
        assertThat(Doings.of(organization, "quiet").getList("risk_signals")).isEmpty();
    }

    private static List<String> trends(UUID organization, String customer) {
        var behavior = Doings.of(organization, customer);
        return List.of(
                behavior.getString("activity_trend"),
                behavior.getString("value_trend"),
                behavior.getString("engagement_trend"));
    }

    @Test
    void whoNeverDidAnythingIsNamedAsAnErrorAndTheRestIsCounted() {
        var organization = Api.organization("telecom");
        var silent = new Doings().customer("active").event("call", 1, 10);
        IntStream.range(0, 103).forEach(i -> silent.customer("silent-" + i));
        silent.customer("future", LATER).event("call", 1, -5).uploadTo(organization);

        var result = Doings.analyze(organization, Doings.AS_OF);

        assertThat(result.getMap("").keySet().stream().map(Object::toString))
                .containsExactlyInAnyOrder("success", "total_customers", "analyzed", "errors");
        assertThat(result.getBoolean("success")).isTrue();
        assertThat(result.getInt("total_customers")).isEqualTo(104);
        assertThat(result.getInt("analyzed")).isEqualTo(1);
        var errors = result.<String>getList("errors");
        assertThat(errors).hasSize(101).doesNotHaveDuplicates();
        assertThat(errors.subList(0, 100))
                .allMatch(error -> error.matches("Error analyzing customer [0-9a-f-]{36}: no transactions or events"));
        assertThat(errors.get(100)).isEqualTo("Error analyzing 3 more customers: no transactions or events");
        assertThat(Api.asAdmin()
                        .get("/api/v1/behavior/customers/{id}/behavior", CustomerId.of(organization, "silent-7"))
                        .then()
                        .statusCode(404)
                        .extract()
                        .<String>path("type"))
                .isEqualTo("urn:perennial:problem:not-analyzed");
    }

    @Test
    void anAnalysisThatIsRepeatedChangesNothingAndAnotherInstantMakesHistory() throws SQLException {
        var organization = declining().analyzed("banking");
        var before = rows(organization);
        assertThat(before).hasSize(1);

        Doings.analyze(organization, Doings.AS_OF);

        assertThat(rows(organization)).isEqualTo(before);
        assertThat(history(organization, 100).getList("items")).hasSize(1);

        Doings.analyze(organization, LATER);

        var history = history(organization, 100);
        assertThat(history.getList("items.as_of")).isEqualTo(List.of(LATER, Doings.AS_OF));
        assertThat(history.getList("items.activity_trend")).isEqualTo(List.of("unknown", "declining"));
        assertThat(history.<List<String>>getList("items.risk_signals").get(1)).hasSize(3);
        var page = history(organization, 1);
        assertThat(page.getString("next")).isEqualTo(LATER);
        assertThat(Api.asAdmin()
                        .queryParam("after", LATER)
                        .get(
                                "/api/v1/behavior/customers/{id}/behavior/history",
                                CustomerId.of(organization, "declining"))
                        .jsonPath()
                        .getList("items.as_of"))
                .isEqualTo(List.of(Doings.AS_OF));
    }

    private static List<String> rows(UUID organization) throws SQLException {
        try (var owner = Database.asOwner()) {
            return Database.texts(owner, """
                    select (to_jsonb(b) - 'run_id' - 'analyzed_at')::text
                    from behavior_analysis b where organization_id = ? order by 1""", organization);
        }
    }

    private static io.restassured.path.json.JsonPath history(UUID organization, int limit) {
        return Api.asAdmin()
                .queryParam("limit", limit)
                .get("/api/v1/behavior/customers/{id}/behavior/history", CustomerId.of(organization, "declining"))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    @Test
    void anEarlierInstantForgetsWhoWasNotThereYet() {
        var organization = new Doings()
                .customer("old")
                .event("login", 1, 100)
                .customer("late", "2025-06-01T00:00:00Z")
                .event("login", 1, 10)
                .analyzed("banking");
        assertThat(Doings.insights(organization).getInt("total_customers")).isEqualTo(2);

        var result = Doings.analyze(organization, "2025-05-01T00:00:00Z");

        assertThat(result.getInt("total_customers")).isEqualTo(1);
        assertThat(Doings.insights(organization).getInt("total_customers")).isEqualTo(1);
        Api.asAdmin()
                .get("/api/v1/behavior/customers/{id}/behavior", CustomerId.of(organization, "late"))
                .then()
                .statusCode(404);
    }

    @Test
    void historyThatIsTooOldIsForgotten() {
        var organization = Api.organization("banking");
        declining().uploadTo(organization);
        Doings.analyze(organization, "2024-05-25T23:59:59Z");
        Doings.analyze(organization, "2024-05-26T00:00:00Z");

        Doings.analyze(organization, Doings.AS_OF);

        assertThat(history(organization, 100).getList("items.as_of")).isEqualTo(List.of(Doings.AS_OF));
    }

    @Test
    void insightsCountEverybodyOnce() {
        var did = new Doings();
        for (var name : List.of("a", "b", "c")) {
            did.customer(name).event("cart_abandon", 10, 10).bought(1, 45).event("browse", 1, 45);
        }
        did.customer("d")
                .bought(10, 20, "10", "tents")
                .bought(10, 45, "10", "tents")
                .event("return", 6, 85)
                .customer("e")
                .event("browse", 1, 500);
        var organization = did.analyzed("ecommerce");

        var insights = Doings.insights(organization);

        assertThat(insights.getMap("").keySet().stream().map(Object::toString))
                .containsExactly(
                        "organization_id",
                        "org_type",
                        "total_customers",
                        "top_risk_signals",
                        "avg_behavior_score",
                        "customers_by_trend",
                        "priority_actions");
        assertThat(insights.getInt("total_customers")).isEqualTo(5);
        assertThat(insights.<String, Integer>getMap("top_risk_signals"))
                .isEqualTo(Map.of("high_cart_abandonment", 3, "high_return_rate", 1));
        assertThat(insights.getMap("customers_by_trend"))
                .isEqualTo(Map.of("increasing", 3, "stable", 1, "declining", 0, "unknown", 1));
        assertThat(insights.getList("priority_actions"))
                .isEqualTo(List.of(
                        Map.of(
                                "risk_signal",
                                "high_cart_abandonment",
                                "affected_customers",
                                3,
                                "urgency",
                                "high",
                                "percentage",
                                60.0f),
                        Map.of(
                                "risk_signal",
                                "high_return_rate",
                                "affected_customers",
                                1,
                                "urgency",
                                "high",
                                "percentage",
                                20.0f)));
        // Activity 10 after 2 and value 0 after 10, nothing engaging: 40 × 0.9. Nobody knows more of e than that they
        // are silent.
        var three = 0.4 * 50 * 1.8;
        var d = 0.4 * 50 + 0.3 * 50;
        assertThat(insights.getDouble("avg_behavior_score")).isCloseTo((3 * three + d + 0) / 5, within(0.006));
    }

    @Test
    void beforeAnAnalysisThereAreNoInsights() {
        var insights = Doings.insights(Api.organization("trades"));

        assertThat(insights.getInt("total_customers")).isZero();
        assertThat(insights.getMap("top_risk_signals")).isEmpty();
        assertThat(insights.getMap("")).doesNotContainKey("avg_behavior_score");
        assertThat(insights.getList("priority_actions")).isEmpty();
        assertThat(insights.getInt("customers_by_trend.unknown")).isZero();
    }

    @Test
    void anOrganizationWithoutCustomersIsAnalyzedAtOnce() {
        var result = Doings.analyze(Api.organization("healthcare"), Doings.AS_OF);

        assertThat(result.getInt("total_customers")).isZero();
        assertThat(result.getInt("analyzed")).isZero();
        assertThat(result.getList("errors")).isEmpty();
    }

    @Test
    void whatCannotBeToldIsNoSignal() {
        var organization = new Doings()
                .customer("acts")
                .event("balance_check", 9, 10)
                .bought(1, 10)
                .customer("uncategorized")
                .bought(5, 20, "10", "")
                .customer("rarely")
                .event("login", 3, 45)
                .event("feature_use", 2, 45)
                .bought(3, 45)
                .bought(2, 20, "10", "savings")
                .analyzed("banking");

        assertThat(Doings.of(organization, "acts").getList("risk_signals")).isEmpty();
        assertThat(Doings.of(organization, "rarely").getList("risk_signals")).isEmpty();
        assertThat(Doings.of(organization, "uncategorized").getList("risk_signals"))
                .isEmpty();
    }

    @Test
    void whatHasNoCategoryIsOfNoNewOne() {
        var organization = new Doings()
                .customer("not said lately")
                .bought(2, 200, "10", "tents")
                .bought(3, 20, "10", "")
                .customer("not said before")
                .bought(2, 200, "10", "")
                .bought(3, 20, "10", "tents")
                .analyzed("ecommerce");

        var lately = Doings.of(organization, "not said lately");
        assertThat(lately.getInt("metadata.new_category_percent")).isZero();
        assertThat(lately.getList("risk_signals")).isEmpty();
        assertThat(Doings.of(organization, "not said before").getList("risk_signals"))
                .isEmpty();
    }

    @Test
    void aContractIsOnlyDueWhileItCanBeRenewed() {
        var organization = new Doings()
                .customer("due")
                .valued("contract_started", 1, 360, "365")
                .customer("renewed")
                .valued("contract_started", 1, 360, "365")
                .event("contract_renewed", 1, 10)
                .customer("cancelled")
                .valued("contract_started", 1, 360, "365")
                .event("contract_cancelled", 1, 20)
                .customer("lapsed")
                .valued("contract_started", 1, 456, "365")
                .customer("absurd")
                .valued("contract_started", 1, 10, "999999999999")
                .valued("contract_renewed", 1, 9, "-5")
                .customer("begun anew")
                .valued("contract_started", 1, 100, "730")
                .event("contract_cancelled", 1, 50)
                .valued("contract_started", 1, 40, "60")
                .analyzed("trades");

        assertThat(Doings.of(organization, "due").getList("risk_signals")).isEqualTo(List.of("contract_renewal_due"));
        assertThat(Doings.of(organization, "due").getInt("metadata.days_until_contract_end"))
                .isEqualTo(5);
        for (var customer : List.of("renewed", "cancelled", "lapsed", "absurd")) {
            assertThat(Doings.of(organization, customer).getList("risk_signals"))
                    .as(customer)
                    .isEmpty();
        }
        assertThat(Doings.of(organization, "cancelled").getMap("metadata"))
                .doesNotContainKey("days_until_contract_end");
        var anew = Doings.of(organization, "begun anew");
        assertThat(anew.getInt("metadata.days_until_contract_end")).isEqualTo(20);
        assertThat(anew.getList("risk_signals")).isEqualTo(List.of("contract_renewal_due"));
    }

    @Test
    void aThresholdOfTheOrganizationDecidesForItAlone() {
        var strict = declining().analyzed("banking");
        var lenient = declining().analyzed("banking");

        var set = put(
                strict,
                "{\"login_frequency_decline\": 64, \"feature_abandonment\": 100, \"support_contact_spike\": 7.5}");

        assertThat(set.getDouble("find { it.name == 'login_frequency_decline' }.threshold"))
                .isEqualTo(64);
        assertThat(set.getDouble("find { it.name == 'login_frequency_decline' }.default_threshold"))
                .isEqualTo(50);
        assertThat(set.getDouble("find { it.name == 'support_contact_spike' }.threshold"))
                .isEqualTo(7.5);
        Doings.analyze(strict, Doings.AS_OF);
        Doings.analyze(lenient, Doings.AS_OF);
        // 8 logins after 22 are 63.6 % less.
        assertThat(Doings.of(strict, "declining").getList("risk_signals"))
                .isEqualTo(List.of("transaction_volume_drop", "feature_abandonment"));
        assertThat(Doings.of(lenient, "declining").getList("risk_signals")).hasSize(3);

        put(strict, "{\"login_frequency_decline\": null, \"feature_abandonment\": 100}");

        var signals = Api.asAdmin()
                .get("/api/v1/behavior/organizations/{org_id}/signals", strict)
                .jsonPath();
        assertThat(signals.<Number>getList("threshold").stream().map(Object::toString))
                .containsExactly("50", "50", "100", "3", "1", "7.5");
        assertThat(signals.getList("urgency")).isEqualTo(List.of("high", "high", "medium", "medium", "low", "high"));
        Doings.analyze(strict, Doings.AS_OF);
        assertThat(Doings.of(strict, "declining").getList("risk_signals")).hasSize(3);
    }

    private static io.restassured.path.json.JsonPath put(UUID organization, String thresholds) {
        return Api.asAdmin()
                .contentType("application/json")
                .body(thresholds)
                .put("/api/v1/behavior/organizations/{org_id}/signals", organization)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    @Test
    void aThresholdThatMakesNoSenseIsRefusedAndNoneIsChanged() throws SQLException {
        var organization = Api.organization("banking");
        for (var wrong : List.of(
                "{\"login_frequency_decline\": 101}",
                "{\"login_frequency_decline\": -1}",
                "{\"login_frequency_decline\": 1e-999999}",
                "{\"login_frequency_decline\": \"much\"}",
                "{\"high_cart_abandonment\": 50}",
                "{\"single_product_usage\": 2, \"no_such_signal\": null}",
                "[]",
                "null",
                "")) {
            var problem = Api.asAdmin()
                    .contentType("application/json")
                    .body(wrong)
                    .put("/api/v1/behavior/organizations/{org_id}/signals", organization);
            assertThat(problem.statusCode()).as(wrong).isEqualTo(400);
            assertThat(problem.contentType()).startsWith("application/problem+json");
        }
        var both = Api.asAdmin()
                .contentType("application/json")
                .body("{\"login_frequency_decline\": 101, \"nonsense\": 1}")
                .put("/api/v1/behavior/organizations/{org_id}/signals", organization)
                .jsonPath();
        assertThat(both.getList("errors.field")).isEqualTo(List.of("login_frequency_decline", "nonsense"));
        assertThat(Database.number("select count(*) from behavior_thresholds where organization_id = ?", organization))
                .isZero();
    }

    @Test
    void anOrganizationThatChangesItsIndustryIsAnalyzedAnewAsThat() {
        var organization = declining().analyzed("banking");
        Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("name", "Test", "org_type", "telecom", "currency", "EUR", "timezone", "UTC"))
                .put("/api/v1/organizations/{org_id}", organization)
                .then()
                .statusCode(200);
        assertThat(Doings.insights(organization).getInt("total_customers")).isZero();
        assertThat(Doings.of(organization, "declining").getString("org_type")).isEqualTo("banking");

        Doings.analyze(organization, Doings.AS_OF);

        assertThat(Doings.of(organization, "declining").getString("org_type")).isEqualTo("telecom");
        assertThat(Doings.of(organization, "declining").getMap("metadata")).containsKey("data_mb_last_30_days");
    }

    @Test
    void theSameKeyAnalyzesOnce() throws SQLException {
        var organization = Api.organization("banking");
        declining().uploadTo(organization);
        for (var i = 0; i < 2; i++) {
            Api.asAdmin()
                    .header("Idempotency-Key", "nightly")
                    .queryParam("as_of", Doings.AS_OF)
                    .post("/api/v1/behavior/organizations/{org_id}/analyze-behaviors", organization)
                    .then()
                    .statusCode(200);
        }

        assertThat(Database.number(
                        "select count(*) from runs where organization_id = ? and kind = 'behavior'", organization))
                .isEqualTo(1);
    }

    @Test
    void whoPrefersNotToWaitGetsTheRun() throws InterruptedException {
        var organization = Api.organization("banking");
        declining().uploadTo(organization);

        var accepted = Api.asAdmin()
                .header("Prefer", "respond-async")
                .queryParam("as_of", Doings.AS_OF)
                .post("/api/v1/behavior/organizations/{org_id}/analyze-behaviors", organization)
                .then()
                .statusCode(202)
                .extract();

        var run = Api.awaitRun(accepted.path("id"));
        assertThat(run.getString("kind")).isEqualTo("behavior");
        assertThat(run.getString("status")).isEqualTo("completed");
        assertThat(run.getInt("totals.analyzed")).isEqualTo(1);
    }
}
