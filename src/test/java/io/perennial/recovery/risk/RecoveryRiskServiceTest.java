package io.perennial.recovery.risk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.restassured.path.json.JsonPath;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.recovery.billing.Billing;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class RecoveryRiskServiceTest {

    private UUID organization;
    private UUID ada;

    @BeforeEach
    void somebody() throws SQLException {
        organization = Api.organization("ecommerce");
        ada = Billing.customer(organization, "ada");
        Billing.subscription(organization, ada, "640", Billing.ago(400));
    }

    private static String events(String type, int times, int daysAgo) {
        return IntStream.range(0, times)
                .mapToObj(i -> "ada,%s,%s,\n".formatted(Billing.ago(daysAgo).plusSeconds(i), type))
                .collect(Collectors.joining());
    }

    private JsonPath risk() {
        return Api.asAdmin()
                .get("/api/v1/recovery/customers/{customer_id}/risk", ada)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static Map<String, Object> factor(JsonPath risk, String name) {
        return risk.getMap("factors.find { it.factor == '%s' }".formatted(name));
    }

    @Test
    void everyFactorIsMeasuredInTheFacts() throws SQLException {
        Billing.failure(organization, ada, "640", 3, 5);
        Billing.payment(organization, ada, "640", 40);
        Database.execute("""
                insert into payment_methods (organization_id, customer_id, payment_method_id, expires_at, noted_at)
                values ('%1$s', '%2$s', 'old', now() - interval '90 days', now()),
                    ('%1$s', '%2$s', 'new', now() + interval '15 days', now());
                update subscriptions set will_renew = false where customer_id = '%2$s'""".formatted(organization, ada));
        Billing.events(
                organization,
                events("feature_use", 8, 45)
                        + events("feature_use", 2, 10)
                        + events("login", 10, 45)
                        + events("login", 5, 10)
                        + events("support_ticket", 1, 45)
                        + events("support_ticket", 3, 10)
                        + events("downgrade_requested", 1, 60)
                        + events("billing_address_changed", 1, 60)
                        + events("complaint", 1, 20));

        var risk = risk();

        assertThat(factor(risk, "failed_payment_attempts")).containsEntry("measure", 3);
        assertThat(factor(risk, "cancellation_request")).containsEntry("explanation", "Has cancelled");
        assertThat(factor(risk, "payment_method_expiration"))
                .containsEntry("explanation", "The payment method expires in 15 days");
        assertThat(factor(risk, "billing_address_changes")).containsEntry("measure", 1);
        assertThat(factor(risk, "reduced_feature_usage")).containsEntry("measure", 0.75f);
        assertThat(factor(risk, "login_frequency_decrease")).containsEntry("measure", 0.5f);
        assertThat(factor(risk, "support_ticket_increase")).containsEntry("measure", 2);
        assertThat(factor(risk, "feature_downgrade_requests")).containsEntry("measure", 1);
        assertThat(factor(risk, "account_age")).containsEntry("measure", 13);
        assertThat(factor(risk, "payment_reliability")).containsEntry("measure", 0.25f);
        assertThat(factor(risk, "support_interaction_patterns")).containsEntry("measure", 1);
        assertThat(risk.getDouble("payment_risk")).isEqualTo(1.0);
        // 0.4 × 0.75 + 0.3 × 2 ÷ 3 + 0.4 × 0.5 + 0.4 = 1.1
        assertThat(risk.getDouble("behavioral_risk")).isEqualTo(1.0);
        // 0.3 × 2^(−13 ÷ 6) + 0.3 + 0.2 ÷ 3
        assertThat(risk.getDouble("account_risk")).isEqualTo(0.433484);
        assertThat(risk.getDouble("score")).isEqualTo(0.886697);
        assertThat(risk.getString("level")).isEqualTo("critical");
        assertThat(risk.getInt("strategy.response_within_hours")).isEqualTo(1);
        assertThat(risk.getList("strategy.channels")).isEqualTo(java.util.List.of("phone", "email", "sms"));
    }

    @Test
    void aDowngradeThatTheBillingSystemToldOfCounts() throws SQLException {
        Database.execute("""
                insert into webhook_events (organization_id, id, source, event_id, event_type, status, received_at, fact, event,
                    occurred_at, precedence, customer, customer_id, subject)
                values ('%s', gen_random_uuid(), 'stripe', 'evt_1', 'customer.subscription.updated', 'applied', now(),
                    'plan.downgraded', '{}', now() - interval '1 day', 0, 'ada', '%s', 'subscription')""".formatted(organization, ada));

        assertThat(factor(risk(), "feature_downgrade_requests")).containsEntry("measure", 1);
    }

    @Test
    void nobodysRiskIsUnknown() {
        Api.as(Api.key(organization, "viewer"))
                .get("/api/v1/recovery/customers/{customer_id}/risk", "nobody")
                .then()
                .statusCode(404)
                .body("type", equalTo("urn:perennial:problem:unknown-customer"));
    }
}
