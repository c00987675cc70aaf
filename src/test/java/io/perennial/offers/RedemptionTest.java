package io.perennial.offers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;

import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Organization;
import io.perennial.tenant.Organizations;
import io.perennial.tenant.TenantDatabase;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.DatabaseResource;
import io.perennial.testing.ServiceTest;

@ServiceTest
class RedemptionTest {

    private static final int CLIENTS = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String REDEMPTIONS = "/api/v1/offers/organizations/{org_id}/{offer_id}/redemptions";

    @Inject
    TenantDatabase database;

    @Inject
    Idempotency idempotency;

    @Inject
    Organizations organizations;

    private UUID organization;

    @BeforeEach
    void manyCustomers() {
        organization = Api.organization("ecommerce");
        var customers = IntStream.range(0, CLIENTS).mapToObj(i -> "c" + i).collect(Collectors.joining("\n"));
        Api.upload(organization, "customers", "customer_id\n" + customers + "\n")
                .then()
                .statusCode(200);
    }

    private void offer(String settings) throws SQLException {
        Database.execute(
                "update offers set %s where organization_id = '%s' and offer_id = 4".formatted(settings, organization));
    }

    private Response redeem(int offer, String customer) {
        return Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("customer_id", customer))
                .post(REDEMPTIONS, organization, offer);
    }

    private long number(String sql) throws SQLException {
        return Database.number(sql + " where organization_id = ? and offer_id = 4", organization);
    }

    /** Every client asks at once, for a customer of its own. Yields how many answers had which type of problem. */
    private Map<String, Long> fight() {
        var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var answers = IntStream.range(0, CLIENTS)
                .mapToObj(i -> client.sendAsync(
                        HttpRequest.newBuilder(
                                        URI.create("http://localhost:%d/api/v1/offers/organizations/%s/4/redemptions"
                                                .formatted(RestAssured.port, organization)))
                                .header("X-API-Key", DatabaseResource.ADMIN_KEY)
                                .header("Content-Type", "application/json")
                                .header("Idempotency-Key", "fight-" + i)
                                .timeout(PATIENCE)
                                .POST(HttpRequest.BodyPublishers.ofString("{\"customer_id\": \"c%d\"}".formatted(i)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString()))
                .toList();
        return answers.stream()
                .map(CompletableFuture::join)
                .collect(Collectors.groupingBy(RedemptionTest::outcome, Collectors.counting()));
    }

    private static String outcome(HttpResponse<String> answer) {
        return answer.statusCode() == 201
                ? "201"
                : answer.statusCode() + answer.body().replaceFirst("(?s)^.*urn:perennial:problem:([a-z-]+).*$", " $1");
    }

    @Test
    void ofSixtyFourWhoFightForTheLastTenRedemptionsTenSucceed() throws SQLException {
        offer("redemption_limit = 30, redemptions = 20, monthly_budget = null");

        assertThat(fight()).isEqualTo(Map.of("201", 10L, "409 redemption-limit-reached", 54L));

        assertThat(number("select redemptions from offers")).isEqualTo(30);
        assertThat(number("select count(*) from offer_redemptions")).isEqualTo(10);
        assertThat(number("select sum(redemptions) from offer_spending")).isEqualTo(10);
    }

    @Test
    void theBudgetOfAMonthIsNeverOverspent() throws SQLException {
        offer("cost = 10.01, monthly_budget = 100.10, redemption_limit = null");

        assertThat(fight()).isEqualTo(Map.of("201", 10L, "409 monthly-budget-spent", 54L));

        assertThat(Database.text(
                        "select sum(spent) from offer_spending where organization_id = ? and offer_id = 4",
                        organization))
                .isEqualTo("100.1000");
        assertThat(number("select redemptions from offers")).isEqualTo(10);
        assertThat(number("select count(*) from offer_redemptions")).isEqualTo(10);
    }

    @Test
    void theSameRequestFromManyClientsIsOneRedemption() throws SQLException {
        var answers = IntStream.range(0, 8)
                .parallel()
                .mapToObj(i -> Api.asAdmin()
                        .header("Idempotency-Key", "one")
                        .contentType("application/json")
                        .body(Map.of("customer_id", "c1"))
                        .post(REDEMPTIONS, organization, 4)
                        .then()
                        .statusCode(201)
                        .extract()
                        .<String>path("redemption_id"))
                .collect(Collectors.toSet());

        assertThat(answers).hasSize(1);
        assertThat(number("select redemptions from offers")).isEqualTo(1);
    }

    @Test
    void whatIsLeftIsSaid() throws SQLException {
        offer("cost = 10, monthly_budget = 25, redemption_limit = 3");

        redeem(4, "c0")
                .then()
                .statusCode(201)
                .body("offer_id", equalTo(4))
                .body(
                        "customer_id",
                        equalTo(CustomerReference.of(organization, "c0")
                                .candidates()[0]
                                .toString()))
                .body("cost", equalTo(10.00f))
                .body("redemptions_left", equalTo(2))
                .body("budget_left", equalTo(15.00f));
        redeem(4, "c1").then().statusCode(201).body("budget_left", equalTo(5.00f));
        redeem(4, "c2").then().statusCode(409).body("type", equalTo("urn:perennial:problem:monthly-budget-spent"));
        List<String> customers = Api.asAdmin()
                .get(REDEMPTIONS, organization, 4)
                .then()
                .statusCode(200)
                .extract()
                .path("items.customer_id");
        assertThat(customers).hasSize(2).isSorted();
    }

    @Test
    void whatCannotBeAcceptedChangesNothing() throws SQLException {
        redeem(4, "c0").then().statusCode(201);
        redeem(4, "c0").then().statusCode(409).body("type", equalTo("urn:perennial:problem:offer-already-accepted"));
        redeem(4, "nobody").then().statusCode(404).body("type", equalTo("urn:perennial:problem:unknown-customer"));
        redeem(99, "c0").then().statusCode(404).body("type", equalTo("urn:perennial:problem:unknown-offer"));
        redeem(4, " ").then().statusCode(400);
        offer("is_active = false");
        redeem(4, "c1").then().statusCode(409).body("type", equalTo("urn:perennial:problem:offer-inactive"));

        assertThat(number("select redemptions from offers")).isEqualTo(1);
        assertThat(number("select sum(spent)::integer from offer_spending")).isEqualTo(10);
    }

    @Test
    void whoMayNotGetAnOfferMayNotAcceptIt() throws SQLException {
        offer("target_segment = 'loyal_customers', consent_needed = true");
        redeem(4, "c0")
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:perennial:problem:offer-not-eligible"))
                .body("detail", endsWith("by its rules on target_segment, consent"));
        offer("target_segment = null, industries = '{banking}'");
        redeem(4, "c0").then().statusCode(409).body("detail", endsWith("by its rules on industry, consent"));

        assertThat(number("select redemptions from offers")).isZero();
        assertThat(number("select count(*) from offer_redemptions")).isZero();

        Api.upload(organization, "customers", "customer_id,marketing_consent\nc0,yes\n")
                .then()
                .statusCode(200);
        offer("industries = '{}'");
        redeem(4, "c0").then().statusCode(201);
    }

    @Test
    void consentIsNeededEvenForWhatWasOffered() throws SQLException {
        offer("target_segment = 'loyal_customers'");
        Database.execute("""
                insert into offer_decisions (organization_id, customer_id, decision_id, decided_at, policy, policy_version,
                    offer_id, held_out, explored, propensity, eligible, probabilities, propensities, features,
                    feature_schema, cost, outcome)
                select organization_id, customer_id, gen_random_uuid(), now(), 'popularity', 'popularity-1', 4, false, true, 1,
                    '{4}', '{0.1}', '{1}', '{}', 0, 10, 'shown'
                from customers
                where organization_id = '%s' and external_id in ('c0', 'c1')""".formatted(organization));

        redeem(4, "c0").then().statusCode(201);
        redeem(4, "c2").then().statusCode(409).body("detail", endsWith("by its rules on target_segment"));
        offer("consent_needed = true");
        redeem(4, "c1").then().statusCode(409).body("detail", endsWith("by its rules on consent"));
    }

    @Test
    void aRedemptionChangesNoVersionSoNobodysEditIsLost() {
        redeem(4, "c0").then().statusCode(201);
        Api.asAdmin()
                .get("/api/v1/offers/organizations/{org_id}/4", organization)
                .then()
                .header("ETag", "\"1\"")
                .body("redemptions", equalTo(1));
    }

    @Test
    void aNewMonthOfTheOrganizationsTimeZoneHasABudgetOfItsOwn() throws SQLException {
        Database.execute(
                "update organizations set timezone = 'Pacific/Auckland' where id = '%s'".formatted(organization));
        offer("cost = 10, monthly_budget = 10");
        var auckland = new Organization(
                organization,
                "Test",
                organizations.find(organization).await().atMost(PATIENCE).orgType(),
                "EUR",
                "Pacific/Auckland",
                60,
                Instant.EPOCH,
                Instant.EPOCH);

        // Auckland is 13 hours ahead in January: the month begins at 11:00 UTC of the day before.
        redeemAt("2026-01-31T10:59:59Z", auckland, "c0");
        assertThatThrownBy(() -> redeemAt("2026-01-31T10:59:59.999Z", auckland, "c1"))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.type()).isEqualTo(ProblemType.MONTHLY_BUDGET_SPENT))
                .hasMessageContaining("2026-01-01");
        var next = redeemAt("2026-01-31T11:00:00Z", auckland, "c1");

        assertThat(next.budgetLeft()).isEqualByComparingTo(BigDecimal.ZERO);
        assertThat(Database.text(
                        "select string_agg(month || ' ' || spent, ', ' order by month) from offer_spending"
                                + " where organization_id = ?",
                        organization))
                .isEqualTo("2026-01-01 10.0000, 2026-02-01 10.0000");
    }

    private Redemptions.Redemption redeemAt(String instant, Organization zone, String customer) {
        var clock = Clock.fixed(Instant.parse(instant), ZoneOffset.UTC);
        return new Redemptions(database, idempotency, clock)
                .redeem(zone, 4, CustomerReference.of(organization, customer), null)
                .await()
                .atMost(PATIENCE);
    }
}
