package io.perennial.models.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.vertx.core.json.Json;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

import io.perennial.models.TrainedOrganization;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class PredictionsTest {

    private static final List<String> TRAINED = List.of("churn", "ltv", "product_recommendation");

    static UUID organization() throws InterruptedException {
        return TrainedOrganization.with(TRAINED.toArray(String[]::new));
    }

    private static Response live(Object customer, boolean explain, Object... kinds) {
        return Api.asAdmin()
                .queryParam("as_of", TrainedOrganization.AS_OF)
                .queryParam("explain", explain)
                .queryParam("kind", kinds)
                .get("/api/v1/predictions/customers/{customer}", customer);
    }

    static JsonPath predictions(Object customer, boolean explain, Object... kinds) {
        return live(customer, explain, kinds)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .setRootPath("predictions");
    }

    /** One who has bought in the last month of the history. */
    static String customer(UUID organization) throws SQLException {
        return Database.text("""
                select customer_id from transactions
                where organization_id = ? and status = 'completed' and occurred_at between '2025-12-05' and '2026-01-01'
                order by customer_id
                limit 1""", organization);
    }

    private static List<Map<String, Object>> stored(UUID organization, String kind, int limit) {
        return Api.asAdmin()
                .queryParam("kind", kind)
                .queryParam("limit", limit)
                .get("/api/v1/predictions/organizations/{org}/customers", organization)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("items");
    }

    private static JsonPath score(UUID organization) throws InterruptedException {
        var run = Api.awaitRun(start(organization));
        assertThat(run.getString("status")).as(run.getString("failure")).isEqualTo("completed");
        return run;
    }

    private static String start(UUID organization) {
        return Api.asAdmin()
                .queryParam("as_of", TrainedOrganization.AS_OF)
                .post("/api/v1/predictions/organizations/{org}/score", organization)
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    @Test
    void everyKindIsPredictedByItsModelOrTheRules() throws Exception {
        var organization = organization();
        var customer = customer(organization);

        var all = predictions(customer, false);

        assertThat(all.getMap("")).hasSize(8);
        for (var kind : TRAINED) {
            assertThat(all.getString(kind + ".model_version"))
                    .isEqualTo(TrainedOrganization.active(organization, kind));
            assertThat(all.getString(kind + ".fallback")).isNull();
        }
        assertThat(all.getString("churn.risk_level")).isIn("Low", "Medium", "High", "Critical");
        assertThat(all.getDouble("churn.value")).isBetween(0.0, 1.0);
        assertThat(all.getDouble("ltv.value")).isNotNegative();
        assertThat(all.getString("upsell.model_version")).isEqualTo("rules-1");
        assertThat(all.getString("upsell.fallback")).isEqualTo("No model has been trained");
        assertThat(predictions(customer, false, "upsell", "churn").getMap("")).containsOnlyKeys("upsell", "churn");
    }

    @Test
    void theLikeliestProductsAreRealOnesTheLikeliestFirst() throws Exception {
        var organization = organization();

        var choices = predictions(customer(organization), false, "product_recommendation");

        List<String> products;
        try (var owner = Database.asOwner()) {
            products = Database.texts(
                    owner, "select distinct product from transactions where organization_id = ?", organization);
        }
        assertThat(choices.getList("product_recommendation.choices.choice", String.class))
                .hasSize(Math.min(5, products.size()))
                .doesNotHaveDuplicates()
                .isSubsetOf(products);
        var probabilities = choices.getList("product_recommendation.choices.probability", Double.class);
        assertThat(probabilities).isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(probabilities.stream().mapToDouble(Double::doubleValue).sum())
                .isBetween(0.3, 1.0 + 1e-5);
    }

    @Test
    void aCustomerIsFoundByTheOrganizationsOwnId() throws Exception {
        var organization = organization();
        var customer = customer(organization);
        var externalId = Database.text(
                "select external_id from customers where organization_id = ? and customer_id = ?",
                organization,
                UUID.fromString(customer));

        var byOwnId = Api.as(Api.key(organization, "viewer"))
                .queryParam("as_of", TrainedOrganization.AS_OF)
                .queryParam("kind", "churn")
                .get("/api/v1/predictions/customers/{customer}", externalId);

        assertThat(byOwnId.<String>path("customer_id")).isEqualTo(customer);
        assertThat(byOwnId.jsonPath().getDouble("predictions.churn.value"))
                .isCloseTo(predictions(customer, false, "churn").getDouble("churn.value"), within(1e-5));
    }

    @Test
    void whatIsUnknownIsSaidToBe() throws Exception {
        var organization = organization();

        var unknownKind = live(customer(organization), false, "luck");
        unknownKind.then().statusCode(400);
        assertThat(unknownKind.<String>path("type")).isEqualTo("urn:perennial:problem:invalid-request");
        live(UUID.randomUUID(), false).then().statusCode(404);
        var nobody = Api.as(Api.key(organization, "viewer")).get("/api/v1/predictions/customers/{c}", "nobody");
        nobody.then().statusCode(404);
        assertThat(nobody.<String>path("type")).isEqualTo("urn:perennial:problem:unknown-customer");
    }

    @Test
    void aRunKeepsWhatIsPredictedLiveAndARepetitionChangesNothing() throws Exception {
        var organization = organization();

        score(organization);

        for (var kind : TRAINED) {
            var versions = new HashSet<>();
            for (var kept : stored(organization, kind, 40)) {
                var now = predictions(kept.get("customer_id"), false, kind);
                versions.add(kept.get("model_version"));
                if (kept.get("model_version").equals("uploaded")) {
                    // Of whom the model says nothing, what the organization brought along stays.
                    assertThat(now.getString(kind + ".model_version")).isEqualTo("rules-1");
                } else {
                    assertSame(kept, now, kind);
                }
            }
            assertThat(versions).contains(TrainedOrganization.active(organization, kind));
        }
        var values = new ArrayList<>(values(organization));
        score(organization);
        assertThat(values(organization)).isEqualTo(values).hasSizeGreaterThan(700);
    }

    private static void assertSame(Map<String, Object> kept, JsonPath now, String kind) {
        assertThat(kept.get("model_version")).isEqualTo(now.getString(kind + ".model_version"));
        if (kind.equals("product_recommendation")) {
            assertThat(new JsonPath(Json.encode(kept)).getList("choices.choice"))
                    .isNotEmpty()
                    .isEqualTo(now.getList(kind + ".choices.choice"));
        } else {
            var value = now.getDouble(kind + ".value");
            assertThat(((Number) kept.get("value")).doubleValue()).isCloseTo(value, within(1e-5 + 1e-5 * value));
        }
    }

    private static List<String> values(UUID organization) throws SQLException {
        try (var owner = Database.asOwner()) {
            return Database.texts(owner, """
                    select concat_ws(' ', customer_id, kind, value, choices, model_version)
                    from (
                        select customer_id, 'churn' as kind, churn_probability as value, null as choices, model_version
                        from churn_prediction where organization_id = ?
                        union all
                        select customer_id, kind, value, choices, model_version
                        from customer_prediction where organization_id = ?
                    ) predicted
                    order by 1""", organization, organization);
        }
    }

    @Test
    void aHealthScoreIsExplainedByTheModelThatScoredIt() throws Exception {
        var organization = organization();

        var run = Api.awaitRun(Api.asAdmin()
                .queryParam("as_of", TrainedOrganization.AS_OF)
                .post("/api/v1/health-scores/organizations/{org}/score", organization)
                .then()
                .statusCode(202)
                .extract()
                .path("id"));
        assertThat(run.getString("status")).as(run.getString("failure")).isEqualTo("completed");

        var score = Api.asAdmin()
                .get("/api/v1/health-scores/customers/{customer}", customer(organization))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        var version = TrainedOrganization.active(organization, "churn");
        assertThat(score.getString("model_version")).isEqualTo(version);
        assertThat(score.getString("explained_by")).isEqualTo(version);
        var bases = new ArrayList<>(score.getList("risk_factors.basis"));
        bases.addAll(score.getList("positive_indicators.basis"));
        assertThat(bases).contains("log_odds").doesNotContain("probability");
    }

    @Test
    void aCorruptArtifactLeavesItsKindToTheRulesAndNoOther() throws Exception {
        var organization = TrainedOrganization.small();
        TrainedOrganization.copy("churn", organization, 1, "active");
        TrainedOrganization.copy("ltv", organization, 1, "active");
        TrainedOrganization.change(organization, "churn", "artifact = '\\x00112233'");
        var customer = customer(organization);
        Database.execute("""
                insert into churn_prediction (
                    organization_id, customer_id, churn_probability, model_version, predicted_at)
                values ('%s', '%s', 0.5, 'churn-1', now() - interval '1 day')""".formatted(organization, customer));

        var now = predictions(customer, false, "churn", "ltv");

        assertThat(now.getString("churn.model_version")).isEqualTo("rules-1");
        assertThat(now.getString("churn.fallback")).isEqualTo("churn-1 did not answer: its artifact cannot be read");
        assertThat(now.getString("ltv.model_version")).isEqualTo("ltv-1");

        var totals = score(organization);

        assertThat(totals.getInt("totals.predictions.ltv.scored")).isEqualTo(10);
        assertThat(totals.getString("totals.predictions.churn.fallback"))
                .isEqualTo("churn-1 did not answer: its artifact cannot be read");
        assertThat(totals.getString("totals.predictions.upsell.fallback")).isEqualTo("No model has been trained");
        assertThat(stored(organization, "churn", 100))
                .hasSize(10)
                .allMatch(kept -> kept.get("model_version").equals("rules-1"));
    }

    @Test
    void aRunWhoseConnectionIsKilledGoesOnAndPredictsEveryCustomerOnce() throws Exception {
        var organization = TrainedOrganization.small();
        TrainedOrganization.copy("churn", organization, 1, "active");
        TrainedOrganization.copy("ltv", organization, 1, "active");
        String run;
        try (var owner = Database.asOwner()) {
            owner.setAutoCommit(false);
            try (var statement = owner.createStatement()) {
                statement.execute("""
                        insert into customer_prediction (
                            organization_id, customer_id, kind, value, model_version, predicted_at)
                        values ('%s', '%s', 'ltv', 1, 'ltv-1', now())""".formatted(organization, customer(organization)));
            }
            run = start(organization);
            var deadline = Instant.now().plusSeconds(60);
            while (killed() == 0) {
                assertThat(Instant.now()).as("the run waits for the customer").isBefore(deadline);
            }
            owner.rollback();
        }

        var finished = Api.awaitRun(run);

        assertThat(finished.getString("status"))
                .as(finished.getString("failure"))
                .isEqualTo("completed");
        for (var kind : List.of("churn", "ltv")) {
            assertThat(finished.getMap("totals.predictions." + kind))
                    .isEqualTo(Map.of("version", kind + "-1", "scored", 10));
        }
        assertThat(values(organization)).hasSize(20);
    }

    /** Ends whoever waits to write about the customer that the test holds, and says how many they were. */
    private static long killed() throws SQLException {
        return Database.number("""
                select count(pg_terminate_backend(pid)) from pg_stat_activity
                where wait_event_type = 'Lock' and query like 'insert into customer_prediction%'""");
    }
}
