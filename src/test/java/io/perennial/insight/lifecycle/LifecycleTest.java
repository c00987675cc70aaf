package io.perennial.insight.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import io.perennial.insight.value.Standing;
import io.perennial.models.Cancellations;
import io.perennial.tenant.CustomerId;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class LifecycleTest {

    private static final Duration HOUR = Duration.ofHours(1);

    /** Customers as they are made up, and the stage and the reason that each has to have. */
    private static final class Cast {
        private final StringBuilder customers = new StringBuilder();
        private final StringBuilder transactions = new StringBuilder();
        private final StringBuilder events = new StringBuilder();
        private final StringBuilder churn = new StringBuilder();
        private final Map<String, String> expected = new LinkedHashMap<>();
        private String name;

        /** Somebody who was registered 500 days ago. */
        Cast customer(String name, double churnProbability, String expected) {
            this.name = name;
            customers.append("%s,%s%n".formatted(name, ago(days(500))));
            churn.append("%s,%s%n".formatted(name, churnProbability));
            this.expected.put(name, expected);
            return this;
        }

        Cast bought(Duration ago, String amount) {
            transactions.append("%s,%s,%s%n".formatted(name, ago(ago), amount));
            return this;
        }

        Cast did(String event, Duration ago) {
            events.append("%s,%s,%s%n".formatted(name, ago(ago), event));
            return this;
        }

        /** Logins of the last 30 days and of the 30 before. */
        Cast loggedIn(int lately, int before) {
            IntStream.rangeClosed(1, lately).forEach(day -> did("login", days(day)));
            IntStream.rangeClosed(1, before).forEach(day -> did("login", days(30 + day)));
            return this;
        }

        private static String ago(Duration ago) {
            return Instant.parse(Standing.AS_OF).minus(ago).toString();
        }

        UUID upload() {
            var organization = Api.organization("ecommerce");
            Standing.customers(organization, customers.toString());
            Standing.transactions(organization, transactions.toString());
            Standing.events(organization, events.toString());
            Standing.churn(organization, churn.toString());
            return organization;
        }
    }

    private static Duration days(int days) {
        return Duration.ofDays(days);
    }

    /** Somebody for each stage and on either side of each border. */
    private static Cast everybody() {
        return new Cast()
                .customer("never bought", 0.1, "acquisition nothing_bought")
                .customer("never bought but up to critical", 0.7, "acquisition nothing_bought")
                .customer("never bought but critical", 0.71, "churn about_to_leave")
                .customer("never bought but said goodbye", 0.1, "churn left")
                .did("account_closed", days(300))
                .customer("bought once", 0.1, "onboarding bought_once")
                .bought(days(59), "10")
                .customer("began less than 60 days ago", 0.1, "onboarding bought_recently")
                .bought(days(60).minus(HOUR), "10")
                .bought(days(5), "10")
                .customer("began 60 days ago", 0.1, "growth young_and_growing")
                .bought(days(60).plus(HOUR), "10")
                .bought(days(5), "10")
                .customer("began less than 180 days ago", 0.1, "growth young_and_growing")
                .bought(days(180).minus(HOUR), "10")
                .bought(days(5), "10")
                .customer("began 180 days ago", 0.1, "retention steady")
                .bought(days(180).plus(HOUR), "10")
                .bought(days(5), "10")
                .customer("young and not growing", 0.1, "retention steady")
                .bought(days(100), "10")
                .bought(days(40), "10")
                .bought(days(5), "10")
                .customer("spends a quarter more", 0.1, "growth spends_more")
                .bought(days(400), "10")
                .bought(days(40), "100")
                .bought(days(5), "125")
                .customer("spends nearly a quarter more", 0.1, "retention steady")
                .bought(days(400), "10")
                .bought(days(40), "100")
                .bought(days(5), "124.99")
                .customer("does a quarter more", 0.1, "growth does_more")
                .bought(days(400), "10")
                .bought(days(40), "10")
                .bought(days(5), "10")
                .loggedIn(10, 8)
                .customer("does nearly a quarter more", 0.1, "retention steady")
                .bought(days(400), "10")
                .bought(days(40), "10")
                .bought(days(5), "10")
                .loggedIn(9, 8)
                .customer("did too little to compare", 0.1, "retention steady")
                .bought(days(400), "10")
                .bought(days(40), "10")
                .bought(days(5), "10")
                .loggedIn(8, 4)
                .customer("does more and spends less", 0.1, "retention steady")
                .bought(days(400), "10")
                .bought(days(40), "10")
                .bought(days(5), "9.99")
                .loggedIn(10, 8)
                .customer("up to critical", 0.7, "retention steady")
                .bought(days(400), "10")
                .bought(days(40), "10")
                .customer("critical", 0.71, "churn about_to_leave")
                .bought(days(400), "10")
                .bought(days(40), "10")
                .customer("away for less than the horizon", 0.1, "retention steady")
                .bought(days(400), "10")
                .bought(days(60).minus(HOUR), "10")
                .customer("away for the horizon", 0.1, "win_back left_recently")
                .bought(days(400), "10")
                .bought(days(60).plus(HOUR), "10")
                .customer("away and critical", 0.9, "win_back left_recently")
                .bought(days(400), "10")
                .bought(days(70), "10")
                .customer("away for less than two horizons", 0.1, "win_back left_recently")
                .bought(days(400), "10")
                .bought(days(120).minus(HOUR), "10")
                .customer("away for two horizons", 0.1, "churn left")
                .bought(days(400), "10")
                .bought(days(120).plus(HOUR), "10")
                .customer("away and was worth nothing", 0.1, "churn left")
                .bought(days(400), "0")
                .bought(days(70), "0")
                .customer("said goodbye", 0.1, "win_back left_recently")
                .bought(days(400), "10")
                .bought(days(40), "10")
                .did("subscription_cancelled", days(5))
                .customer("said goodbye and came back", 0.1, "retention steady")
                .bought(days(400), "10")
                .did("contract_cancelled", days(50))
                .bought(days(40), "10")
                .customer("said goodbye less than two horizons ago", 0.1, "win_back left_recently")
                .bought(days(400), "10")
                .bought(days(300), "10")
                .did("subscription_cancelled", days(120).minus(HOUR))
                .customer("said goodbye two horizons ago", 0.1, "churn left")
                .bought(days(400), "10")
                .bought(days(300), "10")
                .did("subscription_cancelled", days(120).plus(HOUR));
    }

    @Test
    void everyBorderIsWhereTheRulesSay() throws Exception {
        var cast = everybody();
        var organization = cast.upload();

        Standing.calculate(organization, Standing.AS_OF);

        assertThat(stages(organization)).containsExactlyInAnyOrderEntriesOf(cast.expected);
        assertThat(cast.expected.values())
                .as("somebody for each rule")
                .containsAll(Arrays.stream(StageRule.values())
                        .map(rule -> rule.stage().label() + " " + StageStep.reason(rule))
                        .toList());
        var distribution = Standing.of(organization, "lifecycle", "stages", Map.of());
        assertThat(distribution.getInt("customers")).isEqualTo(cast.expected.size());
        for (var stage : Stage.values()) {
            var expected = cast.expected.values().stream()
                    .filter(value -> value.startsWith(stage.label() + " "))
                    .count();
            assertThat(distribution.getLong("stages." + stage.label() + ".count"))
                    .as(stage.label())
                    .isEqualTo(expected)
                    .isPositive();
            assertThat(Standing.of(organization, "lifecycle", "customers", Map.of("stage", stage.label()))
                            .getList("items.stage"))
                    .as(stage.label())
                    .hasSize((int) expected)
                    .containsOnly(stage.label());
        }
    }

    private static Map<String, String> stages(UUID organization) throws SQLException {
        try (var owner = Database.asOwner()) {
            return Database.texts(owner, """
                            select c.external_id || '=' || l.stage || ' ' || l.reason
                            from customer_lifecycle l
                            join customers c on c.organization_id = l.organization_id and c.customer_id = l.customer_id
                            where l.organization_id = ?""", organization).stream()
                    .map(text -> text.split("="))
                    .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
        }
    }

    private static final String MARCH = "2025-03-01T00:00:00Z";
    private static final String MAY = "2025-05-01T00:00:00Z";
    private static final String AUGUST = "2025-08-30T00:00:00Z";
    private static final String SEPTEMBER = "2025-09-09T00:00:00Z";

    /** Somebody who comes and goes, and somebody who is there from May on. */
    private static UUID twoLives() throws InterruptedException {
        var organization = Api.organization("ecommerce");
        Standing.customers(organization, "a,2025-02-20\nb,2025-05-15\n");
        Standing.transactions(organization, "a,2025-02-20,10\na,2025-04-05,10\n");
        Standing.churn(organization, "a,0.1\nb,0.1\n");
        for (var asOf : List.of(MARCH, MAY, Standing.AS_OF, AUGUST)) {
            Standing.calculate(organization, asOf);
        }
        return organization;
    }

    @Test
    void aLifeIsRememberedWithItsDurations() throws InterruptedException {
        var organization = twoLives();
        Standing.calculate(organization, SEPTEMBER);

        var life = Standing.of(organization, "a", "lifecycle");

        assertThat(life.getString("stage")).isEqualTo("churn");
        assertThat(life.getString("reason")).isEqualTo("left");
        assertThat(life.getString("explanation")).isEqualTo(StageRule.LEFT.explanation());
        assertThat(life.getString("entered_at")).isEqualTo(AUGUST);
        assertThat(life.getInt("duration_days")).isEqualTo(10);
        assertThat(life.getList("recommended_actions")).hasSize(2);
        assertThat(life.getInt("recommended_actions[0].within_days")).isEqualTo(1);
        assertThat(life.getList("history.stage")).isEqualTo(List.of("win_back", "growth", "onboarding"));
        assertThat(life.getList("history.next_stage")).isEqualTo(List.of("churn", "win_back", "growth"));
        assertThat(life.getList("history.duration_days")).isEqualTo(List.of(61, 60, 61));
        assertThat(life.getList("history.entered_at")).isEqualTo(List.of(Standing.AS_OF, MAY, MARCH));
        assertThat(life.getList("history.exited_at")).isEqualTo(List.of(AUGUST, Standing.AS_OF, MAY));
    }

    @Test
    void aRunOfTheSameOrAnEarlierInstantChangesNothing() throws InterruptedException {
        var organization = twoLives();
        var before = Standing.of(organization, "a", "lifecycle").getMap("");

        for (var asOf : List.of(AUGUST, MAY)) {
            Standing.calculate(organization, asOf);
            var after = Standing.of(organization, "a", "lifecycle").getMap("");
            assertThat(after.keySet()).isEqualTo(before.keySet());
            for (var field : List.of("stage", "reason", "entered_at", "duration_days", "as_of", "history")) {
                assertThat(after.get(field)).as(field).isEqualTo(before.get(field));
            }
            assertThat(Standing.of(organization, "lifecycle", "flow", Map.of()).getList("moves"))
                    .isEmpty();
        }
    }

    @Test
    void theFlowOfTheLatestRunCountsWhoWentWhere() throws InterruptedException {
        var flow = Standing.of(twoLives(), "lifecycle", "flow", Map.of());

        assertThat(flow.getList("moves")).isEqualTo(List.of(Map.of("from", "win_back", "to", "churn", "count", 1)));
        assertThat(flow.getString("until")).isEqualTo(AUGUST);
        assertThat(flow.getString("run_id")).isNotBlank();
    }

    @Test
    void theFlowBetweenTwoInstantsSkipsWhatWasBetween() throws InterruptedException {
        var organization = twoLives();

        assertThat(flow(organization, MARCH, Standing.AS_OF))
                .containsExactlyInAnyOrder(
                        Map.of("from", "onboarding", "to", "win_back", "count", 1),
                        Map.of("to", "acquisition", "count", 1));
        assertThat(flow(organization, "2025-04-30T23:59:59Z", MAY))
                .containsExactly(Map.of("from", "onboarding", "to", "growth", "count", 1));
        assertThat(flow(organization, MAY, "2025-06-29T00:00:00Z")).isEmpty();
        assertThat(flow(organization, "2025-01-01T00:00:00Z", MARCH))
                .containsExactly(Map.of("to", "onboarding", "count", 1));
    }

    private static List<Map<String, Object>> flow(UUID organization, String since, String until) {
        return Standing.of(organization, "lifecycle", "flow", Map.of("since", since, "until", until))
                .getList("moves");
    }

    @Test
    void beforeTheFirstRunThereIsNoFlow() {
        var organization = Api.organization("banking");
        Api.asAdmin()
                .get("/api/v1/lifecycle/organizations/{org_id}/flow", organization)
                .then()
                .statusCode(404);
    }

    @Test
    void anotherOrganizationSeesNothingOfIt() throws InterruptedException {
        var organization = twoLives();
        var other = Api.organization("banking");

        assertThat(Standing.of(other, "lifecycle", "stages", Map.of()).getInt("customers"))
                .isZero();
        assertThat(Standing.of(other, "lifecycle", "customers", Map.of()).getList("items"))
                .isEmpty();
        assertThat(flow(other, MARCH, AUGUST)).isEmpty();
        Api.as(Api.key(other, "admin"))
                .get("/api/v1/customers/{customer_id}/lifecycle", CustomerId.of(organization, "a"))
                .then()
                .statusCode(404);
    }

    @Test
    void theIndexOfCancellationsHoldsThoseOfTheCode() throws SQLException {
        var definition = Database.text("select indexdef from pg_indexes where indexname = 'events_cancellations'");
        var types = Cancellations.TYPES.replaceAll("[()' ]", "").split(",");

        assertThat(definition).contains(types);
        assertThat(definition.split("'")).hasSize(2 * types.length + 1);
    }
}
