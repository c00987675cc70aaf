package io.perennial.offers.next;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusMock;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.models.Engine;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

/**
 * What is learned from feedback in a world in which it is known how likely whom accepts what: customers who have bought often
 * like offer 3, those who have bought once like offer 1, and offer 4 all like the same.
 */
@ServiceTest
class LearnedPolicyTest {

    private static final int CUSTOMERS = 1_500;
    private static final double BEST_SINGLE = 0.25;

    /** How likely the offer is accepted, which nobody but this test knows. */
    private static final String TRUTH = """
            case d.offer_id
                when 1 then case when d.features[2] > 2 then 0.05 else 0.45 end
                when 3 then case when d.features[2] > 2 then 0.45 else 0.05 end
                when 4 then 0.25
                when 8 then 0.80 end""";

    private static final String ANSWER = """
            update offer_decisions d
            set outcome = case when abs(hashtext(d.customer_id::text || d.run_id)) / 2147483648.0 < %s
                    then 'accepted' else 'declined' end, answered_at = now()
            where d.run_id = '%s' and d.offer_id is not null""";

    @Inject
    Engine engine;

    @Inject
    Randomness randomness;

    @BeforeEach
    void chanceRepeatsItself() {
        engine.whenReady().await().atMost(Duration.ofMinutes(2));
        var seeded = new Random(11);
        QuarkusMock.installMockForType(() -> seeded, Randomness.class);
    }

    private static UUID organization() {
        var organization = Api.organization("ecommerce");
        var csv = new StringBuilder("customer_id,occurred_at,amount\n");
        for (var i = 0; i < CUSTOMERS; i++) {
            for (var month = 1; month <= (i % 2 == 0 ? 1 : 5); month++) {
                csv.append("c%d,2025-%02d-%02d,100%n".formatted(i, month, 1 + i % 28));
            }
        }
        Api.uploadTransactions(organization, csv.toString()).then().statusCode(200);
        return organization;
    }

    /** Decides for everybody and has them answer. */
    private static JsonPath round(UUID organization) throws Exception {
        var run = Api.awaitRun(Api.asAdmin()
                .post("/api/v1/offers/organizations/{org_id}/decide", organization)
                .then()
                .statusCode(202)
                .extract()
                .path("id"));
        assertThat(run.getString("status")).as(run.getString("failure")).isEqualTo("completed");
        Database.execute(ANSWER.formatted(TRUTH, run.getString("id")));
        return run;
    }

    private static JsonPath train(UUID organization) throws Exception {
        var run = Api.awaitRun(Api.asAdmin()
                .post("/api/v1/offers/organizations/{org_id}/train", organization)
                .then()
                .statusCode(202)
                .extract()
                .path("id"));
        assertThat(run.getString("status")).as(run.getString("failure")).isEqualTo("completed");
        return run;
    }

    private static double number(String expression, JsonPath run) throws SQLException {
        return Double.parseDouble(Database.text(
                "select (%s)::float8::text from offer_decisions d where run_id = ?::uuid and offer_id is not null"
                        .formatted(expression),
                run.getString("id")));
    }

    @Test
    void whatIsLearnedBeatsTheBestSingleOfferAndExplorationFindsABetterNewOne() throws Exception {
        var organization = organization();
        for (var i = 0; i < 3; i++) {
            round(organization);
        }

        var training = train(organization);

        assertThat(training.getBoolean("totals.trained"))
                .as(training.getString("totals"))
                .isTrue();
        assertThat(training.getBoolean("totals.activated"))
                .as(training.getString("totals"))
                .isTrue();
        assertThat(training.getString("totals.learner")).isEqualTo("tabm");
        assertThat(training.getDouble("totals.metrics.test.auc"))
                .isGreaterThan(training.getDouble("totals.metrics.rules.auc") + 0.05);

        var learned = round(organization);
        var accepted = number("avg((outcome = 'accepted')::int)", learned);
        var margin = 1.96 * number("stddev_samp((outcome = 'accepted')::int) / sqrt(count(*))", learned);
        System.out.printf(
                "learned policy: %.4f ± %.4f accepted, best single offer %.4f; truth %.4f%n",
                accepted, margin, BEST_SINGLE, number("avg(%s)".formatted(TRUTH), learned));
        assertThat(accepted - margin).isGreaterThan(BEST_SINGLE + 0.08);
        assertThat(number("avg(%s)".formatted(TRUTH), learned)).isGreaterThan(0.38);

        assertTheLogTellsTheSame(organization);
        assertANewOfferIsFound(organization);
    }

    /** By what came of decisions that the version has not learned from. */
    private static void assertTheLogTellsTheSame(UUID organization) {
        var evaluation = Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("candidate", "active"))
                .post("/api/v1/offers/organizations/{org_id}/policy-evaluation", organization)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();

        assertThat(evaluation.getList("policies.policy")).startsWith("logging", "nbo-1", "random");
        assertThat(evaluation.getBoolean("policies[1].conclusive"))
                .as(evaluation.prettify())
                .isTrue();
        assertThat(evaluation.getDouble("policies[1].doubly_robust.lower")).isGreaterThan(BEST_SINGLE);
        assertThat(evaluation.getDouble("policies[1].doubly_robust.upper")).isGreaterThan(0.40);
    }

    private static void assertANewOfferIsFound(UUID organization) throws Exception {
        Database.execute("""
                insert into offers (organization_id, offer_id, name, description, category, cost, margin, created_at, updated_at)
                values ('%s', 8, 'New', 'Better than all others.', 'surprise', 8, 30, now(), now())""".formatted(organization));
        var share = 0.0;
        var rounds = 0;
        while (share < 0.8 && rounds < 8) {
            var run = round(organization);
            assertThat(run.getMap("totals.offers")).containsKey("8");
            share = number("avg((offer_id = 8)::int)", run);
            rounds++;
            System.out.printf("new offer, round %d: %.3f of the decisions%n", rounds, share);
        }
        assertThat(share).isGreaterThan(0.8);
    }

    @Test
    void thereIsNothingToLearnFromAFewDecisions() throws Exception {
        var organization = Api.organization("ecommerce");
        var training = train(organization);
        assertThat(training.getBoolean("totals.trained")).isFalse();
        assertThat(training.getString("totals.reason"))
                .isEqualTo("There are 0 decisions that are over, and it takes 500");
    }

    @Test
    void fromAFewDecisionsNothingIsConcluded() {
        var organization = Api.organization("ecommerce");
        var evaluation = Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("candidate", "popularity", "reward", "value"))
                .post("/api/v1/offers/organizations/{org_id}/policy-evaluation", organization)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(evaluation.getString("conclusion")).isEqualTo("Nothing can be concluded: There are 0 decisions");
        assertThat(evaluation.getList("policies.conclusive")).containsExactly(false, false, false);

        Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("candidate", "the best"))
                .post("/api/v1/offers/organizations/{org_id}/policy-evaluation", organization)
                .then()
                .statusCode(400);
        Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("candidate", "nbo-7"))
                .post("/api/v1/offers/organizations/{org_id}/policy-evaluation", organization)
                .then()
                .statusCode(404);
    }
}
