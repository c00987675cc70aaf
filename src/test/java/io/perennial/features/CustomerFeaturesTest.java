package io.perennial.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.restassured.path.json.JsonPath;
import io.restassured.path.json.config.JsonPathConfig;
import io.restassured.path.json.config.JsonPathConfig.NumberReturnType;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

import io.perennial.tenant.CustomerId;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class CustomerFeaturesTest {

    private static final String AS_OF = "2025-06-30T00:00:00Z";
    private static final String TRANSACTIONS = "customer_id,occurred_at,amount,status,discount\n";
    private static final String EVENTS = "customer_id,occurred_at,event_type\n";

    private static JsonPath features(UUID organization, String customer, String asOf) {
        return Api.asAdmin()
                .queryParam("as_of", asOf)
                .get("/api/v1/customers/{id}/features", CustomerId.of(organization, customer))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath(JsonPathConfig.jsonPathConfig().numberReturnType(NumberReturnType.BIG_DECIMAL));
    }

    private static void transactions(UUID organization, String lines) {
        Api.uploadTransactions(organization, TRANSACTIONS + lines).then().statusCode(200);
    }

    private static void events(UUID organization, String lines) {
        Api.upload(organization, "events", EVENTS + lines).then().statusCode(200);
    }

    @Test
    void featuresAreWhatAHandComputes() {
        var organization = Api.organization("ecommerce");
        transactions(organization, """
                a,2025-01-01,100,completed,
                a,2025-05-11,40,completed,5
                a,2025-06-10,30,completed,0
                a,2025-06-20,500,failed,
                a,2025-06-21,500,refunded,
                a,2025-06-22,500,pending,
                a,2025-06-23,500,cancelled,
                """);
        events(organization, """
                a,2025-05-01,login
                a,2025-05-31,feature_use
                a,2025-06-01,login
                a,2025-06-15,support_ticket
                a,2025-06-20,payment_failed
                """);

        var features = features(organization, "a", AS_OF);

        assertThat(features.getDouble("recency_days")).isEqualTo(20.0);
        assertThat(features.getInt("frequency")).isEqualTo(3);
        assertThat(decimal(features, "monetary")).isEqualByComparingTo("170");
        assertThat(decimal(features, "average_order_value")).isEqualByComparingTo("56.6667");
        // 160 days from the first to the last of three purchases.
        assertThat(features.getDouble("inter_purchase_gap_days")).isEqualTo(80.0);
        assertThat(features.getDouble("tenure_days")).isEqualTo(180.0);
        assertThat(features.getDouble("trend_30d")).isEqualTo((30 - 40) / 40.0);
        assertThat(features.getInt("transactions_30d")).isEqualTo(1);
        assertThat(features.getInt("transactions_previous_30d")).isEqualTo(1);
        assertThat(features.getInt("transactions_90d")).isEqualTo(2);
        assertThat(decimal(features, "amount_30d")).isEqualByComparingTo("30");
        assertThat(decimal(features, "amount_previous_30d")).isEqualByComparingTo("40");
        assertThat(decimal(features, "amount_90d")).isEqualByComparingTo("70");
        assertThat(features.getInt("discounted_transactions")).isEqualTo(1);
        assertThat(features.getInt("refunds")).isEqualTo(1);
        assertThat(features.getInt("failed_payments_90d")).isEqualTo(2);
        // 2025-05-31 is 30 days before, so it belongs to the 30 days before the last.
        assertThat(features.getInt("events_30d")).isEqualTo(3);
        assertThat(features.getInt("events_previous_30d")).isEqualTo(1);
        assertThat(features.getInt("events_90d")).isEqualTo(5);
        assertThat(features.getInt("logins_30d")).isEqualTo(1);
        assertThat(features.getInt("logins_previous_30d")).isZero();
        assertThat(features.getInt("feature_uses_30d")).isZero();
        assertThat(features.getInt("feature_uses_previous_30d")).isEqualTo(1);
        assertThat(features.getInt("support_tickets_30d")).isEqualTo(1);
        assertThat(features.getInt("support_tickets_90d")).isEqualTo(1);
        assertThat(features.getDouble("days_since_last_event")).isEqualTo(10.0);
        // Purchases 50 and 20 days ago count threefold; logins 60 and 29, a use 30 days ago once.
        assertThat(features.getDouble("engagement"))
                .isCloseTo(3 * (half(50) + half(20)) + half(60) + half(30) + half(29), within(1e-9));
    }

    private static double half(double days) {
        return Math.pow(2, -days / 30);
    }

    private static BigDecimal decimal(JsonPath json, String field) {
        return new BigDecimal(json.getString(field));
    }

    @Test
    void windowsBeginAfterTheirFirstInstantAndHoldTheirLast() {
        var organization = Api.organization("ecommerce");
        transactions(organization, """
                a,2025-06-30T00:00:00Z,1,,
                a,2025-06-30T00:00:00.000001Z,2,,
                a,2025-05-31T00:00:00.000001Z,4,,
                a,2025-05-31T00:00:00Z,8,,
                a,2025-05-01T00:00:00.000001Z,16,,
                a,2025-05-01T00:00:00Z,32,,
                a,2025-04-01T00:00:00.000001Z,64,,
                a,2025-04-01T00:00:00Z,128,,
                """);

        var features = features(organization, "a", AS_OF);

        assertThat(decimal(features, "amount_30d")).isEqualByComparingTo("5");
        assertThat(decimal(features, "amount_previous_30d")).isEqualByComparingTo("24");
        assertThat(decimal(features, "amount_90d")).isEqualByComparingTo("125");
        assertThat(decimal(features, "monetary")).isEqualByComparingTo("253");
        assertThat(features.getDouble("recency_days")).isZero();
        assertThat(features.getDouble("trend_30d")).isCloseTo((5 - 24) / 24.0, within(1e-12));
    }

    @Test
    void aCustomerWithoutPurchasesHasNoneOfTheirNumbers() {
        var organization = Api.organization("ecommerce");
        Api.upload(organization, "customers", "customer_id,registered_at\na,2025-06-20\n")
                .then()
                .statusCode(200);

        var features = features(organization, "a", AS_OF);

        assertThat(features.getInt("frequency")).isZero();
        assertThat(features.getDouble("recency_days")).isEqualTo(10.0);
        assertThat(features.getDouble("tenure_days")).isEqualTo(10.0);
        assertThat(features.getDouble("trend_30d")).isZero();
        assertThat(features.getDouble("engagement")).isZero();
        assertThat(features.getMap(""))
                .doesNotContainKeys("average_order_value", "inter_purchase_gap_days", "days_since_last_event");
    }

    @Test
    void aCustomerKnownFromEventsOnlyIsNotForgottenWithTheWindow() {
        var organization = Api.organization("telecom");
        events(organization, "a,2025-01-01,login\na,2025-01-11,login\n");

        var features = features(organization, "a", AS_OF);

        assertThat(features.getDouble("tenure_days")).isEqualTo(180.0);
        assertThat(features.getInt("events_90d")).isZero();

        events(organization, "a,2024-12-31,login\n");
        assertThat(features(organization, "a", AS_OF).getDouble("tenure_days")).isEqualTo(181.0);
    }

    @Test
    void aCustomerWhoWasNotThereYetHasNoFeatures() {
        var organization = Api.organization("ecommerce");
        transactions(organization, "a,2025-07-01,10,,\n");
        events(organization, "b,2025-07-01,login\n");

        for (var customer : List.of("a", "b", "nobody")) {
            Api.asAdmin()
                    .queryParam("as_of", AS_OF)
                    .get("/api/v1/customers/{id}/features", CustomerId.of(organization, customer))
                    .then()
                    .statusCode(404)
                    .contentType("application/problem+json");
        }
    }

    @Test
    void whatOccursLaterChangesNothing() {
        var organization = Api.organization("ecommerce");
        transactions(
                organization, "a,2025-03-01,10,,\na,2025-06-29,20,,2\nb,2025-05-15,30,,\nc,2025-01-01,5,failed,\n");
        events(organization, "a,2025-06-01,login\nb,2025-06-29,support_ticket\n");
        var before = List.of("a", "b", "c").stream()
                .map(customer -> features(organization, customer, AS_OF).getMap(""))
                .toList();

        transactions(
                organization, "a,2025-06-30T00:00:00.000001Z,99,,\nb,2025-12-24,99,refunded,\nc,2025-07-01,99,,9\n");
        events(organization, "a,2025-07-01,login\nb,2025-08-01,payment_failed\nc,2025-07-02,login\n");
        Api.upload(organization, "customers", "customer_id,registered_at\na,2025-09-01\nc,2025-10-01\n");

        var after = List.of("a", "b", "c").stream()
                .map(customer -> features(organization, customer, AS_OF).getMap(""))
                .toList();
        assertThat(after).isEqualTo(before);
    }

    @Test
    void aRunOverAllCustomersComputesWhatIsComputedForOne() throws Exception {
        var organization = Api.organization("ecommerce");
        transactions(organization, """
                a,2025-03-01,10,,
                a,2025-06-29,20,,2
                b,2025-05-15,30,,
                c,2025-07-15,5,,
                """);
        events(organization, "a,2025-06-01,login\nb,2025-06-29,support_ticket\n");

        Api.run(organization, "features", AS_OF);

        assertThat(Database.number("select count(*) from customer_feature where organization_id = ?", organization))
                .isEqualTo(2);
        for (var customer : List.of("a", "b")) {
            Map<String, Object> one = features(organization, customer, AS_OF).getMap("");
            for (var column : FeatureSql.COLUMNS) {
                if (column.equals("customer_id")) {
                    continue;
                }
                var stored = Database.text(
                        "select " + column + " from customer_feature where organization_id = ? and customer_id = ?",
                        organization,
                        CustomerId.of(organization, customer));
                assertThat(number(stored)).as(customer + " " + column).isEqualByComparingTo(number(one.get(column)));
            }
        }
    }

    /** None is less than any. */
    private static BigDecimal number(Object value) {
        return value == null ? BigDecimal.valueOf(Long.MIN_VALUE) : BigDecimal.valueOf(Double.parseDouble(value + ""));
    }

    @Test
    void anUploadIsFollowedByItsFeatures() throws Exception {
        var organization = Api.organization("ecommerce");
        var run = Api.asAdmin()
                .contentType("text/csv")
                .queryParam("as_of", AS_OF)
                .body(TRANSACTIONS + "a,2025-06-01,10,,\n")
                .post("/api/v1/churn/organizations/{org_id}/upload-data", organization)
                .then()
                .statusCode(200)
                .extract()
                .<String>path("features_run_id");

        var finished = Api.awaitRun(run);

        assertThat(finished.getString("status")).isEqualTo("completed");
        assertThat(finished.getString("kind")).isEqualTo("features");
        assertThat(Instant.parse(finished.getString("as_of"))).isEqualTo(AS_OF);
        assertThat(finished.getInt("totals.customers")).isEqualTo(1);
        assertThat(Duration.between(
                        Instant.parse(finished.getString("started_at")),
                        Instant.parse(finished.getString("finished_at"))))
                .isPositive();
        assertThat(recencyOf(organization)).isEqualTo("29");
    }

    private static String recencyOf(UUID organization) throws SQLException {
        return Database.text("select recency_days from customer_feature where organization_id = ?", organization);
    }
}
