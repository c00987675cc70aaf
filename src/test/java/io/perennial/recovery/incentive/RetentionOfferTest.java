package io.perennial.recovery.incentive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.smallrye.mutiny.Multi;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.recovery.billing.Billing;
import io.perennial.recovery.billing.BillingSegments;
import io.perennial.recovery.billing.Settings;
import io.perennial.tenant.CustomerId;
import io.perennial.tenant.TenantDatabase;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.DatabaseResource;
import io.perennial.testing.ServiceTest;

@ServiceTest
class RetentionOfferTest {

    private static final int CLIENTS = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final UUID CASE = UUID.fromString("0d1c2b3a-0000-4000-8000-000000000001");

    @Inject
    TenantDatabase database;

    @Inject
    RetentionOffers offers;

    @Inject
    BillingSegments segments;

    @Inject
    Settings settings;

    @Inject
    OfferCodes codes;

    @Inject
    OfferExpiry expiry;

    @Inject
    ObjectMapper json;

    private UUID organization;
    private UUID ada;

    /** A customer of high value, for two years, who pays 199.99 a month. That is at least 500: three such subscriptions. */
    @BeforeEach
    void aCustomerOfHighValue() throws SQLException {
        organization = Api.organization("ecommerce");
        ada = Billing.customer(organization, "ada");
        Billing.subscription(organization, ada, "sub-ada", "199.99", "month", Billing.ago(750));
        Billing.subscription(organization, ada, "sub-more", "400.01", "month", Billing.ago(750));
    }

    private static CaseFacts facts(UUID organization, UUID customer, UUID caseId) {
        return new CaseFacts(organization, customer, caseId, "sub-ada", new BigDecimal("199.99"), "EUR", 1);
    }

    private List<RetentionOffer> generate(UUID caseId, DunningStage stage) {
        return generate(offers, facts(organization, ada, caseId), stage);
    }

    private List<RetentionOffer> generate(RetentionOffers by, CaseFacts facts, DunningStage stage) {
        return database.transaction(organization, connection -> by.generate(connection, facts, stage))
                .await()
                .atMost(PATIENCE);
    }

    private ValidatableResponse redeem(String code) {
        return Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("offer_code", code))
                .post("/api/v1/recovery/organizations/{org_id}/offer-redemptions", organization)
                .then();
    }

    private JsonPath budget() {
        return Api.asAdmin()
                .get("/api/v1/recovery/organizations/{org_id}/incentive-budget", organization)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private void budget(String month, String ofCase, String share) {
        var budget = new HashMap<String, Object>();
        if (month != null) {
            budget.put("monthly_budget", new BigDecimal(month));
        }
        if (ofCase != null) {
            budget.put("case_budget", new BigDecimal(ofCase));
        }
        budget.put("lifetime_value_share", new BigDecimal(share));
        Api.asAdmin()
                .contentType("application/json")
                .body(budget)
                .put("/api/v1/recovery/organizations/{org_id}/incentive-budget", organization)
                .then()
                .statusCode(200);
    }

    private void assertBudget(String reserved, String spent) {
        var budget = budget();
        assertThat(new BigDecimal(budget.getString("reserved"))).as("reserved").isEqualByComparingTo(reserved);
        assertThat(new BigDecimal(budget.getString("spent"))).as("spent").isEqualByComparingTo(spent);
    }

    private RetentionOffers at(Instant now) {
        return new RetentionOffers(database, segments, settings, codes, json, Clock.fixed(now, ZoneOffset.UTC));
    }

    private static RetentionOffer discountOf(List<RetentionOffer> offers) {
        return offers.stream()
                .filter(offer -> offer.type() == OfferType.DISCOUNT && offer.occasion() == Occasion.STAGE)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theOffersOfAStageAreMadeWithCodesAndReserved() {
        var made = generate(CASE, DunningStage.DUNNING_3);

        assertThat(made)
                .extracting(RetentionOffer::type)
                .containsExactly(
                        OfferType.DISCOUNT,
                        OfferType.PAYMENT_PLAN,
                        OfferType.FEATURE_UPGRADE,
                        OfferType.GRACE_PERIOD,
                        OfferType.ACCOUNT_CREDIT);
        assertThat(made)
                .extracting(RetentionOffer::offerCode)
                .doesNotHaveDuplicates()
                .allMatch(code -> code.matches("STAY(-[0-9A-HJKMNP-TV-Z]{4}){4}"));
        assertThat(discountOf(made)).satisfies(offer -> {
            assertThat(offer.discountPercent()).isEqualByComparingTo("50");
            assertThat(offer.discountAmount()).isEqualTo(new BigDecimal("100.00"));
            assertThat(offer.savingsTotal()).isEqualTo(new BigDecimal("600.00"));
            assertThat(Duration.between(Instant.now(), offer.validUntil()))
                    .isBetween(Duration.ofDays(13), Duration.ofDays(14));
        });
        // Twenty per cent of 199.99 for two complete years.
        assertThat(made.get(4).creditAmount()).isEqualTo(new BigDecimal("40.00"));
        assertBudget("640.00", "0");
    }

    @Test
    void askedAgainTheSameOffersAreYieldedAndReservedOnce() {
        var first = generate(CASE, DunningStage.DUNNING_3);

        assertThat(generate(CASE, DunningStage.DUNNING_3)).isEqualTo(first);
        assertBudget("640.00", "0");
    }

    @Test
    void aCodeIsRedeemedOnceAndItsReservationSpent() {
        var discount = discountOf(generate(CASE, DunningStage.DUNNING_3));

        redeem(discount.offerCode().toLowerCase().replace("-", " "))
                .statusCode(200)
                .body("customer_id", equalTo(ada.toString()))
                .body("case_id", equalTo(CASE.toString()))
                .body("offer.type", equalTo("discount"))
                .body("offer.discount_amount", equalTo(100.00f))
                .body("offer.offer_code", equalTo(discount.offerCode()));
        assertBudget("40.00", "600.00");

        redeem(discount.offerCode()).statusCode(409).body("type", equalTo("urn:perennial:problem:offer-code-used"));
        assertBudget("40.00", "600.00");
    }

    @Test
    void aRedemptionThatIsRepeatedWithItsKeyIsAnsweredAsTheFirstTime() {
        var code = discountOf(generate(CASE, DunningStage.DUNNING_3)).offerCode();
        var answers = IntStream.range(0, 8)
                .parallel()
                .mapToObj(i -> Api.asAdmin()
                        .header("Idempotency-Key", "one")
                        .contentType("application/json")
                        .body(Map.of("offer_code", code))
                        .post("/api/v1/recovery/organizations/{org_id}/offer-redemptions", organization)
                        .then()
                        .statusCode(200)
                        .extract()
                        .<String>path("redeemed_at"))
                .collect(Collectors.toSet());

        assertThat(answers).hasSize(1);
        assertBudget("40.00", "600.00");
    }

    @Test
    void aCodeIsOfItsCustomerAndItsOrganizationOnly() {
        var code = discountOf(generate(CASE, DunningStage.DUNNING_3)).offerCode();
        Billing.customer(organization, "bob");
        var unknown = "urn:perennial:problem:unknown-offer-code";

        redeem("STAY-0000-0000-0000-0000").statusCode(404).body("type", equalTo(unknown));
        Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("offer_code", code, "customer_id", "bob"))
                .post("/api/v1/recovery/organizations/{org_id}/offer-redemptions", organization)
                .then()
                .statusCode(404)
                .body("type", equalTo(unknown));
        Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("offer_code", code))
                .post("/api/v1/recovery/organizations/{org_id}/offer-redemptions", Api.organization("banking"))
                .then()
                .statusCode(404)
                .body("type", equalTo(unknown));
        assertBudget("640.00", "0");
        Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("offer_code", code, "customer_id", "ada"))
                .post("/api/v1/recovery/organizations/{org_id}/offer-redemptions", organization)
                .then()
                .statusCode(200);
    }

    @Test
    void aLaterStageTakesThePlaceOfAnEarlierOne() {
        generate(CASE, DunningStage.DUNNING_1);
        assertBudget("190.00", "0");

        generate(CASE, DunningStage.DUNNING_3);

        assertBudget("640.00", "0");
    }

    @Test
    void theCodeOfTheFirstMailRedeemsWhatTheLastOneOffered() {
        var first = discountOf(generate(CASE, DunningStage.DUNNING_1));
        generate(CASE, DunningStage.DUNNING_2);
        var third = discountOf(generate(CASE, DunningStage.DUNNING_3));

        redeem(first.offerCode())
                .statusCode(200)
                .body("offer.stage", equalTo("dunning_3"))
                .body("offer.offer_code", equalTo(third.offerCode()));
        assertBudget("40.00", "600.00");
        redeem(third.offerCode()).statusCode(409).body("type", equalTo("urn:perennial:problem:offer-code-used"));
        redeem(first.offerCode()).statusCode(409).body("type", equalTo("urn:perennial:problem:offer-code-used"));
        assertBudget("40.00", "600.00");
    }

    @Test
    void whenACaseEndsWhatIsOpenIsTakenBackAndWhatWasRedeemedStays() {
        var made = generate(CASE, DunningStage.DUNNING_3);
        var other = generate(UUID.randomUUID(), DunningStage.DUNNING_1);
        redeem(made.get(4).offerCode()).statusCode(200);

        var released = database.transaction(
                        organization, connection -> offers.release(connection, organization, ada, CASE))
                .await()
                .atMost(PATIENCE);

        assertThat(released).isEqualTo(4);
        assertBudget("190.00", "40.00");
        redeem(discountOf(made).offerCode())
                .statusCode(409)
                .body("type", equalTo("urn:perennial:problem:offer-code-withdrawn"));
        assertThat(generate(CASE, DunningStage.DUNNING_3)).isEmpty();
        redeem(discountOf(other).offerCode()).statusCode(200);
    }

    @Test
    void whatNobodyRedeemsInTimeIsFreeAgain() {
        var past = Instant.now().minus(Duration.ofDays(14)).minusSeconds(60);
        var expired = discountOf(generate(at(past), facts(organization, ada, CASE), DunningStage.DUNNING_3));
        var valid = discountOf(generate(
                at(past.plusSeconds(3600)), facts(organization, ada, UUID.randomUUID()), DunningStage.DUNNING_3));
        redeem(expired.offerCode()).statusCode(409).body("type", equalTo("urn:perennial:problem:offer-code-expired"));

        expiry.expire().await().atMost(PATIENCE);

        assertThat(reservedInAll()).isEqualByComparingTo("640.00");
        redeem(expired.offerCode()).statusCode(409).body("type", equalTo("urn:perennial:problem:offer-code-expired"));
        redeem(valid.offerCode()).statusCode(200);
        expiry.expire().await().atMost(PATIENCE);
        assertThat(reservedInAll()).isEqualByComparingTo("40.00");
    }

    /** Over all months: fourteen days ago may have been in another one. */
    private BigDecimal reservedInAll() {
        try {
            return new BigDecimal(Database.text(
                    "select sum(reserved) from incentive_spending where organization_id = ?", organization));
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatACustomerWasPromisedIsFreeAgainWhenTheyAreErased() {
        generate(CASE, DunningStage.DUNNING_3);

        Api.asAdmin().delete("/api/v1/customers/{customer_id}", ada).then().statusCode(204);

        assertBudget("0", "0");
    }

    @Test
    void ofSixtyFourCustomersWhoFightForTheLastBudgetAsManyGetAnOfferAsThereIsMoneyFor() throws SQLException {
        var customers = new ArrayList<UUID>();
        var lines = IntStream.range(0, CLIENTS).mapToObj(i -> "c" + i).collect(Collectors.joining("\n"));
        Api.upload(organization, "customers", "customer_id\n" + lines + "\n")
                .then()
                .statusCode(200);
        for (var i = 0; i < CLIENTS; i++) {
            customers.add(CustomerId.of(organization, "c" + i));
            Billing.subscription(organization, customers.get(i), "sub-ada", "500", "month", Billing.ago(200));
        }
        // Of mid value: 20 % of 500.00 for two months is 200.00; what is left is enough for ten, and for one month
        // more.
        budget("2150", null, "1");

        var made = Multi.createFrom()
                .iterable(customers)
                .onItem()
                .transformToUni(customer -> database.transaction(
                        organization,
                        connection -> offers.generate(
                                connection, facts(organization, customer, UUID.randomUUID()), DunningStage.DUNNING_1)))
                .merge(CLIENTS)
                .collect()
                .asList()
                .await()
                .atMost(PATIENCE);

        var discounts = made.stream()
                .flatMap(List::stream)
                .filter(offer -> offer.type() == OfferType.DISCOUNT)
                .map(RetentionOffer::savingsTotal)
                .sorted()
                .toList();
        assertThat(discounts).hasSize(11).startsWith(new BigDecimal("100.00"), new BigDecimal("200.00"));
        assertThat(made)
                .hasSize(CLIENTS)
                .allSatisfy(each -> assertThat(each)
                        .extracting(RetentionOffer::type)
                        .contains(OfferType.FEATURE_UPGRADE, OfferType.GRACE_PERIOD));
        assertBudget("2100.00", "0");
        assertThat(new BigDecimal(budget().getString("left"))).isEqualByComparingTo("50.00");
        assertThat(Database.text("select sum(cost) from retention_offers where organization_id = ?", organization))
                .isEqualTo("2100.0000");
    }

    @Test
    void ofSixtyFourWhoRedeemTheSameCodeOneSucceeds() {
        var code = discountOf(generate(CASE, DunningStage.DUNNING_3)).offerCode();
        var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var answers = IntStream.range(0, CLIENTS)
                .mapToObj(i -> client.sendAsync(
                        HttpRequest.newBuilder(URI.create(
                                        "http://localhost:%d/api/v1/recovery/organizations/%s/offer-redemptions"
                                                .formatted(RestAssured.port, organization)))
                                .header("X-API-Key", DatabaseResource.ADMIN_KEY)
                                .header("Content-Type", "application/json")
                                .header("Idempotency-Key", "fight-" + i)
                                .timeout(PATIENCE)
                                .POST(HttpRequest.BodyPublishers.ofString("{\"offer_code\": \"%s\"}".formatted(code)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString()))
                .toList();

        assertThat(answers.stream()
                        .map(CompletableFuture::join)
                        .collect(Collectors.groupingBy(HttpResponse::statusCode, Collectors.counting())))
                .isEqualTo(Map.of(200, 1L, 409, 63L));
        assertBudget("40.00", "600.00");
    }

    @Test
    void aCaseIsNeverPromisedMoreThanItsBudgetOverAllItsStages() {
        budget(null, "300", "1");

        // 25 % of 199.99 for three months, and the credit of 40.00.
        assertThat(discountOf(generate(CASE, DunningStage.DUNNING_1)).savingsTotal())
                .isEqualTo(new BigDecimal("150.00"));
        var third = discountOf(generate(CASE, DunningStage.DUNNING_3));

        // 300.00 − 40.00, as the first discount is replaced: two months of 100.00.
        assertThat(third.durationMonths()).isEqualTo(2);
        assertThat(third.limitedBy()).isEqualTo("case_budget");
        assertBudget("240.00", "0");
    }

    @Test
    void nobodyIsPromisedMoreThanTheyAreExpectedToBeWorth() throws SQLException {
        Database.execute("""
                insert into customer_prediction (organization_id, customer_id, kind, value, model_version, predicted_at)
                values ('%s', '%s', 'ltv', 450, 'ltv-1', now())""".formatted(organization, ada));

        var discount = discountOf(generate(CASE, DunningStage.DUNNING_3));
        assertThat(discount.durationMonths()).isEqualTo(4);
        assertThat(discount.limitedBy()).isEqualTo("expected_value");
        assertBudget("440.00", "0");

        // What is open in one case counts in the next: ten are left.
        assertThat(generate(UUID.randomUUID(), DunningStage.DUNNING_3))
                .extracting(RetentionOffer::type)
                .containsExactly(OfferType.PAYMENT_PLAN, OfferType.FEATURE_UPGRADE, OfferType.GRACE_PERIOD);
        assertBudget("440.00", "0");
    }

    @Test
    void whatIsDueInAnotherCurrencyIsOfferedInPartsOnly() {
        var foreign = new CaseFacts(organization, ada, CASE, null, new BigDecimal("100"), "USD", 3);

        assertThat(generate(offers, foreign, DunningStage.DUNNING_3))
                .extracting(RetentionOffer::type)
                .containsExactly(OfferType.PAYMENT_PLAN, OfferType.FEATURE_UPGRADE, OfferType.GRACE_PERIOD);
        assertBudget("0", "0");
    }

    @Test
    void aPreviewShowsWhatWouldBeOfferedAndPromisesNothing() throws SQLException {
        Billing.failure(organization, ada, "199.99", 2, 1);
        Database.execute("update payment_failures set subscription_id = 'sub-ada' where customer_id = '" + ada + "'");

        Api.asAdmin()
                .queryParam("stage", "dunning_5")
                .get("/api/v1/recovery/customers/{customer_id}/retention-offers/preview", ada)
                .then()
                .statusCode(200)
                .body("success", equalTo(true))
                .body("segment", equalTo("high_value"))
                .body("stage_name", equalTo("dunning_5"))
                .body("monthly_price", equalTo(199.99f))
                .body("amount_due", equalTo(199.99f))
                .body("expected_value", equalTo(7200.0f))
                .body(
                        "offers.type",
                        contains(
                                "discount",
                                "payment_plan",
                                "feature_upgrade",
                                "grace_period",
                                "discount",
                                "account_credit"))
                .body("offers.occasion", hasItems("stage", "escalation", "loyalty"))
                .body("offers[0].discount_percent", equalTo(75))
                .body("offers[0].discount_amount", equalTo(149.99f))
                .body("offers[0].duration_months", equalTo(12))
                .body("offers[0].savings_total", equalTo(1799.88f))
                .body("offers[0].offer_code", nullValue())
                .body("offers[1].installments", equalTo(6))
                .body("offers[4].discount_amount", equalTo(20.00f))
                .body("offers[5].credit_amount", equalTo(40.00f))
                .body("triggers.trigger", contains("payment_failure_count", "subscription_age", "feature_usage"))
                .body("triggers.offered", contains(true, true, false))
                .body("customer_metrics.payment_failures_last_3_months", equalTo(2));
        assertBudget("0", "0");
        assertThat(Database.number("select count(*) from retention_offers where organization_id = ?", organization))
                .isZero();
    }

    @Test
    void aPreviewSaysWhatIsWithheldAndWhy() {
        budget("30", null, "1");

        Api.asAdmin()
                .queryParam("stage", "dunning_3")
                .queryParam("amount_due", "199.99")
                .get("/api/v1/recovery/customers/{customer_id}/retention-offers/preview", ada)
                .then()
                .statusCode(200)
                .body("withheld.type", contains("discount", "account_credit"))
                .body("withheld.reason", contains("month_budget", "month_budget"));
    }

    @Test
    void aStageThatThereIsNotIsRefused() {
        Api.asAdmin()
                .queryParam("stage", "dunning_6")
                .get("/api/v1/recovery/customers/{customer_id}/retention-offers/preview", ada)
                .then()
                .statusCode(400);
    }

    @Test
    void theOffersToACustomerAreListedWithoutTheirCodes() {
        generate(at(Instant.now().minusSeconds(60)), facts(organization, ada, CASE), DunningStage.DUNNING_1);
        var third = generate(CASE, DunningStage.DUNNING_3);
        redeem(discountOf(third).offerCode()).statusCode(200);
        var path = "/api/v1/recovery/customers/{customer_id}/retention-offers";

        var first = Api.asAdmin()
                .queryParam("limit", 6)
                .get(path, ada)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        var second = Api.asAdmin()
                .queryParam("limit", 6)
                .queryParam("after", first.getString("next"))
                .get(path, ada)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();

        var statuses = new ArrayList<String>(first.getList("items.status"));
        statuses.addAll(second.getList("items.status"));
        assertThat(statuses.stream().collect(Collectors.groupingBy(status -> status, Collectors.counting())))
                .isEqualTo(Map.of("redeemed", 1L, "open", 4L, "replaced", 4L));
        assertThat(first.<String>getList("items.offer.offer_code"))
                .allMatch(code -> code.matches("STAY-\\*{4}-\\*{4}-\\*{4}-[0-9A-Z]{4}"));
        assertThat(second.getString("next")).isNull();
    }

    @Test
    void anOrganizationSetsItsOwnOffers() {
        var path = "/api/v1/recovery/organizations/{org_id}/retention-offers";
        Map<String, Object> own = Api.asAdmin()
                .get(path, organization)
                .then()
                .statusCode(200)
                .extract()
                .path("$");
        at(own, "offer_types", "discount_offers", "high_value", "dunning_3").put("discount_percent", 12.5);
        at(own, "offer_types", "payment_plans").remove("high_value");
        Api.asAdmin()
                .contentType("application/json")
                .body(own)
                .put(path, organization)
                .then()
                .statusCode(200);

        var made = generate(CASE, DunningStage.DUNNING_3);

        // 12.5 % of 199.99 is 24.99875.
        assertThat(discountOf(made).discountAmount()).isEqualTo(new BigDecimal("25.00"));
        assertThat(made).extracting(RetentionOffer::type).doesNotContain(OfferType.PAYMENT_PLAN);

        own.put("enabled", false);
        Api.asAdmin()
                .contentType("application/json")
                .body(own)
                .put(path, organization)
                .then()
                .statusCode(200);
        assertThat(generate(UUID.randomUUID(), DunningStage.DUNNING_3)).isEmpty();
    }

    @Test
    void offersThatContradictThemselvesAreRefused() {
        var path = "/api/v1/recovery/organizations/{org_id}/retention-offers";
        Map<String, Object> own =
                Api.asAdmin().get(path, organization).then().extract().path("$");
        at(own, "offer_types", "payment_plans", "standard", "dunning_3").put("interest_free", true);
        at(own, "offer_types", "grace_periods").put("gold", Map.of());
        at(own, "offer_types", "discount_offers", "standard")
                .put("dunning_9", Map.of("discount_percent", 5, "duration_months", 1));
        at(own, "extra_offers").put("loyalty_max_percent", 5);

        Api.asAdmin()
                .contentType("application/json")
                .body(own)
                .put(path, organization)
                .then()
                .statusCode(400)
                .body(
                        "errors.field",
                        contains(
                                "offer_types.discount_offers.standard.dunning_9",
                                "offer_types.grace_periods.gold",
                                "offer_types.payment_plans.standard.dunning_3",
                                "extra_offers.loyalty_percent_per_year"));
    }

    @Test
    void figuresThatNobodyCanMeanAreRefused() {
        var path = "/api/v1/recovery/organizations/{org_id}/retention-offers";
        Map<String, Object> own =
                Api.asAdmin().get(path, organization).then().extract().path("$");
        at(own, "offer_types", "discount_offers", "high_value", "dunning_1").put("discount_percent", 100.01);
        at(own, "offer_types", "payment_plans", "at_risk", "dunning_5").put("installments", 1);
        at(own, "offer_triggers", "feature_usage", "mid_value").put("min_usage", -1);

        Api.asAdmin()
                .contentType("application/json")
                .body(own)
                .put(path, organization)
                .then()
                .statusCode(400)
                .body("errors.field", contains("discount_percent", "installments", "min_usage"));
        Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("monthly_budget", -1, "lifetime_value_share", 1.5))
                .put("/api/v1/recovery/organizations/{org_id}/incentive-budget", organization)
                .then()
                .statusCode(400)
                .body("errors.field", contains("lifetime_value_share", "monthly_budget"));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> at(Map<String, Object> settings, String... path) {
        var found = settings;
        for (var key : path) {
            found = (Map<String, Object>) found.get(key);
        }
        return found;
    }
}
