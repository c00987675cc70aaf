package io.perennial.insight.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

import io.perennial.tenant.CustomerId;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class HealthRunTest {

    private static final String LATER = "2025-08-30T00:00:00Z";

    private static UUID organization() {
        var organization = Api.organization("ecommerce");
        Health.customers(organization, "a,2025-01-01\nb,2025-01-01\nc,2025-01-01\nlate,2025-07-15\n");
        Health.churn(organization, "a,0.1\nb,0.4\nc,0.8\n");
        return organization;
    }

    @Test
    void aRunThatIsRepeatedChangesNothing() throws Exception {
        var organization = organization();
        Health.score(organization, Health.AS_OF);
        var before = scores(organization);

        var totals = Health.score(organization, Health.AS_OF);

        assertThat(scores(organization)).isEqualTo(before).hasSize(3);
        assertThat(Health.history(organization, "a").getList("items")).hasSize(1);
        assertThat(totals.getMap("movement"))
                .containsEntry("unchanged", 3)
                .containsEntry("improved", 0)
                .containsEntry("declined", 0)
                .containsEntry("new", 0)
                .containsEntry("lost", 0)
                .containsEntry("transitions", List.of());
    }

    private static List<String> scores(UUID organization) throws SQLException {
        try (var owner = Database.asOwner()) {
            return Database.texts(owner, """
                    select concat_ws(' ', customer_id, overall_health_score, churn_probability, engagement_score,
                        predicted_ltv, predicted_churn_date, analysis_date)
                    from customer_health_scores where organization_id = ? order by 1""", organization);
        }
    }

    @Test
    void aRunTellsWhatMovedSinceTheRunBefore() throws InterruptedException {
        var organization = organization();
        assertThat(Health.summary(organization).getMap("")).doesNotContainKey("movement");
        var first = Health.score(organization, Health.AS_OF);
        assertThat(first.getInt("movement.new")).isEqualTo(3);
        assertThat(first.getMap("levels")).isEqualTo(Map.of("low", 1, "medium", 1, "critical", 1));

        Health.churn(organization, "a,0.6\nb,0.05\n");
        var second = Health.score(organization, LATER);

        assertThat(second.getInt("scored")).isEqualTo(4);
        assertThat(second.getMap("movement"))
                .containsEntry("improved", 1)
                .containsEntry("declined", 1)
                .containsEntry("new", 1)
                .containsEntry("lost", 0);
        assertThat(second.getList("movement.transitions"))
                .containsExactly(
                        Map.of("from", "low", "to", "high", "count", 1),
                        Map.of("from", "medium", "to", "low", "count", 1));

        var third = Health.score(organization, Health.AS_OF);

        assertThat(third.getInt("movement.lost")).isEqualTo(1);
        assertThat(third.getInt("scored")).isEqualTo(3);
        assertThat(third.<Map<String, Object>>getList("movement.transitions"))
                .singleElement()
                .satisfies(lost -> assertThat(lost).containsEntry("count", 1).containsEntry("from", "medium"));
        Api.asAdmin()
                .get("/api/v1/health-scores/customers/{id}", CustomerId.of(organization, "late"))
                .then()
                .statusCode(404);
        assertThat(Health.summary(organization).getInt("movement.lost")).isEqualTo(1);
    }

    @Test
    void theHistoryHoldsAScoreForEachAnalysisAndPages() throws InterruptedException {
        var organization = organization();
        Health.score(organization, Health.AS_OF);
        Health.churn(organization, "a,0.6\n");
        Health.score(organization, LATER);

        var history = Health.history(organization, "a");

        assertThat(history.getList("items.analysis_date")).isEqualTo(List.of(LATER, Health.AS_OF));
        assertThat(history.getList("items.churn_risk_level")).isEqualTo(List.of("high", "low"));
        // Without activity everybody's engagement is 50: (0.4 × 40 + 0.2 × 50) ÷ 0.6 and (0.4 × 90 + 0.2 × 50) ÷ 0.6.
        assertThat(history.getList("items.overall_health_score")).isEqualTo(List.of(43, 77));
        var page = Api.asAdmin()
                .queryParam("limit", 1)
                .get("/api/v1/health-scores/customers/{id}/history", CustomerId.of(organization, "a"))
                .jsonPath();
        assertThat(page.getString("next")).isEqualTo(LATER);
        var next = Api.asAdmin()
                .queryParam("limit", 1)
                .queryParam("after", page.getString("next"))
                .get("/api/v1/health-scores/customers/{id}/history", CustomerId.of(organization, "a"))
                .jsonPath();
        assertThat(next.getList("items.analysis_date")).isEqualTo(List.of(Health.AS_OF));
        assertThat(next.getString("next")).isNull();
    }

    @Test
    void aRunForgetsScoresThatAreTooOld() throws InterruptedException {
        var organization = Api.organization("ecommerce");
        Health.customers(organization, "a,2023-01-01\n");
        Health.score(organization, "2024-05-25T23:59:59Z");
        Health.score(organization, "2024-05-26T00:00:00Z");
        assertThat(Health.history(organization, "a").getList("items")).hasSize(2);

        Health.score(organization, Health.AS_OF);

        assertThat(Health.history(organization, "a").getList("items.analysis_date"))
                .isEqualTo(List.of(Health.AS_OF, "2024-05-26T00:00:00Z"));
    }

    @Test
    void aCustomerCanBeScoredAloneWithoutDisturbingWhatRunsCompare() throws Exception {
        var organization = organization();
        Database.execute("delete from run_partitions where organization_id = '%s'".formatted(organization));
        var alone = Health.scoreNow(organization, "a");
        assertThat(alone.getMap("")).doesNotContainKeys("engagement_score", "run_id");
        assertThat(alone.getInt("overall_health_score")).isEqualTo(90);
        assertThat(alone.getDouble("churn_probability")).isEqualTo(0.1);
        Health.score(organization, Health.AS_OF);

        Health.churn(organization, "a,0.9\n");
        var again = Health.scoreNow(organization, "a");

        assertThat(again.getInt("engagement_score")).isEqualTo(50);
        assertThat(again.getString("churn_risk_level")).isEqualTo("critical");
        assertThat(Health.of(organization, "a").getString("churn_risk_level")).isEqualTo("critical");
        assertThat(Health.history(organization, "a").getList("items")).hasSize(3);
        Health.churn(organization, "a,0.1\n");
        assertThat(Health.score(organization, Health.AS_OF).getInt("movement.unchanged"))
                .isEqualTo(3);
        assertThat(Health.of(organization, "a").getString("run_id")).isNotNull();
    }

    @Test
    void aScoreAloneLeavesTheFeaturesOfRunsAlone() throws SQLException {
        var organization = organization();
        var before = features(organization);

        Health.scoreNow(organization, "a");

        assertThat(features(organization)).isEqualTo(before).hasSize(3);
    }

    private static List<String> features(UUID organization) throws SQLException {
        try (var owner = Database.asOwner()) {
            return Database.texts(
                    owner,
                    "select to_jsonb(f)::text from customer_feature f where organization_id = ? order by 1",
                    organization);
        }
    }

    @Test
    void whoHasNoScoreYetIsKnownButNotScored() {
        var organization = organization();
        var problem = Api.asAdmin()
                .get("/api/v1/health-scores/customers/{id}", CustomerId.of(organization, "a"))
                .then()
                .statusCode(404)
                .extract();
        assertThat(problem.<String>path("type")).isEqualTo("urn:perennial:problem:not-scored");
        Api.as(Api.key(organization, "operator"))
                .post("/api/v1/health-scores/customers/nobody/score")
                .then()
                .statusCode(404);
    }

    @Test
    void theSameKeyStartsOneRunAndScoresOnce() throws SQLException {
        var organization = organization();
        var first = start(organization);

        assertThat(start(organization)).isEqualTo(first);
        for (var i = 0; i < 2; i++) {
            Api.asAdmin()
                    .header("Idempotency-Key", "alone")
                    .post("/api/v1/health-scores/customers/{id}/score", CustomerId.of(organization, "b"))
                    .then()
                    .statusCode(200);
        }
        assertThat(Database.number(
                        "select count(*) from customer_health_history where organization_id = ? and run_id is null",
                        organization))
                .isEqualTo(1);
    }

    private static String start(UUID organization) {
        return Api.asAdmin()
                .header("Idempotency-Key", "nightly")
                .queryParam("as_of", Health.AS_OF)
                .post("/api/v1/health-scores/organizations/{org_id}/score", organization)
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    @Test
    void theSummaryCountsEverybody() throws InterruptedException {
        var organization = organization();
        Health.score(organization, Health.AS_OF);

        var summary = Health.summary(organization);

        assertThat(summary.getInt("scored_customers")).isEqualTo(3);
        assertThat(summary.getMap("levels")).isEqualTo(Map.of("low", 1, "medium", 1, "high", 0, "critical", 1));
        // 77, 57 and 30: (40 × (1 − p) + 10) ÷ 0.6.
        assertThat(summary.getList("bands.count")).isEqualTo(List.of(0, 0, 0, 1, 0, 1, 0, 1, 0, 0));
        assertThat(summary.getDouble("means.overall_health_score")).isEqualTo(54.67);
        assertThat(summary.getDouble("means.churn_probability")).isEqualTo(0.4333);
        assertThat(summary.getDouble("means.engagement_score")).isEqualTo(50);
        assertThat(summary.getMap("means")).doesNotContainKey("satisfaction_score");
        assertThat(summary.getMap("model_versions")).isEqualTo(Map.of("uploaded", 3));
        assertThat(summary.getString("latest_analysis_date")).isEqualTo(Health.AS_OF);
        assertThat(summary.getInt("movement.new")).isEqualTo(3);
    }

    @Test
    void anOrganizationWithoutCustomersHasNothingToScore() throws InterruptedException {
        var organization = Api.organization("banking");

        assertThat(Health.score(organization, Health.AS_OF).getInt("scored")).isZero();
        assertThat(Health.summary(organization).getInt("scored_customers")).isZero();
    }
}
