package io.perennial.offers.next;

import static io.perennial.offers.next.DecidedCustomers.CUSTOMERS;
import static io.perennial.offers.next.DecidedCustomers.holdsOut;
import static io.perennial.offers.next.DecidedCustomers.id;
import static io.perennial.offers.next.DecidedCustomers.logged;
import static io.perennial.offers.next.DecidedCustomers.names;
import static io.perennial.offers.next.DecidedCustomers.next;
import static io.perennial.offers.next.DecidedCustomers.organization;
import static io.perennial.offers.next.DecidedCustomers.tell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class NextBestOfferTest {

    @Test
    void withoutAModelPopularityDecidesAndLogsHowLikelyThatWas() throws Exception {
        var organization = organization();
        var name = names(organization, false).get(0);

        var answer = next(organization, name);

        int offer = answer.getInt("recommended_offer");
        assertThat(offer).isIn(1, 3, 4);
        assertThat(answer.getString("customer_id"))
                .isEqualTo(id(organization, name).toString());
        assertThat(answer.getInt("offer_details.offer_id")).isEqualTo(offer);
        assertThat(answer.getString("offer_details.name"))
                .isIn("Personal first steps", "Double points", "Loyalty discount");
        assertThat(answer.getString("model_version")).isEqualTo("popularity-1");
        assertThat(answer.getList("offer_scores.offer_id", Integer.class)).containsExactlyInAnyOrder(1, 3, 4);
        // Nothing is known but the prior, 1 of 10; the average order is what keeping the customer is worth.
        var number = Integer.parseInt(name.substring(1));
        assertThat(answer.getDouble("customer_value")).isEqualTo(100 + number);
        assertThat(answer.getList("offer_scores.score", Double.class)).allMatch(score -> Math.abs(score - 0.1) < 1e-6);
        assertThat(answer.getInt("offer_scores[0].offer_id")).isEqualTo(3);
        assertThat(answer.getDouble("offer_scores[0].expected_value"))
                .isCloseTo(0.1 * (100 + number) - 6, within(1e-3));
        assertThat(answer.getDouble("confidence")).isBetween(0.0, 1.0);
        assertThat(answer.getString("explanation")).contains("10.0 % likely to be accepted");
        var decision = answer.getString("decision_id");
        assertThat(logged("eligible", decision)).isEqualTo("{1,3,4}");
        assertThat(logged("offer_id", decision)).isEqualTo(Integer.toString(offer));
        assertThat(logged("outcome", decision)).isEqualTo("pending");
        assertThat(Double.parseDouble(logged("(select sum(p) from unnest(propensities) p)", decision)))
                .isCloseTo(1, within(1e-9));
        assertThat(logged("propensity = propensities[array_position(eligible, offer_id)]", decision))
                .isEqualTo("true");
        // The second feature is how often they have bought.
        assertThat(logged("features[2]", decision)).isEqualTo("2");
        assertThat(logged("cardinality(features)", decision)).isEqualTo(Integer.toString(OfferSchema.CUSTOMER.size()));
    }

    @Test
    void whatCostsMoreThanAnybodyExpectsItToBringIsNotOffered() throws Exception {
        var organization = organization();
        var name = names(organization, false).get(0);
        // An acceptance is worth 159 at most, and of the prior's 64 draws none comes near one half.
        Database.execute("update offers set cost = 500 where organization_id = '%s'".formatted(organization));

        var answer = next(organization, name);

        assertThat(answer.<Integer>get("recommended_offer")).isNull();
        assertThat(answer.getBoolean("held_out")).isFalse();
        assertThat(answer.getList("offer_scores.offer_id", Integer.class)).containsExactlyInAnyOrder(1, 3, 4);
        assertThat(answer.getList("offer_scores.expected_value", Double.class)).allMatch(value -> value < -480);
        assertThat(answer.getString("explanation")).startsWith("No offer is expected to bring what it costs");
        var decision = answer.getString("decision_id");
        assertThat(logged("offer_id is null and outcome is null and propensity is null", decision))
                .isEqualTo("true");
        assertThat(logged("propensities", decision)).isEqualTo("{0,0,0}");
        tell(organization, name, decision, "accepted").statusCode(409);
    }

    @Test
    void theRunCountsForWhomNothingIsWorthIt() throws Exception {
        var organization = organization();
        Database.execute("update offers set cost = 500 where organization_id = '%s'".formatted(organization));

        var run = Api.awaitRun(Api.asAdmin()
                .post("/api/v1/offers/organizations/{org_id}/decide", organization)
                .then()
                .statusCode(202)
                .extract()
                .path("id"));

        assertThat(run.getInt("totals.nothing_worthwhile"))
                .isEqualTo(names(organization, false).size());
        assertThat(run.getMap("totals.offers")).isEmpty();
    }

    @Test
    void whatOffersCostAndEarnedIsLoggedAsItWas() throws Exception {
        var organization = organization();
        var decision = next(organization, names(organization, false).get(0)).getString("decision_id");
        Database.execute("update offers set cost = 1, margin = 2 where organization_id = '%s'".formatted(organization));

        assertThat(logged("eligible", decision)).isEqualTo("{1,3,4}");
        assertThat(logged("costs", decision)).isEqualTo("{8.0000,6.0000,10.0000}");
        assertThat(logged("margins", decision)).isEqualTo("{25.0000,18.0000,35.0000}");
    }

    @Test
    void severalOfWhomOneIsUnknownAreNotDecidedAbout() throws Exception {
        var organization = organization();
        Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("customer_ids", List.of("c1", "c2", "nobody")))
                .post("/api/v1/offers/organizations/{org_id}/next-best-offers", organization)
                .then()
                .statusCode(404);
        assertThat(Database.number(
                        "select count(*) from offer_decisions where organization_id = ?::uuid",
                        organization.toString()))
                .isZero();
    }

    @Test
    void aCustomerUnderTwoNamesIsDecidedAboutOnce() throws Exception {
        var organization = organization();
        var name = names(organization, false).get(0);
        var answer = Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("customer_ids", List.of(name, id(organization, name))))
                .post("/api/v1/offers/organizations/{org_id}/next-best-offers", organization)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();

        assertThat(answer.getString("offers[0].decision_id")).isEqualTo(answer.getString("offers[1].decision_id"));
        assertThat(Database.number(
                        "select count(*) from offer_decisions where organization_id = ?::uuid",
                        organization.toString()))
                .isEqualTo(1);
    }

    @Test
    void whoWasMadeAnOfferMayAcceptItInAnotherStageUntilTheTimeToAnswerIsOver() throws Exception {
        var organization = organization();
        var names = names(organization, false);
        var inTime = next(organization, names.get(0)).getString("decision_id");
        var late = next(organization, names.get(1)).getString("decision_id");
        Database.execute(
                "update offers set min_customer_value = 1000000 where organization_id = '%s'".formatted(organization));
        Database.execute("update offer_decisions set outcome = 'ignored' where decision_id = '%s'".formatted(late));

        tell(organization, names.get(0), inTime, "accepted").statusCode(200);
        var refused = tell(organization, names.get(1), late, "accepted")
                .statusCode(409)
                .extract();

        assertThat(refused.<String>path("type")).isEqualTo("urn:perennial:problem:offer-not-eligible");
        assertThat(logged("outcome", late)).isEqualTo("ignored");
        assertThat(Database.number(
                        "select count(*) from offer_redemptions where organization_id = ?::uuid",
                        organization.toString()))
                .isEqualTo(1);
    }

    @Test
    void everyEligibleOfferHasAChance() throws Exception {
        var organization = organization();
        var answer = next(organization, names(organization, false).get(1));
        assertThat(answer.getList("offer_scores.propensity", Double.class))
                .allMatch(propensity -> propensity >= 0.2 / 3 - 1e-9);
    }

    @Test
    void anAcceptedOfferIsRedeemedAndWhatIsSaidTwiceCountsOnce() throws Exception {
        var organization = organization();
        var name = names(organization, false).get(0);
        var answer = next(organization, name);
        var decision = answer.getString("decision_id");

        tell(organization, name, decision, "shown").statusCode(200);
        assertThat(logged("outcome", decision)).isEqualTo("shown");
        var told = tell(organization, name, decision, "accepted")
                .statusCode(200)
                .extract()
                .jsonPath();
        tell(organization, name, decision, "accepted").statusCode(200);
        tell(organization, name, decision, "shown").statusCode(200);
        tell(organization, name, decision, "declined").statusCode(409);

        assertThat(told.getString("outcome")).isEqualTo("accepted");
        assertThat(told.getString("answered_at")).isNotBlank();
        assertThat(logged("outcome", decision)).isEqualTo("accepted");
        assertThat(Database.number(
                        "select count(*) from offer_redemptions where organization_id = ?::uuid",
                        organization.toString()))
                .isEqualTo(1);
        assertThat(Database.number(
                        "select count(*) from offer_contacts where organization_id = ?::uuid", organization.toString()))
                .isEqualTo(1);
        // Who has accepted it is not made it again.
        assertThat(next(organization, name).getList("offer_scores.offer_id", Integer.class))
                .doesNotContain(answer.getInt("recommended_offer"))
                .hasSize(2);
    }

    @Test
    void ofAnUnknownDecisionNothingCanBeTold() throws Exception {
        var organization = organization();
        var names = names(organization, false);
        var decision = next(organization, names.get(0)).getString("decision_id");
        tell(organization, names.get(0), UUID.randomUUID().toString(), "shown").statusCode(404);
        tell(organization, names.get(1), decision, "shown").statusCode(404);
        tell(organization, names.get(0), decision, "loved").statusCode(400);
        assertThat(logged("outcome", decision)).isEqualTo("pending");
    }

    @Test
    void theHoldOutGroupGetsNothingAndThatIsLogged() throws Exception {
        var organization = organization();
        var csv = new StringBuilder("customer_id,registered_at\n");
        IntStream.range(0, 400).forEach(i -> csv.append("h%d,2025-01-01%n".formatted(i)));
        Api.upload(organization, "customers", csv.toString()).then().statusCode(200);
        var held = IntStream.range(0, 400)
                .mapToObj(i -> "h" + i)
                .filter(name -> holdsOut(organization, name))
                .toList();
        // A share of 5 %: 20 of 400, within four standard deviations.
        assertThat(held).hasSizeBetween(3, 37);

        var answer = next(organization, held.get(0));

        assertThat(answer.getBoolean("held_out")).isTrue();
        assertThat(answer.<Integer>get("recommended_offer")).isNull();
        var decision = answer.getString("decision_id");
        assertThat(logged("held_out and offer_id is null and outcome is null", decision))
                .isEqualTo("true");
        tell(organization, held.get(0), decision, "accepted").statusCode(409);
    }

    @Test
    void anOfferThatIsGoneIsToldByItsNumber() throws Exception {
        var organization = organization();
        var name = names(organization, false).get(0);
        var answer = next(organization, name);
        int offer = answer.getInt("recommended_offer");
        Database.execute("update offers set is_active = false where organization_id = '%s'".formatted(organization));

        var decision = Api.asAdmin()
                .get(
                        "/api/v1/customers/{customer}/decisions/{decision}",
                        id(organization, name),
                        answer.getString("decision_id"))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();

        assertThat(decision.getInt("recommended_offer")).isEqualTo(offer);
        assertThat(decision.getMap("offer_details"))
                .isEqualTo(Map.of(
                        "offer_id", offer, "name", "Offer #" + offer, "description", "Offer details not available"));
    }

    @Test
    void whatWouldBeBestWithoutTheBestOrWithACheaperOneIsNotLogged() throws Exception {
        var organization = organization();
        var name = names(organization, false).get(0);

        var without = simulate(organization, name, Map.of("offer_id", 3, "is_active", false));
        var cheaper = simulate(organization, name, Map.of("offer_id", 4, "cost", 1));

        // All are as likely to be accepted, so what costs least is best: 3 costs 6, 1 costs 8 and 4 costs 10.
        assertThat(without.getInt("now.recommended_offer")).isEqualTo(3);
        assertThat(without.getInt("then.recommended_offer")).isEqualTo(1);
        assertThat(cheaper.getInt("then.recommended_offer")).isEqualTo(4);
        assertThat(cheaper.getDouble("then.offer_scores[0].expected_value"))
                .isCloseTo(cheaper.getDouble("now.offer_scores[0].expected_value") + 5, within(1e-6));
        assertThat(Database.number(
                        "select count(*) from offer_decisions where organization_id = ?::uuid",
                        organization.toString()))
                .isZero();
    }

    private static JsonPath simulate(UUID organization, String name, Map<String, Object> change) {
        return Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("customer_id", name, "offers", List.of(change)))
                .post("/api/v1/offers/organizations/{org_id}/simulate", organization)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    @Test
    void severalAreDecidedAboutInTheirOrder() throws Exception {
        var organization = organization();
        var names = names(organization, false).subList(0, 5);

        var answer = Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("customer_ids", names))
                .post("/api/v1/offers/organizations/{org_id}/next-best-offers", organization)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();

        assertThat(answer.getList("offers.customer_id"))
                .isEqualTo(names.stream()
                        .map(name -> id(organization, name).toString())
                        .toList());
    }

    @Test
    void aRunDecidesForEverybody() throws Exception {
        var organization = organization();

        var run = Api.awaitRun(Api.asAdmin()
                .post("/api/v1/offers/organizations/{org_id}/decide", organization)
                .then()
                .statusCode(202)
                .extract()
                .path("id"));

        assertThat(run.getString("status")).as(run.getString("failure")).isEqualTo("completed");
        var held = names(organization, true).size();
        assertThat(run.getInt("totals.decided")).isEqualTo(CUSTOMERS);
        assertThat(run.getInt("totals.held_out")).isEqualTo(held);
        assertThat(run.getInt("totals.nothing_eligible")).isZero();
        Map<String, Integer> offers = run.getMap("totals.offers");
        assertThat(offers.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(CUSTOMERS - held);
        assertThat(Database.number(
                        "select count(*) from offer_decisions where run_id = ?::uuid and (outcome = 'pending' or held_out)",
                        run.getString("id")))
                .isEqualTo(CUSTOMERS);
    }

    @Test
    void whoIsErasedLeavesNoDecision() throws Exception {
        var organization = organization();
        var name = names(organization, false).get(0);
        next(organization, name);

        Api.asAdmin()
                .delete("/api/v1/customers/{id}", id(organization, name))
                .then()
                .statusCode(204);

        assertThat(Database.number(
                        "select count(*) from offer_decisions where organization_id = ?::uuid",
                        organization.toString()))
                .isZero();
        Api.asAdmin()
                .get("/api/v1/customers/{id}/next-best-offer", id(organization, name))
                .then()
                .statusCode(404);
    }
}
