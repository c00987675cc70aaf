package io.perennial.offers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

@ServiceTest
class OfferCatalogTest {

    private static final String OFFERS = "/api/v1/offers/organizations/{org_id}";
    private static final String OFFER = OFFERS + "/{offer_id}";

    private static Map<String, Object> offer(Object... fields) {
        var offer = new LinkedHashMap<String, Object>(
                Map.of("name", "Spring discount", "description", "Fifteen percent off.", "category", "discount"));
        for (var i = 0; i < fields.length; i += 2) {
            offer.put((String) fields[i], fields[i + 1]);
        }
        return offer;
    }

    private static Response create(UUID organization, Map<String, Object> offer) {
        return Api.asAdmin().contentType("application/json").body(offer).post(OFFERS, organization);
    }

    private static Response replace(UUID organization, int id, Map<String, Object> offer) {
        return Api.asAdmin().contentType("application/json").body(offer).put(OFFER, organization, id);
    }

    private static ValidatableResponse get(UUID organization, int id) {
        return Api.asAdmin().get(OFFER, organization, id).then();
    }

    @Test
    void whatIsCreatedIsReadAgainWithEveryField() {
        var organization = Api.organization("ecommerce");
        var fields = offer(
                "is_active",
                false,
                "lifecycle_stage",
                "growth",
                "target_segment",
                "Loyal Customers",
                "min_customer_value",
                50,
                "max_customer_value",
                5000.5,
                "cost",
                12.5,
                "margin",
                30,
                "monthly_budget",
                1000,
                "redemption_limit",
                500,
                "consent_needed",
                true,
                "contact_limit",
                Map.of("offers", 2, "days", 30),
                "industries",
                List.of("ecommerce", "telecom", "ecommerce"),
                "external_offer_id",
                "SPRING-15",
                "external_system",
                "crm");

        create(organization, fields)
                .then()
                .statusCode(201)
                .header("ETag", "\"1\"")
                .body("offer_id", equalTo(8));

        get(organization, 8)
                .statusCode(200)
                .header("ETag", "\"1\"")
                .body("is_active", equalTo(false))
                .body("lifecycle_stage", equalTo("growth"))
                .body("target_segment", equalTo("loyal_customers"))
                .body("min_customer_value", equalTo(50.00f))
                .body("max_customer_value", equalTo(5000.50f))
                .body("cost", equalTo(12.50f))
                .body("margin", equalTo(30.00f))
                .body("monthly_budget", equalTo(1000.00f))
                .body("redemption_limit", equalTo(500))
                .body("redemptions", equalTo(0))
                .body("consent_needed", equalTo(true))
                .body("contact_limit", equalTo(Map.of("offers", 2, "days", 30)))
                .body("industries", contains("ecommerce", "telecom"))
                .body("external_offer_id", equalTo("SPRING-15"))
                .body("external_system", equalTo("crm"))
                .body("last_synced", nullValue());
    }

    @Test
    void anOfferGetsTheNextFreeIdAndATakenOneIsRefused() {
        var organization = Api.organization("ecommerce");
        create(organization, offer("offer_id", 20)).then().statusCode(201).body("offer_id", equalTo(20));
        create(organization, offer()).then().statusCode(201).body("offer_id", equalTo(21));

        create(organization, offer("offer_id", 4, "name", "Another"))
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:perennial:problem:offer-exists"));
        get(organization, 4).body("name", equalTo("Loyalty discount"));
    }

    @Test
    void oneOfferOfAnOutsideSystemIsInTheCatalogOnce() {
        var organization = Api.organization("ecommerce");
        var outside = offer("external_offer_id", "A", "external_system", "crm");
        create(organization, outside).then().statusCode(201);

        create(organization, outside).then().statusCode(409);
        replace(organization, 0, outside).then().statusCode(409);
        get(organization, 0).body("version", equalTo(1)).body("external_offer_id", nullValue());
    }

    @Test
    void theListIsNarrowedDownAndPaged() {
        var organization = Api.organization("ecommerce");
        Api.asAdmin().delete(OFFER, organization, 3).then().statusCode(200);

        assertThat(ids(organization, "active", "true")).containsExactly(0, 1, 2, 4, 5, 6, 7);
        assertThat(ids(organization, "active", "false")).containsExactly(3);
        assertThat(ids(organization, "category", "points")).containsExactly(0, 3);
        assertThat(ids(organization, "lifecycle_stage", "retention")).containsExactly(4, 5, 6);
        assertThat(ids(organization, "after", "5")).containsExactly(6, 7);
        Api.asAdmin()
                .queryParam("lifecycle_stage", "retirement")
                .get(OFFERS, organization)
                .then()
                .statusCode(400)
                .body("detail", containsString("win_back"));

        var seen = new ArrayList<Integer>();
        String after = null;
        do {
            var request = Api.asAdmin().queryParam("limit", 3);
            var page = (after == null ? request : request.queryParam("after", after))
                    .get(OFFERS, organization)
                    .then()
                    .statusCode(200)
                    .extract();
            seen.addAll(page.path("items.offer_id"));
            after = page.path("next");
        } while (after != null);
        assertThat(seen).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    }

    private static List<Integer> ids(UUID organization, String parameter, String value) {
        return Api.asAdmin()
                .queryParam(parameter, value)
                .get(OFFERS, organization)
                .then()
                .statusCode(200)
                .extract()
                .path("items.offer_id");
    }

    @Test
    void everyContradictionIsNamed() {
        var organization = Api.organization("ecommerce");

        create(
                        organization,
                        offer(
                                "target_segment",
                                "millionaires",
                                "min_customer_value",
                                10,
                                "max_customer_value",
                                9.99,
                                "cost",
                                5,
                                "monthly_budget",
                                4,
                                "external_system",
                                "crm"))
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body(
                        "errors.field",
                        containsInAnyOrder(
                                "target_segment", "min_customer_value", "monthly_budget", "external_offer_id"))
                .body("detail", containsString("at_risk"));
        assertThat(ids(organization, "after", "7")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "name, '', name",
        "category, '', category",
        "lifecycle_stage, retirement, lifecycle_stage",
        "cost, -1, cost",
        "cost, 1.00001, cost",
        "redemption_limit, 0, redemption_limit",
        "offer_id, -1, offer_id",
        "colour, blue, colour"
    })
    void aFieldThatMeansNothingIsNamed(String field, String value, String named) {
        create(Api.organization("ecommerce"), offer(field, value))
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("errors", hasSize(1))
                .body("errors[0].field", equalTo(named));
    }

    @ParameterizedTest
    @CsvSource({"win_back, new", "churn, new_customers", "onboarding, lost", "acquisition, Hibernating"})
    void anOfferForNobodyIsRefused(String stage, String segment) {
        create(Api.organization("ecommerce"), offer("lifecycle_stage", stage, "target_segment", segment))
                .then()
                .statusCode(400)
                .body("errors.field", contains("lifecycle_stage"));
    }

    @Test
    void aReplacementLeavesNothingOfWhatWasLeftOut() {
        var organization = Api.organization("ecommerce");

        replace(organization, 6, offer("cost", 3)).then().statusCode(200).header("ETag", "\"2\"");

        get(organization, 6)
                .body("name", equalTo("Spring discount"))
                .body("cost", equalTo(3.00f))
                .body("target_segment", nullValue())
                .body("monthly_budget", nullValue())
                .body("contact_limit", nullValue())
                .body("version", equalTo(2));
        replace(organization, 6, offer("offer_id", 5))
                .then()
                .statusCode(400)
                .body("errors[0].field", equalTo("offer_id"));
        replace(organization, 99, offer())
                .then()
                .statusCode(404)
                .body("type", equalTo("urn:perennial:problem:unknown-offer"));
    }

    @Test
    void ofTwoWhoReadTheSameOnlyTheFirstCanWrite() {
        var organization = Api.organization("ecommerce");
        var tag = get(organization, 2).extract().header("ETag");

        Api.asAdmin()
                .header("If-Match", tag)
                .contentType("application/json")
                .body(offer("name", "First"))
                .put(OFFER, organization, 2)
                .then()
                .statusCode(200);
        Api.asAdmin()
                .header("If-Match", tag)
                .contentType("application/json")
                .body(offer("name", "Second"))
                .put(OFFER, organization, 2)
                .then()
                .statusCode(412)
                .body("type", equalTo("urn:perennial:problem:precondition-failed"));
        Api.asAdmin()
                .header("If-Match", tag)
                .delete(OFFER, organization, 2)
                .then()
                .statusCode(412);

        get(organization, 2).body("name", equalTo("First")).body("is_active", equalTo(true));
        Api.asAdmin()
                .header("If-Match", "W/\"2\", \"2\"")
                .delete(OFFER, organization, 2)
                .then()
                .statusCode(200)
                .body("is_active", equalTo(false));
        Api.asAdmin()
                .header("If-Match", "2")
                .delete(OFFER, organization, 2)
                .then()
                .statusCode(400);
    }

    @Test
    void whoChangedWhatIsRemembered() {
        var organization = Api.organization("ecommerce");
        var key = Api.key(organization, "operator");
        Api.as(key)
                .contentType("application/json")
                .body(offer("cost", 2.5))
                .post(OFFERS, organization)
                .then()
                .statusCode(201);
        replace(organization, 8, offer("cost", 4, "lifecycle_stage", "growth"))
                .then()
                .statusCode(200);
        Api.as(key).delete(OFFER, organization, 8).then().statusCode(200);
        Api.as(key).delete(OFFER, organization, 8).then().statusCode(200).body("version", equalTo(3));

        var changes = Api.asAdmin()
                .get(OFFER + "/changes", organization, 8)
                .then()
                .statusCode(200)
                .body("items.version", contains(3, 2, 1))
                .body("items.action", contains("deactivated", "replaced", "created"))
                .body("items.changed_by.name", contains("test", "key of the whole instance", "test"))
                .body("items.changed_by.role", contains("operator", "admin", "operator"))
                .extract();
        assertThat(changes.<Map<String, Object>>path("items[0].before")).isEqualTo(Map.of("is_active", true));
        assertThat(changes.<Map<String, Object>>path("items[0].after")).isEqualTo(Map.of("is_active", false));
        assertThat(changes.<Map<String, Object>>path("items[1].before"))
                .containsOnlyKeys("cost", "lifecycle_stage")
                .containsEntry("cost", 2.50f)
                .containsEntry("lifecycle_stage", null);
        assertThat(changes.<Map<String, Object>>path("items[1].after"))
                .containsEntry("cost", 4.00f)
                .containsEntry("lifecycle_stage", "growth");
        assertThat(changes.<Map<String, Object>>path("items[2].before")).isEmpty();
        assertThat(changes.<Map<String, Object>>path("items[2].after")).containsEntry("name", "Spring discount");
    }

    @Test
    void aWriteThatIsRepeatedWithItsKeyIsDoneOnce() {
        var organization = Api.organization("ecommerce");
        for (var i = 0; i < 2; i++) {
            Api.asAdmin()
                    .header("Idempotency-Key", "once")
                    .contentType("application/json")
                    .body(offer())
                    .post(OFFERS, organization)
                    .then()
                    .statusCode(201)
                    .body("offer_id", equalTo(8));
        }
        assertThat(ids(organization, "after", "7")).containsExactly(8);
        Api.asAdmin()
                .header("Idempotency-Key", "once")
                .contentType("application/json")
                .body(offer("name", "Other"))
                .post(OFFERS, organization)
                .then()
                .statusCode(422);
    }
}
