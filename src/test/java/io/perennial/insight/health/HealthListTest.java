package io.perennial.insight.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

@ServiceTest
class HealthListTest {

    /** Thirty customers with churn probabilities 0, 0.1 … 0.9, three of each. */
    private static UUID organization() throws InterruptedException {
        var organization = Api.organization("ecommerce");
        Health.customers(
                organization,
                IntStream.range(0, 30).mapToObj(i -> "c" + i + ",2025-01-01\n").collect(Collectors.joining()));
        Health.churn(
                organization,
                IntStream.range(0, 30)
                        .mapToObj(i -> "c%d,0.%d\n".formatted(i, i / 3))
                        .collect(Collectors.joining()));
        Health.score(organization, Health.AS_OF);
        return organization;
    }

    private static JsonPath list(UUID organization, Map<String, ?> query) {
        return Api.asAdmin()
                .queryParams(query)
                .get("/api/v1/health-scores/organizations/{org_id}/customers", organization)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private record Item(int score, String customer) {}

    private static List<Item> items(JsonPath page) {
        return page.<Map<String, Object>>getList("items").stream()
                .map(item -> new Item((Integer) item.get("overall_health_score"), (String) item.get("customer_id")))
                .toList();
    }

    @Test
    void pagesTogetherHoldEverybodyOnceTheWorstFirst() throws InterruptedException {
        var organization = organization();
        var all = new ArrayList<Item>();
        var query = new HashMap<String, Object>(Map.of("limit", 7));
        for (var page = 0; page < 5; page++) {
            var answer = list(organization, query);
            all.addAll(items(answer));
            query.put("after", answer.getString("next"));
        }

        assertThat(query.get("after")).isNull();
        assertThat(all).hasSize(30).doesNotHaveDuplicates();
        assertThat(all).isSortedAccordingTo(Comparator.comparingInt(Item::score).thenComparing(Item::customer));
        assertThat(items(list(organization, Map.of()))).isEqualTo(all);
        assertThat(all.get(0).score()).isEqualTo((int) Math.round((4 + 10) / 0.6));
    }

    @Test
    void aPageGoesOnWhereTheLastOneEndedThoughScoresHaveChanged() throws InterruptedException {
        var organization = organization();
        var first = list(organization, Map.of("limit", 10));
        var last = items(first).get(9);
        Health.churn(organization, "c29,0\nc28,0\nc27,0\n");
        Health.score(organization, Health.AS_OF);

        var second = list(organization, Map.of("limit", 10, "after", first.getString("next")));

        assertThat(items(second)).hasSize(10).allMatch(item -> item.score() >= last.score());
        assertThat(items(second)).doesNotContainAnyElementsOf(items(first));
    }

    @ParameterizedTest
    @CsvSource({"low,9", "medium,6", "high,6", "CRITICAL,9"})
    void aLevelCanBeAskedFor(String level, int customers) throws InterruptedException {
        var page = list(organization(), Map.of("level", level));

        assertThat(page.getList("items")).hasSize(customers);
        assertThat(page.getList("items.churn_risk_level", String.class))
                .allMatch(found -> found.equalsIgnoreCase(level));
    }

    @Test
    void filtersNarrowTheList() throws InterruptedException {
        var organization = organization();
        // (40 × (1 − p) + 10) ÷ 0.6 is 57 for p = 0.4 and 50 for p = 0.5.
        assertThat(items(list(organization, Map.of("min_score", 50, "max_score", 57))))
                .hasSize(6)
                .allMatch(item -> item.score() >= 50 && item.score() <= 57);
        var segments = list(organization, Map.of("segment", "Lost"));
        var count = Api.asAdmin()
                .get("/api/v1/segmentation/organizations/{org_id}/segments", organization)
                .jsonPath()
                .getInt("segments.Lost.count");
        assertThat(segments.getList("items")).hasSize(count);
    }

    @ParameterizedTest
    @CsvSource({"level,fatal", "segment,Nobodies", "after,42", "after,x:y", "min_score,101", "max_score,-1", "limit,0"})
    void whatCannotBeListedIsRefused(String parameter, String value) {
        var organization = Api.organization("banking");
        Api.asAdmin()
                .queryParam(parameter, value)
                .get("/api/v1/health-scores/organizations/{org_id}/customers", organization)
                .then()
                .statusCode(400)
                .contentType("application/problem+json");
    }
}
