package io.perennial.offers;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.tenant.CustomerId;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

/** Each rule is tested just where it begins to hold. */
@ServiceTest
class EligibilityTest {

    private UUID organization;
    private UUID customer;

    @BeforeEach
    void aCustomerAndOneOffer() throws SQLException {
        organization = Api.organization("ecommerce");
        customer = CustomerId.of(organization, "a");
        Api.upload(organization, "customers", "customer_id,registered_at\na,2025-01-01\nb,2025-01-01\n")
                .then()
                .statusCode(200);
        execute("delete from offers where organization_id = '%1$s' and offer_id <> 4");
        execute("""
                update offers set lifecycle_stage = null, contact_limit = null, contact_limit_days = null, monthly_budget = null
                where organization_id = '%1$s'""");
    }

    /** With {@code %1$s} and {@code %2$s}, the organization and the customer. */
    private void execute(String sql) throws SQLException {
        Database.execute(sql.formatted(organization, customer));
    }

    private void offer(String settings) throws SQLException {
        execute("update offers set " + settings + " where organization_id = '%1$s'");
    }

    private JsonPath eligible() {
        return Api.asAdmin()
                .get("/api/v1/customers/{customer_id}/eligible-offers", customer)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private List<String> rules() {
        var answer = eligible();
        List<String> rules = answer.getList("offers[0].reasons.rule");
        assertThat(answer.getBoolean("offers[0].eligible")).isEqualTo(rules.isEmpty());
        return rules;
    }

    private void segmented(String segment, double monetaryScore, double churn) throws SQLException {
        execute("""
                insert into segment_assignments (organization_id, customer_id, segment, segment_score, recency_score,
                    frequency_score, monetary_score, engagement_score, churn_probability, model_version, run_id, as_of,
                    assigned_at, entered_at)
                values ('%%1$s', '%%2$s', '%s', 50, 50, 50, %s, 50, %s, 'rules-1', gen_random_uuid(), now(), now(), now())
                on conflict (organization_id, customer_id) do update
                set segment = excluded.segment, monetary_score = excluded.monetary_score,
                    churn_probability = excluded.churn_probability""".formatted(segment, monetaryScore, churn));
    }

    private void worth(double value) throws SQLException {
        execute("""
                insert into customer_prediction (organization_id, customer_id, kind, value, model_version, predicted_at)
                values ('%%1$s', '%%2$s', 'ltv', %s, 'ltv-1', now())
                on conflict (organization_id, customer_id, kind) do update set value = excluded.value""".formatted(value));
    }

    private void contacted(int daysAgo, int offer) throws SQLException {
        execute("""
                insert into offer_contacts (organization_id, customer_id, contacted_at, offer_id)
                values ('%%1$s', '%%2$s', now() - interval '%d days', %d)""".formatted(daysAgo, offer));
    }

    @Test
    void anOfferWithoutRulesIsForEverybody() {
        assertThat(rules()).isEmpty();
        assertThat(eligible().getString("customer_id")).isEqualTo(customer.toString());
        assertThat(eligible().getList("segments")).isEmpty();
        assertThat(eligible().getDouble("customer_value")).isZero();
    }

    @Test
    void anOfferThatWasTakenBackIsNotListed() throws SQLException {
        offer("is_active = false");
        assertThat(eligible().getList("offers")).isEmpty();
    }

    @Test
    void theIndustryIsThatOfTheOrganization() throws SQLException {
        offer("industries = '{banking,telecom}'");
        assertThat(rules()).containsExactly("industry");
        offer("industries = '{banking,ecommerce}'");
        assertThat(rules()).isEmpty();
    }

    @Test
    void aSegmentHoldsOnlyThoseWhoAreInIt() throws SQLException {
        offer("target_segment = 'loyal_customers'");
        assertThat(rules()).containsExactly("target_segment");
        assertThat(eligible().getString("offers[0].reasons[0].reason"))
                .isEqualTo("The offer is for loyal_customers; the customer is in no segment yet");
        segmented("Champions", 50, 0.1);
        assertThat(rules()).containsExactly("target_segment");
        segmented("Loyal Customers", 50, 0.1);
        assertThat(rules()).isEmpty();
    }

    @Test
    void theValueOfACustomerIsHighAbove70AndMediumFrom30() throws SQLException {
        offer("target_segment = 'high_value'");
        segmented("Champions", 70, 0.1);
        assertThat(rules()).containsExactly("target_segment");
        segmented("Champions", 70.5, 0.1);
        assertThat(rules()).isEmpty();

        offer("target_segment = 'medium_value'");
        segmented("Champions", 30, 0.1);
        assertThat(rules()).isEmpty();
        segmented("Champions", 29.5, 0.1);
        assertThat(rules()).containsExactly("target_segment");
        offer("target_segment = 'low_value'");
        assertThat(rules()).isEmpty();
    }

    @Test
    void atRiskIsWhoeverIsAsLikelyToLeaveAsToStay() throws SQLException {
        offer("target_segment = 'at_risk'");
        segmented("Champions", 50, 0.499999);
        assertThat(rules()).containsExactly("target_segment");
        segmented("Champions", 50, 0.5);
        assertThat(rules()).isEmpty();
        segmented("Cannot Lose Them", 50, 0.1);
        assertThat(rules()).isEmpty();
        assertThat(eligible().getList("segments")).containsExactly("medium_value", "cannot_lose_them", "at_risk");
    }

    @Test
    void newIsWhoeverCameInTheLastThirtyDays() throws SQLException {
        offer("target_segment = 'new'");
        assertThat(rules()).containsExactly("target_segment");
        execute("""
                update customers set registered_at = now() - interval '31 days'
                where organization_id = '%1$s' and customer_id = '%2$s'""");
        assertThat(rules()).containsExactly("target_segment");
        execute("""
                update customers set registered_at = now() - interval '29 days'
                where organization_id = '%1$s' and customer_id = '%2$s'""");
        assertThat(rules()).isEmpty();
    }

    @Test
    void bothEndsOfTheValueRangeBelongToIt() throws SQLException {
        offer("min_customer_value = 100, max_customer_value = 200");
        worth(99.99);
        assertThat(rules()).containsExactly("min_customer_value");
        worth(100);
        assertThat(rules()).isEmpty();
        worth(200);
        assertThat(rules()).isEmpty();
        worth(200.01);
        assertThat(rules()).containsExactly("max_customer_value");
        assertThat(eligible().getString("offers[0].reasons[0].reason"))
                .isEqualTo("The offer is for customers worth at most 200.00; this one is worth 200.01");
    }

    @Test
    void withoutAPredictionACustomerIsWorthWhatTheySpent() throws Exception {
        Api.uploadTransactions(organization, "customer_id,occurred_at,amount\na,2025-01-01,70\na,2025-01-02,35.50\n")
                .then()
                .statusCode(200);
        Api.run(organization, "features", "2025-02-01T00:00:00Z");

        assertThat(eligible().getDouble("customer_value")).isEqualTo(105.5);
        worth(-3);
        assertThat(eligible().getDouble("customer_value")).isZero();
    }

    @Test
    void consentIsWhatTheCustomerSaid() throws SQLException {
        offer("consent_needed = true");
        assertThat(rules()).containsExactly("consent");
        Api.upload(organization, "customers", "customer_id,marketing_consent\na,no\nb,yes\n")
                .then()
                .statusCode(200);
        assertThat(rules()).containsExactly("consent");
        Api.upload(organization, "customers", "customer_id,marketing_consent\na,Yes\n")
                .then()
                .statusCode(200);
        assertThat(rules()).isEmpty();
    }

    @Test
    void contactsOfAnyOfferCountForAsLongAsTheLimitLooksBack() throws SQLException {
        offer("contact_limit = 2, contact_limit_days = 30");
        contacted(1, 4);
        contacted(31, 5);
        assertThat(rules()).isEmpty();
        contacted(29, 7);
        assertThat(rules()).containsExactly("contact_limit");
        offer("contact_limit = 3");
        assertThat(rules()).isEmpty();
        offer("contact_limit_days = 32");
        assertThat(rules()).containsExactly("contact_limit");
    }

    @Test
    void whatWasAcceptedIsNotOfferedAgain() {
        Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("customer_id", "a"))
                .post("/api/v1/offers/organizations/{org_id}/4/redemptions", organization)
                .then()
                .statusCode(201);

        assertThat(rules()).containsExactly("already_accepted");
        customer = CustomerId.of(organization, "b");
        assertThat(rules()).isEmpty();
    }

    @Test
    void anExhaustedOfferIsForNobody() throws SQLException {
        offer("cost = 10, redemption_limit = 2, redemptions = 1, monthly_budget = 30");
        assertThat(rules()).isEmpty();
        offer("redemptions = 2");
        assertThat(rules()).containsExactly("redemption_limit");
        offer("redemption_limit = null");
        execute("""
                insert into offer_spending (organization_id, offer_id, month, redemptions, spent)
                values ('%1$s', 4, date_trunc('month', now())::date, 2, 20),
                    ('%1$s', 4, (date_trunc('month', now()) - interval '1 month')::date, 3, 30)""");
        assertThat(rules()).isEmpty();
        offer("cost = 10.01");
        assertThat(rules()).containsExactly("monthly_budget");
    }

    @Test
    void aStageExcludesOnlyWhoIsInAnother() throws SQLException {
        offer("lifecycle_stage = 'retention'");
        assertThat(rules()).isEmpty();
        execute("""
                insert into customer_lifecycle
                values ('%1$s', '%2$s', 'growth', 'does_more', 0.1, 'rules-1', gen_random_uuid(), now(), now(), now())""");
        assertThat(rules()).containsExactly("lifecycle_stage");
        assertThat(eligible().getString("lifecycle_stage")).isEqualTo("growth");
        execute("update customer_lifecycle set stage = 'retention' where organization_id = '%1$s'");
        assertThat(rules()).isEmpty();
    }

    @Test
    void aRangeOfCustomersIsToldTheSameAsEachOfThem() throws SQLException {
        offer("target_segment = 'loyal_customers', min_customer_value = 10");
        segmented("Loyal Customers", 50, 0.1);
        worth(10);
        try (var owner = Database.asOwner();
                var statement = owner.createStatement();
                var rows = statement.executeQuery("with "
                        + EligibilitySql.ofRange()
                                .replace("$1", "'" + organization + "'")
                                .replace("$2", "'00000000-0000-0000-0000-000000000000'")
                                .replace("$3", "'ffffffff-ffff-ffff-ffff-ffffffffffff'")
                                .replace("$4", "'" + Instant.now().truncatedTo(ChronoUnit.MICROS) + "'")
                        + "select customer_id, offer_id, array_to_string(reasons, ' ') from eligibility")) {
            var reasons = new HashMap<UUID, String>();
            while (rows.next()) {
                assertThat(rows.getInt(2)).isEqualTo(4);
                reasons.put(rows.getObject(1, UUID.class), rows.getString(3));
            }
            assertThat(reasons)
                    .isEqualTo(Map.of(
                            customer, "", CustomerId.of(organization, "b"), "target_segment min_customer_value"));
        }
    }

    @Test
    void nobodysOffersAreNotFound() {
        Api.asAdmin()
                .get("/api/v1/customers/{customer_id}/eligible-offers", UUID.randomUUID())
                .then()
                .statusCode(404);
        Api.as(Api.key(organization, "viewer"))
                .get("/api/v1/customers/nobody/eligible-offers")
                .then()
                .statusCode(404);
    }

    @Test
    void theDefaultCatalogHasSomethingForACustomerOfWhomNothingIsKnown() {
        var fresh = Api.organization("banking");
        Api.upload(fresh, "customers", "customer_id,registered_at\na,2025-01-01\n");
        var answer = Api.asAdmin()
                .get("/api/v1/customers/{customer_id}/eligible-offers", CustomerId.of(fresh, "a"))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();

        List<Map<String, Object>> offers = answer.getList("offers");
        assertThat(offers.stream()
                        .filter(offer -> Boolean.TRUE.equals(offer.get("eligible")))
                        .map(offer -> offer.get("offer_id"))
                        .collect(Collectors.toList()))
                .isEqualTo(List.of(1, 3, 4));
    }
}
