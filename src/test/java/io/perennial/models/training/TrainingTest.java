package io.perennial.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.restassured.path.json.JsonPath;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

import io.perennial.models.TrainedOrganization;
import io.perennial.tenant.CustomerId;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class TrainingTest {

    private static JsonPath version(UUID organization, int number) {
        return Api.asAdmin()
                .get("/api/v1/models/organizations/{org}/churn/versions/{number}", organization, number)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    @Test
    void aModelThatBeatsTheRulesAnswersAndItsMetricsAreComplete() throws Exception {
        var totals = TrainedOrganization.totals("churn");

        assertThat(totals.getBoolean("trained")).isTrue();
        assertThat(totals.getString("version")).isEqualTo("churn-1");
        assertThat(totals.getBoolean("activated")).isTrue();
        assertThat(totals.getDouble("metrics.test.auc"))
                .isGreaterThan(totals.getDouble("metrics.rules.auc") + 0.03)
                .isGreaterThan(0.7);
        assertThat(totals.getDouble("metrics.test.log_loss")).isLessThan(totals.getDouble("metrics.rules.log_loss"));
        for (var who : List.of("test", "rules", "validation[0].metrics")) {
            for (var figure : List.of("auc", "pr_auc", "log_loss", "brier", "expected_calibration_error")) {
                assertThat(totals.getDouble("metrics." + who + "." + figure))
                        .as(who + figure)
                        .isPositive();
            }
            for (var top : List.of("top_tenth", "top_fifth")) {
                assertThat(totals.getDouble("metrics." + who + "." + top + ".lift"))
                        .isPositive();
                assertThat(totals.getDouble("metrics." + who + "." + top + ".recall"))
                        .isBetween(0.0, 1.0);
            }
            assertThat(totals.getInt("metrics." + who + ".calibration_curve.count.sum()"))
                    .isEqualTo(totals.getInt("metrics." + who + ".count"));
        }
        assertThat(totals.getInt("metrics.test.count")).isEqualTo(totals.getInt("metrics.rows.test"));
        assertThat(totals.getInt("metrics.rules.count")).isEqualTo(totals.getInt("metrics.rows.test"));
        assertThat(totals.getList("metrics.validation.learner")).contains("xgboost", "tabm");
        assertThat(totals.getList("metrics.early_detection.levels.level"))
                .containsExactly("Medium", "High", "Critical");
        assertThat(totals.getDouble("metrics.early_detection.levels[0].median_lead_days"))
                .isBetween(0.0, 60.0);
        assertThat(totals.getDouble("metrics.early_detection.most.recall_30_days"))
                .isGreaterThanOrEqualTo(0.85);
        assertThat(totals.getList("metrics.importance.feature")).hasSize(10).doesNotHaveDuplicates();

        var version = version(TrainedOrganization.with(), 1);
        assertThat(version.getMap("metrics")).isEqualTo(totals.getMap("metrics"));
        assertThat(version.getString("snapshots.test")).isBetween("2025-10-30", "2025-11-03");
        assertThat(version.getList("features"))
                .contains("recency_days", "recency_to_gap")
                .hasSize(32);
    }

    @Test
    void theNextVersionIsComparedWithTheOneBeforeOnTheSameRows() throws Exception {
        var first = TrainedOrganization.totals("churn");
        var organization = TrainedOrganization.with();

        var second = TrainedOrganization.train(organization, "churn");

        assertThat(second.getString("version")).isEqualTo("churn-2");
        assertThat(second.getString("metrics.champion.version")).isEqualTo("churn-1");
        // The same rows and the same seed.
        assertThat(second.getDouble("metrics.champion.loss")).isEqualTo(first.getDouble("metrics.test.log_loss"));
        assertThat(second.getDouble("metrics.champion.challenger_loss"))
                .isEqualTo(second.getDouble("metrics.test.log_loss"));
        var better = second.getDouble("metrics.champion.challenger_loss") <= second.getDouble("metrics.champion.loss");
        assertThat(second.getBoolean("activated")).isEqualTo(better);
        assertThat(version(organization, 2).getString("status")).isEqualTo(better ? "active" : "candidate");
        assertThat(version(organization, 1).getString("status")).isEqualTo(better ? "retired" : "active");
    }

    @Test
    void aBacktestComparesTheModelWithTheRulesAndKeepsNothing() throws Exception {
        var organization = TrainedOrganization.with();
        var before = Database.number("select count(*) from model_versions where organization_id = ?", organization);

        var run = Api.awaitRun(Api.asAdmin()
                .queryParam("as_of", TrainedOrganization.AS_OF)
                .queryParam("snapshots", 2)
                .post("/api/v1/models/organizations/{org}/churn/backtest", organization)
                .then()
                .statusCode(202)
                .extract()
                .path("id"));

        assertThat(run.getString("status")).as(run.getString("failure")).isEqualTo("completed");
        var totals = run.setRootPath("totals");
        assertThat(totals.getInt("snapshots")).isEqualTo(2);
        assertThat(totals.getInt("model.count"))
                .isEqualTo(totals.getInt("rules.count"))
                .isEqualTo(totals.getInt("each.model.count.sum()"));
        assertThat(totals.getDouble("model.auc")).isGreaterThan(totals.getDouble("rules.auc"));
        assertThat(totals.getList("each.as_of", String.class)).isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(totals.getInt("early_detection.churners"))
                .isPositive()
                .isEqualTo(totals.getInt("early_detection_by_rules.churners"));
        assertThat(Database.number("select count(*) from model_versions where organization_id = ?", organization))
                .isEqualTo(before);
    }

    private static String refusal(UUID organization) throws InterruptedException {
        var totals = TrainedOrganization.train(organization, "churn");
        assertThat(totals.getBoolean("trained")).isFalse();
        return totals.getString("refusal");
    }

    @Test
    void aRefusalSaysWhatIsMissing() throws Exception {
        var organization = Api.organization("telecom");
        assertThat(refusal(organization)).isEqualTo("There are no completed transactions up to 2026-01-01T00:00:00Z");

        Api.uploadTransactions(organization, "customer_id,occurred_at,amount\na,2025-10-01,1\nb,2025-12-30,1\n")
                .then()
                .statusCode(200);
        assertThat(refusal(organization))
                .isEqualTo("The history is too short: it goes from 2025-10-01 to 2025-12-30, which are 90 days, and it"
                        + " takes 240, three times the 60 days in which the outcome shows and 60 before");

        Api.uploadTransactions(organization, "customer_id,occurred_at,amount\na,2025-01-01,1\na,2025-06-22,2\n")
                .then()
                .statusCode(200);
        assertThat(refusal(organization))
                .isEqualTo("Too few customers: there are 1 rows to learn from, and it takes 200");
    }

    @Test
    void whereNobodyEverLeavesTheRulesGoOn() throws Exception {
        var organization = Api.organization("telecom");
        var csv = new StringBuilder("customer_id,occurred_at,amount\n");
        for (var customer = 0; customer < 250; customer++) {
            for (var month = 1; month <= 12; month++) {
                csv.append("c%d,2025-%02d-01,9%n".formatted(customer, month));
            }
        }
        Api.uploadTransactions(organization, csv.toString()).then().statusCode(200);

        assertThat(refusal(organization))
                .isEqualTo(
                        "One outcome is too rare: of 500 rows to learn from it happened in 0, and it takes 20 that it"
                                + " happened in and 20 that it did not");

        var churn = Api.asAdmin()
                .queryParam("as_of", TrainedOrganization.AS_OF)
                .get("/api/v1/predictions/customers/{customer}", CustomerId.of(organization, "c1"))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(churn.getString("predictions.churn.model_version")).isEqualTo("rules-1");
        assertThat(churn.getString("predictions.churn.fallback")).isEqualTo("No model has been trained");
        // Nothing in 30 days, after something in each 30 before: 0.3, and a little for being young and a day late.
        assertThat(churn.getDouble("predictions.churn.value")).isCloseTo(0.336, within(0.005));
    }
}
