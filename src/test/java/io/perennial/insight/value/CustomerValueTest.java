package io.perennial.insight.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.perennial.tenant.CustomerId;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class CustomerValueTest {

    private static final List<String> TABLES =
            List.of("customer_value", "value_history", "customer_lifecycle", "lifecycle_history");

    /** Customers of exactly a year, so that a year at the usual rate is what they have spent. */
    private static UUID spenders(int... amounts) {
        var organization = Api.organization("ecommerce");
        Standing.customers(organization, lines(amounts, "c%1$d,2024-06-30%n"));
        Standing.transactions(organization, lines(amounts, "c%1$d,2025-06-20,%2$d%n"));
        Standing.churn(organization, lines(amounts, "c%1$d,0%n"));
        return organization;
    }

    private static String lines(int[] amounts, String format) {
        return IntStream.range(0, amounts.length)
                .mapToObj(i -> format.formatted(i, amounts[i]))
                .collect(Collectors.joining());
    }

    @Test
    void theScoreWeighsWhatWasSpentAndWhatIsExpected() throws InterruptedException {
        var organization = spenders(100, 200, 300, 400);
        Standing.churn(organization, "c1,0.9\nc2,0.5\nc3,0.4\n");

        var totals = Standing.calculate(organization, Standing.AS_OF);

        assertThat(totals.getMap("value_segments"))
                .isEqualTo(Map.of("low_value", 2, "medium_value", 1, "high_value", 1));
        // M is 12.5, 37.5, 62.5 and 87.5; of the expected 100, 20, 150 and 240 the second is the lowest.
        assertValue(organization, "c0", 100, 100, 12.5, 37.5, 27.5, "low_value");
        assertValue(organization, "c1", 200, 20, 37.5, 12.5, 22.5, "low_value");
        assertValue(organization, "c2", 300, 150, 62.5, 62.5, 62.5, "medium_value");
        assertValue(organization, "c3", 400, 240, 87.5, 87.5, 87.5, "high_value");
    }

    private static void assertValue(
            UUID organization,
            String customer,
            double spent,
            double predicted,
            double monetary,
            double percentile,
            double score,
            String segment) {
        var value = Standing.of(organization, customer, "value");
        assertThat(value.getDouble("lifetime_value")).as(customer).isEqualTo(spent);
        assertThat(value.getDouble("predicted_ltv")).as(customer).isEqualTo(predicted);
        assertThat(value.getDouble("monetary_score")).as(customer).isEqualTo(monetary);
        assertThat(value.getDouble("ltv_percentile")).as(customer).isEqualTo(percentile);
        assertThat(value.getDouble("value_score")).as(customer).isEqualTo(score);
        assertThat(value.getString("value_segment")).as(customer).isEqualTo(segment);
        assertThat(value.getString("ltv_model_version")).isEqualTo("projection-1");
        assertThat(value.getString("currency")).isEqualTo("EUR");
        assertThat(value.getString("as_of")).isEqualTo(Standing.AS_OF);
        assertThat(value.getString("entered_at")).isEqualTo(Standing.AS_OF);
        assertThat(value.getString("rfm_segment")).isNotBlank();
    }

    @Test
    void whatAModelExpectsTakesThePlaceOfTheProjection() throws Exception {
        var organization = spenders(100, 200, 300, 400);
        Database.execute("""
                insert into customer_prediction (organization_id, customer_id, kind, value, model_version, predicted_at)
                values ('%1$s', '%2$s', 'ltv', 1234.567, 'ltv-2', now() + interval '1 day'),
                    ('%1$s', '%3$s', 'ltv', -5, 'ltv-2', now() + interval '1 day')""".formatted(organization, id(organization, "c0"), id(organization, "c3")));

        Standing.calculate(organization, Standing.AS_OF);

        var most = Standing.of(organization, "c0", "value");
        assertThat(most.getDouble("predicted_ltv")).isEqualTo(1234.57);
        assertThat(most.getString("ltv_model_version")).isEqualTo("ltv-2");
        assertThat(most.getDouble("ltv_percentile")).isEqualTo(87.5);
        assertThat(most.getDouble("value_score")).isEqualTo(57.5);
        var least = Standing.of(organization, "c3", "value");
        assertThat(least.getDouble("predicted_ltv")).isZero();
        assertThat(least.getDouble("value_score")).isEqualTo(42.5);
        assertThat(Standing.of(organization, "c1", "value").getString("ltv_model_version"))
                .isEqualTo("projection-1");
    }

    @Test
    void scoresOfThirtyAndSeventyAreOfMediumValue() throws InterruptedException {
        // Percentiles 10, 30, 50, 70 and 90.
        var organization = spenders(100, 200, 300, 400, 500);

        Standing.calculate(organization, Standing.AS_OF);

        assertThat(segments(organization, 5))
                .containsExactly("low_value", "medium_value", "medium_value", "medium_value", "high_value");
        assertThat(Standing.of(organization, "c1", "value").getDouble("value_score"))
                .isEqualTo(30);
        assertThat(Standing.of(organization, "c3", "value").getDouble("value_score"))
                .isEqualTo(70);
    }

    @Test
    void scoresOfTwentyNineAndSeventyOneAreNot() throws InterruptedException {
        // Percentiles 1, 3 … 99.
        var organization =
                spenders(IntStream.rangeClosed(1, 50).map(i -> 100 * i).toArray());

        Standing.calculate(organization, Standing.AS_OF);

        assertThat(segments(organization, 50).subList(13, 17))
                .containsExactly("low_value", "low_value", "medium_value", "medium_value");
        assertThat(segments(organization, 50).subList(33, 37))
                .containsExactly("medium_value", "medium_value", "high_value", "high_value");
        var distribution = Standing.of(organization, "value", "distribution", Map.of());
        assertThat(distribution.getInt("customers")).isEqualTo(50);
        assertThat(new ArrayList<>(distribution.getMap("segments").keySet()))
                .isEqualTo(List.of("high_value", "medium_value", "low_value"));
        assertThat(distribution.getInt("segments.low_value.count")).isEqualTo(15);
        assertThat(distribution.getDouble("segments.low_value.percentage")).isEqualTo(30);
        // 100 + 200 + … + 1500.
        assertThat(distribution.getDouble("segments.low_value.total_predicted_ltv"))
                .isEqualTo(12_000);
        assertThat(distribution.getDouble("segments.low_value.mean_predicted_ltv"))
                .isEqualTo(800);
    }

    private static List<String> segments(UUID organization, int customers) {
        return IntStream.range(0, customers)
                .mapToObj(i -> Standing.of(organization, "c" + i, "value").getString("value_segment"))
                .toList();
    }

    @Test
    void theListOfASegmentPages() throws InterruptedException {
        var organization = spenders(100, 200, 300, 400, 500);
        Standing.calculate(organization, Standing.AS_OF);

        var found = new ArrayList<String>();
        var query = new HashMap<String, Object>(Map.of("segment", "medium_value", "limit", 2));
        var page = Standing.of(organization, "value", "customers", query);
        found.addAll(page.getList("items.customer_id"));
        query.put("after", page.getString("next"));
        page = Standing.of(organization, "value", "customers", query);
        found.addAll(page.getList("items.customer_id"));

        assertThat(page.getString("next")).isNull();
        assertThat(found)
                .isSorted()
                .containsExactlyInAnyOrder(id(organization, "c1"), id(organization, "c2"), id(organization, "c3"));
        assertThat(Standing.of(organization, "value", "customers", Map.of()).getList("items"))
                .hasSize(5);
    }

    private static String id(UUID organization, String customer) {
        return CustomerId.of(organization, customer).toString();
    }

    @Test
    void whoeverChangesSegmentsLeavesAHistory() throws InterruptedException {
        var organization = spenders(100, 200, 300, 400);
        Standing.calculate(organization, Standing.AS_OF);
        Standing.transactions(organization, "c0,2025-07-10,1000\n");

        Standing.calculate(organization, "2025-07-30T00:00:00Z");

        var history = Standing.of(organization, "c0", "value/history");
        assertThat(history.getList("value_segment")).isEqualTo(List.of("high_value", "low_value"));
        assertThat(history.getList("entered_at")).isEqualTo(List.of("2025-07-30T00:00:00Z", Standing.AS_OF));
        assertThat(history.getString("[0].exited_at")).isNull();
        assertThat(history.getString("[1].exited_at")).isEqualTo("2025-07-30T00:00:00Z");
        assertThat(history.getDouble("[1].value_score")).isEqualTo(12.5);
        assertThat(history.getDouble("[1].predicted_ltv")).isEqualTo(100);
    }

    @Test
    void whatWasLeftMoreThanFourHundredDaysAgoIsForgotten() throws InterruptedException {
        var organization = Api.organization("ecommerce");
        Standing.customers(organization, "a,2023-01-01\nb,2023-01-01\n");
        Standing.transactions(organization, "a,2023-05-01,10\nb,2023-05-01,20\n");
        Standing.calculate(organization, "2023-05-02T00:00:00Z");
        Standing.transactions(organization, "a,2023-05-20,100\n");
        Standing.calculate(organization, "2023-05-21T00:00:00Z");

        Standing.calculate(organization, "2024-06-24T00:00:00Z");
        assertThat(left(organization, "value/history", "")).contains("2023-05-21T00:00:00Z");
        assertThat(left(organization, "lifecycle", "history.")).containsExactly("2024-06-24T00:00:00Z");

        Standing.calculate(organization, "2024-06-24T00:00:01Z");
        assertThat(left(organization, "value/history", "")).doesNotContain("2023-05-21T00:00:00Z");
        assertThat(left(organization, "lifecycle", "history.")).containsExactly("2024-06-24T00:00:00Z");

        Standing.calculate(organization, "2025-07-29T00:00:01Z");
        assertThat(left(organization, "lifecycle", "history.")).isEmpty();
        assertThat(Standing.of(organization, "a", "lifecycle").getString("entered_at"))
                .isEqualTo("2024-06-24T00:00:00Z");
    }

    private static List<String> left(UUID organization, String what, String list) {
        return Standing.of(organization, "a", what).getList(list + "exited_at");
    }

    @Test
    void anInstantThatIsToComeIsRefused() {
        var organization = Api.organization("banking");
        var toCome = Instant.now().plus(Duration.ofDays(2)).toString();

        var calculated = Api.asAdmin()
                .queryParam("as_of", toCome)
                .post("/api/v1/value/organizations/{org_id}/calculate", organization);
        var run = Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("kind", "standing", "as_of", toCome))
                .post("/api/v1/organizations/{org_id}/runs", organization);

        for (var response : List.of(calculated, run)) {
            response.then().statusCode(400).contentType("application/problem+json");
            assertThat(response.<String>path("detail")).isEqualTo("as_of must not lie in the future");
        }
    }

    @Test
    void aSecondRunOfTheSameInstantAndOneOfAnEarlierChangeNothing() throws Exception {
        var organization = spenders(100, 200, 300, 400);
        Standing.calculate(organization, Standing.AS_OF);
        var before = rows(organization);

        Standing.calculate(organization, Standing.AS_OF);
        assertThat(rows(organization)).isEqualTo(before).hasSize(8);
        Standing.calculate(organization, "2025-06-01T00:00:00Z");

        assertThat(rows(organization)).isEqualTo(before);
    }

    private static List<String> rows(UUID organization) throws SQLException {
        var rows = new ArrayList<String>();
        try (var owner = Database.asOwner()) {
            for (var table : TABLES) {
                rows.addAll(Database.texts(
                        owner,
                        "select (to_jsonb(t) - 'run_id' - 'calculated_at')::text from " + table
                                + " t where organization_id = ? order by 1",
                        organization));
            }
        }
        return rows;
    }

    @Test
    void anErasedCustomerIsNowhereAnyMore() throws Exception {
        var organization = spenders(100, 200, 300, 400);
        Standing.calculate(organization, Standing.AS_OF);
        Standing.transactions(organization, "c0,2025-09-25,1000\n");
        Standing.calculate(organization, "2025-09-30T00:00:00Z");
        assertThat(rowsOfCustomer(organization, "c1"))
                .isEqualTo(Map.of(
                        "customer_value", 1L, "value_history", 1L, "customer_lifecycle", 1L, "lifecycle_history", 1L));

        Api.asAdmin()
                .delete("/api/v1/customers/{customer_id}", CustomerId.of(organization, "c1"))
                .then()
                .statusCode(204);

        assertThat(rowsOfCustomer(organization, "c1").values()).containsOnly(0L);
        assertThat(rowsOfCustomer(organization, "c2")).containsEntry("customer_value", 1L);
        Api.asAdmin()
                .get("/api/v1/customers/{customer_id}/value", CustomerId.of(organization, "c1"))
                .then()
                .statusCode(404);
    }

    private static Map<String, Long> rowsOfCustomer(UUID organization, String customer) throws SQLException {
        var counts = new HashMap<String, Long>();
        for (var table : TABLES) {
            counts.put(
                    table,
                    Database.number(
                            "select count(*) from " + table + " where organization_id = ? and customer_id = ?",
                            organization,
                            CustomerId.of(organization, customer)));
        }
        return counts;
    }

    @Test
    void organizationsAreRatedByThemselves() throws InterruptedException {
        var small = spenders(1, 2);
        var large = spenders(1000, 2000);

        Standing.calculate(small, Standing.AS_OF);
        Standing.calculate(large, Standing.AS_OF);

        assertThat(Standing.of(small, "c1", "value").getDouble("value_score")).isEqualTo(75);
        assertThat(Standing.of(large, "c0", "value").getDouble("value_score")).isEqualTo(25);
        assertThat(Standing.of(small, "value", "distribution", Map.of())
                        .getDouble("segments.high_value.total_predicted_ltv"))
                .isEqualTo(2);
        Api.as(Api.key(small, "admin"))
                .get("/api/v1/customers/{customer_id}/value", CustomerId.of(large, "c0"))
                .then()
                .statusCode(404);
    }

    @Test
    void anOrganizationWithoutCustomersHasNothingToRate() throws InterruptedException {
        var organization = Api.organization("banking");

        assertThat(Standing.calculate(organization, Standing.AS_OF).getInt("customers"))
                .isZero();

        var distribution = Standing.of(organization, "value", "distribution", Map.of());
        assertThat(distribution.getInt("customers")).isZero();
        assertThat(distribution.getInt("segments.high_value.count")).isZero();
        assertThat(Standing.of(organization, "lifecycle", "stages", Map.of()).getInt("stages.churn.count"))
                .isZero();
    }

    @Test
    void theSameKeyStartsOneRun() {
        var organization = Api.organization("banking");

        assertThat(start(organization)).isEqualTo(start(organization));
    }

    private static String start(UUID organization) {
        return Api.asAdmin()
                .header("Idempotency-Key", "nightly")
                .queryParam("as_of", Standing.AS_OF)
                .post("/api/v1/value/organizations/{org_id}/calculate", organization)
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    @Test
    void whoWasNotPartOfACalculationIsKnownButNotRated() {
        var organization = spenders(100);
        for (var what : List.of("value", "value/history", "lifecycle")) {
            var problem = Api.asAdmin()
                    .get("/api/v1/customers/{customer_id}/" + what, CustomerId.of(organization, "c0"))
                    .then()
                    .statusCode(404)
                    .extract();
            assertThat(problem.<String>path("type")).as(what).isEqualTo("urn:perennial:problem:no-standing");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "value/organizations/{org_id}/customers,segment,standard",
        "value/organizations/{org_id}/customers,limit,0",
        "lifecycle/organizations/{org_id}/customers,stage,Growth",
        "lifecycle/organizations/{org_id}/flow,since,2025-01-01T00:00:00Z"
    })
    void whatCannotBeAskedForIsRefused(String path, String parameter, String value) {
        Api.asAdmin()
                .queryParam(parameter, value)
                .get("/api/v1/" + path, Api.organization("banking"))
                .then()
                .statusCode(400)
                .contentType("application/problem+json");
    }
}
