package io.perennial.recovery.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.restassured.path.json.JsonPath;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.perennial.tenant.CustomerId;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class BillingSegmentTest {

    private UUID organization;

    @BeforeEach
    void anOrganization() {
        organization = Api.organization("ecommerce");
    }

    private JsonPath metrics(UUID customer) {
        return Api.asAdmin()
                .get("/api/v1/recovery/customers/{customer_id}/metrics", customer)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static Instant monthsAgo(int months, int days) {
        return OffsetDateTime.now(ZoneOffset.UTC)
                .minusMonths(months)
                .minusDays(days)
                .toInstant();
    }

    private static String event(String customer, int daysAgo, String type, String feature) {
        return "%s,%s,%s,%s\n".formatted(customer, Billing.ago(daysAgo), type, feature);
    }

    @Test
    void everyMetricIsWhatTheFactsSay() throws SQLException {
        var ada = Billing.customer(organization, "ada");
        Billing.customer(organization, "bob");
        Billing.subscription(organization, ada, "640", monthsAgo(16, 3));
        Billing.payment(organization, ada, "640", 10);
        Billing.payment(organization, ada, "600", 40);
        Billing.payment(organization, ada, "600", 70);
        Billing.failure(organization, ada, "640", 2, 5);
        Billing.failure(organization, ada, "600", 3, 200);
        Billing.events(
                organization,
                event("ada", 1, "feature_use", "exports")
                        + event("ada", 2, "feature_use", "exports")
                        + event("ada", 3, "feature_use", "alerts")
                        + event("ada", 150, "feature_use", "api")
                        + event("bob", 4, "feature_use", "dashboards")
                        + event("bob", 4, "feature_use", "api")
                        + event("ada", 1, "login", "")
                        + event("ada", 20, "login", "")
                        + event("ada", 50, "session", "")
                        + event("ada", 80, "login", "")
                        + event("ada", 120, "login", "")
                        + event("ada", 7, "support_ticket", "")
                        + event("ada", 8, "complaint", "")
                        + event("ada", 130, "support_ticket", "")
                        + event("ada", 9, "email_sent", ""));
        Database.execute("""
                insert into churn_prediction (organization_id, customer_id, churn_probability, model_version, predicted_at)
                values ('%s', '%s', 0.2831, 'churn-3', now())""".formatted(organization, ada));

        var found = metrics(ada);

        assertThat(found.getString("customer_id")).isEqualTo(ada.toString());
        assertThat(found.getString("organization_id")).isEqualTo(organization.toString());
        assertThat(found.getString("currency")).isEqualTo("EUR");
        assertThat(found.getDouble("monthly_revenue")).isEqualTo(640.0);
        assertThat(found.getString("monthly_revenue_from")).isEqualTo("subscriptions");
        assertThat(found.getDouble("total_revenue")).isEqualTo(1840.0);
        assertThat(found.getDouble("revenue_growth")).isEqualTo(6.67);
        assertThat(found.getInt("subscription_length_months")).isEqualTo(16);
        assertThat(found.getDouble("feature_usage")).isEqualTo(50.0);
        assertThat(found.getList("feature_adoption")).isEqualTo(List.of("alerts", "exports"));
        assertThat(found.getDouble("session_frequency")).isEqualTo(1.33);
        assertThat(found.getInt("support_tickets")).isEqualTo(1);
        assertThat(found.getMap("support_interactions")).isEqualTo(Map.of("support_ticket", 1, "complaint", 1));
        assertThat(found.getInt("payment_failures_last_3_months")).isEqualTo(2);
        assertThat(found.getInt("payment_history.succeeded")).isEqualTo(3);
        assertThat(found.getInt("payment_history.failed")).isEqualTo(5);
        assertThat(found.getDouble("payment_history.reliability")).isEqualTo(0.375);
        assertThat(found.getInt("grace_periods")).isZero();
        assertThat(found.getDouble("churn_risk_score")).isEqualTo(0.2831);
        assertThat(found.getString("churn_model_version")).isEqualTo("churn-3");
    }

    @Test
    void ofSomebodyOfWhomNothingIsKnownEverythingIsNought() {
        var found = metrics(Billing.customer(organization, "nobody"));

        assertThat(found.getDouble("monthly_revenue")).isZero();
        assertThat(found.getDouble("total_revenue")).isZero();
        assertThat(found.getString("revenue_growth")).isNull();
        assertThat(found.getInt("subscription_length_months")).isZero();
        assertThat(found.getDouble("feature_usage")).isZero();
        assertThat(found.getList("feature_adoption")).isEmpty();
        assertThat(found.getString("payment_history.reliability")).isNull();
        assertThat(found.getString("churn_risk_score")).isNull();
    }

    @Test
    void withoutABillingSystemUploadedTransactionsAndEventsCount() {
        Api.uploadTransactions(organization, """
                        customer_id,occurred_at,amount,status
                        ada,%s,90,completed
                        ada,%s,60,completed
                        ada,%s,33,failed
                        ada,%s,33,failed
                        ada,%s,500,completed
                        """.formatted(
                                Billing.ago(3), Billing.ago(35), Billing.ago(20), Billing.ago(300), Billing.ago(400)))
                .then()
                .statusCode(200);

        var found = metrics(CustomerId.of(organization, "ada"));

        assertThat(found.getDouble("monthly_revenue")).isEqualTo(50.0);
        assertThat(found.getString("monthly_revenue_from")).isEqualTo("payments");
        assertThat(found.getDouble("total_revenue")).isEqualTo(650.0);
        assertThat(found.getDouble("revenue_growth")).isEqualTo(50.0);
        assertThat(found.getInt("payment_failures_last_3_months")).isEqualTo(1);
        assertThat(found.getInt("subscription_length_months")).isEqualTo(13);
        assertThat(found.getInt("payment_history.succeeded")).isEqualTo(2);
        assertThat(found.getInt("payment_history.failed")).isEqualTo(2);
    }

    @Test
    void aSubscriptionInAnotherCurrencyIsNoRevenueAfterItHasEndedEither() throws SQLException {
        var ada = Billing.customer(organization, "ada");
        Billing.subscription(organization, ada, "5000", monthsAgo(7, 1));
        Database.execute("""
                update subscriptions set currency = 'JPY', status = 'cancelled', will_renew = false,
                    ends_at = now() - interval '10 days'
                where organization_id = '%s'""".formatted(organization));

        var found = metrics(ada);

        assertThat(found.getDouble("monthly_revenue")).isZero();
        assertThat(found.getString("monthly_revenue_from")).isEqualTo("payments");
    }

    @Test
    void paymentsThatAreTransactionsTooCountOnce() throws SQLException {
        var ada = Billing.customer(organization, "ada");
        Billing.payment(organization, ada, "100", 10);
        Api.uploadTransactions(organization, "customer_id,occurred_at,amount\nada,%s,100\n".formatted(Billing.ago(10)))
                .then()
                .statusCode(200);

        assertThat(metrics(ada).getDouble("total_revenue")).isEqualTo(100.0);
    }

    @Test
    void aYearlySubscriptionIsATwelfthAMonthAndWhatIsPaidInAnotherCurrencyIsLeftOut() throws SQLException {
        var ada = Billing.customer(organization, "ada");
        Billing.subscription(organization, ada, "yearly", "1200", "year", monthsAgo(3, 1));
        Billing.subscription(organization, ada, "monthly", "20.50", "month", monthsAgo(7, 1));
        Billing.subscription(organization, ada, "foreign", "999", "month", monthsAgo(1, 1));
        Database.execute("update subscriptions set currency = 'USD' where subscription_id = 'foreign'");

        assertThat(metrics(ada).getDouble("monthly_revenue")).isEqualTo(120.5);
        assertThat(metrics(ada).getInt("subscription_length_months")).isEqualTo(7);
    }

    @Test
    void whoHasJustCancelledIsStillWorthWhatTheyPaid() throws SQLException {
        var ada = Billing.customer(organization, "ada");
        Billing.subscription(organization, ada, "600", monthsAgo(20, 1));
        Database.execute("update subscriptions set status = 'cancelled', ends_at = '%s' where customer_id = '%s'"
                .formatted(Billing.ago(5), ada));
        assertThat(metrics(ada).getDouble("monthly_revenue")).isEqualTo(600.0);
        assertThat(metrics(ada).getInt("subscription_length_months")).isEqualTo(20);

        Database.execute(
                "update subscriptions set ends_at = '%s' where customer_id = '%s'".formatted(monthsAgo(4, 0), ada));
        assertThat(metrics(ada).getDouble("monthly_revenue")).isZero();
    }

    @Test
    void theNewerOfPredictionAndHealthScoreSaysTheChurnRisk() throws SQLException {
        var ada = Billing.customer(organization, "ada");
        Database.execute("""
                insert into churn_prediction (organization_id, customer_id, churn_probability, model_version, predicted_at)
                values ('%1$s', '%2$s', 0.2, 'churn-1', now() - interval '1 day');
                insert into customer_health_scores (organization_id, customer_id, overall_health_score, churn_probability,
                    predicted_ltv, retention_probability, confidence_level, model_version, ltv_model_version,
                    churn_horizon_days, analysis_date, scored_at)
                values ('%1$s', '%2$s', 60, 0.4, 100, 0.6, 0.5, 'churn-2', 'ltv-1', 60, now(), now())""".formatted(organization, ada));
        assertThat(metrics(ada).getDouble("churn_risk_score")).isEqualTo(0.4);
        assertThat(metrics(ada).getString("churn_model_version")).isEqualTo("churn-2");

        Database.execute(
                "update churn_prediction set predicted_at = now() + interval '1 minute' where customer_id = '%s'"
                        .formatted(ada));
        assertThat(metrics(ada).getDouble("churn_risk_score")).isEqualTo(0.2);
    }

    @Test
    void theSegmentIsToldWithItsReasonsAndHowToTreatTheCustomer() throws SQLException {
        var ada = Billing.customer(organization, "ada");
        Billing.subscription(organization, ada, "640", monthsAgo(16, 3));

        Api.asAdmin()
                .get("/api/v1/recovery/customers/{customer_id}/billing-segment", ada)
                .then()
                .statusCode(200)
                .body("success", equalTo(true))
                .body("segment", equalTo("high_value"))
                .body("score", equalTo(0.75f))
                .body("segment_config.messaging_tone", equalTo("premium"))
                .body("segment_config.priority_level", equalTo("high"))
                .body("segment_config.custom_offers", equalTo(true))
                .body("segment_config.dedicated_support", equalTo(true))
                .body("segment_config.escalation_threshold", equalTo(2))
                .body("segment_config.segment_criteria.monthly_revenue.min", equalTo(500))
                .body(
                        "criteria.metric",
                        contains("monthly_revenue", "subscription_length_months", "feature_usage", "support_tickets"))
                .body("criteria.met", contains(true, true, false, true))
                .body("criteria[0].decides", equalTo(true))
                .body("criteria[2].value", equalTo(0f))
                .body("customer_metrics.monthly_revenue", equalTo(640.0f));
    }

    @Test
    void nobodysSegmentIsUnknown() {
        Api.as(Api.key(organization, "viewer"))
                .get("/api/v1/recovery/customers/{customer_id}/billing-segment", "nobody")
                .then()
                .statusCode(404)
                .body("type", equalTo("urn:perennial:problem:unknown-customer"));
    }

    @Test
    void anOrganizationSetsItsOwnSegments() throws SQLException {
        var ada = Billing.customer(organization, "ada");
        Billing.subscription(organization, ada, "640", monthsAgo(16, 3));
        var path = "/api/v1/recovery/organizations/{org_id}/billing-segments";
        Map<String, Object> settings = Api.asAdmin()
                .get(path, organization)
                .then()
                .statusCode(200)
                .extract()
                .path("$");
        at(settings, "user_segments", "high_value", "segment_criteria", "monthly_revenue")
                .put("min", 640.01);
        at(settings, "user_segments", "mid_value").put("messaging_tone", "friendly");

        Api.asAdmin()
                .contentType("application/json")
                .body(settings)
                .put(path, organization)
                .then()
                .statusCode(200)
                .body("user_segments.high_value.segment_criteria.monthly_revenue.min", equalTo(640.01f))
                .body("features", nullValue());
        Api.asAdmin()
                .get("/api/v1/recovery/customers/{customer_id}/billing-segment", ada)
                .then()
                .body("segment", equalTo("mid_value"))
                .body("segment_config.messaging_tone", equalTo("friendly"));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> at(Map<String, Object> settings, String... path) {
        var found = settings;
        for (var key : path) {
            found = (Map<String, Object>) found.get(key);
        }
        return found;
    }

    @Test
    void segmentsThatContradictThemselvesAreRefusedAndChangeNothing() {
        var path = "/api/v1/recovery/organizations/{org_id}/billing-segments";
        Map<String, Object> settings =
                Api.asAdmin().get(path, organization).then().extract().path("$");
        at(settings, "user_segments", "mid_value", "segment_criteria", "feature_usage")
                .put("min", 90);

        Api.asAdmin()
                .contentType("application/json")
                .body(settings)
                .put(path, organization)
                .then()
                .statusCode(400)
                .body("errors.field", contains("user_segments.mid_value.segment_criteria.feature_usage"))
                .body("errors.reason", contains("begins above its end, so nobody could meet it"));
        Api.asAdmin()
                .get(path, organization)
                .then()
                .body("user_segments.mid_value.segment_criteria.feature_usage.min", equalTo(50));
    }

    @Test
    void featuresThatAreNamedAreWhatUsageIsAShareOf() {
        Billing.customer(organization, "ada");
        Billing.events(organization, event("ada", 1, "feature_use", "api") + event("ada", 1, "feature_use", "beta"));
        var ada = CustomerId.of(organization, "ada");
        assertThat(metrics(ada).getDouble("feature_usage")).isEqualTo(100.0);
        var path = "/api/v1/recovery/organizations/{org_id}/billing-segments";
        Map<String, Object> settings = new HashMap<>(
                Api.asAdmin().get(path, organization).then().extract().<Map<String, Object>>path("$"));
        settings.put("features", List.of("api", "exports", "alerts"));

        Api.asAdmin()
                .contentType("application/json")
                .body(settings)
                .put(path, organization)
                .then()
                .statusCode(200);
        assertThat(metrics(ada).getDouble("feature_usage")).isEqualTo(33.33);
        assertThat(metrics(ada).getList("feature_adoption")).isEqualTo(List.of("api"));

        settings.remove("features");
        Api.asAdmin()
                .contentType("application/json")
                .body(settings)
                .put(path, organization)
                .then()
                .statusCode(200);
        assertThat(metrics(ada).getDouble("feature_usage")).isEqualTo(100.0);
    }

    @Test
    @Timeout(60)
    void whoeverFindsOutAnewWhatCanBeUsedKeepsNobodyWaiting() throws SQLException {
        Billing.customer(organization, "ada");
        Billing.events(organization, event("ada", 1, "feature_use", "api") + event("ada", 1, "feature_use", "beta"));
        var ada = CustomerId.of(organization, "ada");
        assertThat(metrics(ada).getDouble("feature_usage")).isEqualTo(100.0);
        Database.execute("""
                update product_features
                set features = '{api,beta,exports,alerts}', counted_at = now() - interval '25 hours'
                where organization_id = '%s'""".formatted(organization));

        try (var somebody = Database.asOwner()) {
            somebody.setAutoCommit(false);
            Database.texts(
                    somebody, "select 1 from product_features where organization_id = ? for update", organization);
            assertThat(metrics(ada).getDouble("feature_usage")).isEqualTo(50.0);
            somebody.rollback();
        }
        assertThat(metrics(ada).getDouble("feature_usage")).isEqualTo(100.0);
    }

    /** Sixty made-up customers: what one statement says of all is what is said of each. */
    @Test
    void theDistributionIsThatOfTheSegmentsOfEach() throws SQLException {
        var random = new Random(11);
        var names = new ArrayList<String>();
        for (var i = 0; i < 60; i++) {
            names.add("c" + i);
        }
        Api.upload(organization, "customers", "customer_id\n" + String.join("\n", names) + "\n")
                .then()
                .statusCode(200);
        var prices = List.of("50", "99.99", "100", "300", "500", "700");
        var events = new StringBuilder();
        for (var name : names) {
            var customer = CustomerId.of(organization, name);
            Billing.subscription(
                    organization,
                    customer,
                    prices.get(random.nextInt(prices.size())),
                    monthsAgo(random.nextInt(18), 1));
            if (random.nextInt(3) == 0) {
                Billing.failure(organization, customer, "50", 1 + random.nextInt(3), 9);
            }
            for (var feature = 0; feature < random.nextInt(6); feature++) {
                events.append(event(name, 3, "feature_use", "f" + feature));
            }
            for (var ticket = 0; ticket < random.nextInt(5); ticket++) {
                events.append(event(name, 3 + ticket, "support_ticket", ""));
            }
        }
        Billing.events(organization, events.toString());
        var counts = new HashMap<String, Integer>();
        var scores = new HashMap<String, Double>();
        for (var name : names) {
            var segment = Api.asAdmin()
                    .get("/api/v1/recovery/customers/{customer_id}/billing-segment", CustomerId.of(organization, name))
                    .then()
                    .extract()
                    .jsonPath();
            counts.merge(segment.getString("segment"), 1, Integer::sum);
            scores.merge(segment.getString("segment"), segment.getDouble("score"), Double::sum);
        }

        var distribution = Api.asAdmin()
                .get("/api/v1/recovery/organizations/{org_id}/billing-segments/distribution", organization)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();

        assertThat(distribution.getInt("customers")).isEqualTo(60);
        assertThat(counts.keySet()).hasSize(4);
        counts.forEach((segment, count) -> {
            assertThat(distribution.getInt("segments.%s.count".formatted(segment)))
                    .isEqualTo(count);
            assertThat(distribution.getDouble("segments.%s.percentage".formatted(segment)))
                    .isEqualTo(Math.round(10_000.0 * count / 60) / 100.0);
            assertThat(distribution.getDouble("segments.%s.mean_score".formatted(segment)))
                    .isEqualTo(Math.round(10_000 * scores.get(segment) / count) / 10_000.0);
        });
    }

    @Test
    void anEmptyOrganizationHasNobodyInAnySegment() {
        Api.asAdmin()
                .get("/api/v1/recovery/organizations/{org_id}/billing-segments/distribution", organization)
                .then()
                .statusCode(200)
                .body("customers", equalTo(0))
                .body("segments.standard.count", equalTo(0));
    }
}
