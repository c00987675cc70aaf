package io.perennial.models.lifetime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.restassured.path.json.JsonPath;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

import io.perennial.runs.RunPart;
import io.perennial.tenant.CustomerId;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class LifetimeRunTest {

    private static final String AS_OF = "2025-06-30T00:00:00Z";
    private static final String HEADER = "customer_id,occurred_at,amount,status\n";
    private static final RunPart ALL = RunPart.whole(UUID.randomUUID(), UUID.randomUUID(), null, null, null);

    private static void purchases(UUID organization, String lines) {
        Api.uploadTransactions(organization, HEADER + lines).then().statusCode(200);
    }

    /** What a statement of the service finds of an organization as of an instant, one line a row, sorted. */
    private static List<String> found(String statement, String columns, UUID organization, String asOf)
            throws SQLException {
        var sql = statement
                .replace("$1", "'" + organization + "'::uuid")
                .replace("$2", "'" + ALL.firstCustomer() + "'::uuid")
                .replace("$3", "'" + ALL.lastCustomer() + "'::uuid")
                .replace("$4::timestamptz", "timestamptz '" + asOf + "'")
                .replace("$4", "timestamptz '" + asOf + "'");
        try (var owner = Database.asOwner()) {
            return Database.texts(
                    owner, "select concat_ws(' ', %s) as line from (%s) found order by line".formatted(columns, sql));
        }
    }

    private static List<String> histories(UUID organization, String asOf) throws SQLException {
        return found(LifetimeSql.CUSTOMERS, """
                (select external_id from customers c where c.customer_id = found.customer_id),
                frequency, recency_days, age_days, mean_value""", organization, asOf);
    }

    @Test
    void historiesAreWhatAHandCounts() throws Exception {
        var organization = Api.organization("ecommerce");
        purchases(organization, """
                a,2025-05-01T08:00:00Z,10,completed
                a,2025-05-11T09:00:00Z,20,completed
                a,2025-05-11T23:59:59Z,30,completed
                a,2025-06-10T00:00:00Z,7,completed
                a,2025-06-30T00:00:01Z,99,completed
                b,2025-06-29,40,completed
                b,2025-06-29,2,completed
                c,2025-01-01,5,refunded
                c,2025-02-01,5,failed
                c,2025-03-01,5,pending
                c,2025-04-01,5,cancelled
                d,2025-01-01,5,refunded
                d,2025-06-20,5,completed
                d,2025-06-25,8,failed
                e,2025-07-01,5,completed
                """);

        // 50 and 7 on the two days after the first; from 1 May to 10 June and to 30 June.
        assertThat(histories(organization, AS_OF)).containsExactly("a 2 40 60 28.5", "b 0 0 1", "d 0 0 10");
        assertThat(histories(organization, "2025-05-11T12:00:00Z")).containsExactly("a 1 10 10 20");
    }

    @Test
    void aDayIsOneOfTheOrganization() throws Exception {
        var organization = Api.organization("ecommerce");
        purchases(organization, "a,2025-05-01T23:30:00Z,10,completed\na,2025-05-02T00:30:00Z,20,completed\n");

        assertThat(histories(organization, AS_OF)).containsExactly("a 1 1 60 20");
        Database.execute(
                "update organizations set timezone = 'America/New_York' where id = '%s'".formatted(organization));
        // As of 8 p.m. on 29 June there.
        assertThat(histories(organization, AS_OF)).containsExactly("a 0 0 59");
    }

    @Test
    void customersWhoAreAlikeAreCountedTogether() throws Exception {
        var organization = Api.organization("ecommerce");
        for (var customer : List.of("a", "b")) {
            purchases(organization, """
                    %1$s,2025-05-01,10,completed
                    %1$s,2025-05-11,20,completed
                    """.formatted(customer));
        }
        purchases(organization, """
                c,2025-05-01,99,completed
                c,2025-06-01,20,completed
                d,2025-05-01,5,completed
                e,2025-05-01,5,completed
                e,2025-05-03,0,completed
                """);

        // ln 20 × 400 = 1198.29; what costs nothing has no logarithm.
        assertThat(found(
                        LifetimeSql.STATISTICS,
                        "frequency, coalesce(recency_days, -1), coalesce(age_days, -1), customers, value_step",
                        organization,
                        AS_OF))
                .containsExactly("0 0 60 1", "1 -1 -1 3 1198", "1 10 60 2", "1 2 60 1", "1 31 60 1");
    }

    /** Purchases of 400 customers who live the story of both models, and of one who bought nothing. */
    private static UUID organizationWithPurchases() {
        var organization = Api.organization("ecommerce");
        var random = new Random(4);
        var lines = new StringBuilder();
        var customers = SimulatedCustomer.draw(new BetaGeometric(0.8, 160, 0.9, 3.6), 400, 0, 5);
        for (var i = 0; i < customers.size(); i++) {
            var customer = customers.get(i);
            var first = LocalDate.parse("2025-06-30").minusDays(customer.ageDays());
            var level = 20 * Math.exp(0.5 * random.nextGaussian());
            buy(lines, i, first, level);
            for (var day : customer.purchases()) {
                buy(lines, i, first.plusDays(day), level * (0.5 + random.nextDouble()));
            }
        }
        purchases(organization, lines + "refunded,2025-01-01,10,refunded\n");
        return organization;
    }

    private static void buy(StringBuilder lines, int customer, LocalDate day, double amount) {
        lines.append(String.format(Locale.ROOT, "c%d,%s,%.2f,completed%n", customer, day, amount));
    }

    private static String predictions(UUID organization) throws SQLException {
        return Database.text("""
                select string_agg(to_jsonb(p)::text, ',' order by customer_id)
                from customer_prediction p
                where organization_id = ?""", organization);
    }

    private static double prediction(UUID organization, String customer) throws SQLException {
        return Double.parseDouble(Database.text("""
                select value from customer_prediction
                where organization_id = ? and customer_id = ? and kind = 'ltv' and model_version = 'bgnbd-1'""", organization, CustomerId.of(organization, customer)));
    }

    private static JsonPath run(UUID organization) throws InterruptedException {
        var run = Api.run(organization, "lifetime_value", AS_OF);
        assertThat(run.getString("status")).as(run.getString("failure")).isEqualTo("completed");
        return run;
    }

    @Test
    void everyCustomerWhoBoughtGetsAValueAndARepetitionChangesNothing() throws Exception {
        var organization = organizationWithPurchases();

        var totals = run(organization);

        var fitted = LifetimeModel.of(new io.vertx.core.json.JsonObject(totals.getMap("totals.model")))
                .orElseThrow();
        assertThat(fitted.purchases().a()
                        / (fitted.purchases().a() + fitted.purchases().b()))
                .isCloseTo(0.2, within(0.05));
        assertThat(fitted.spend().populationMean().orElseThrow()).isCloseTo(22.7, withinPercentage(15));
        assertThat(totals.getInt("totals.model.customers")).isEqualTo(400);
        assertThat(totals.getInt("totals.customers")).isEqualTo(400);
        assertThat(totals.getString("totals.model_version")).isEqualTo("bgnbd-1");

        var transactions = 0.0;
        var value = 0.0;
        for (var history : histories(organization, AS_OF)) {
            var parts = history.split(" ");
            var frequency = Integer.parseInt(parts[1]);
            var expected = fitted.purchases()
                    .expectedTransactions(
                            frequency, Integer.parseInt(parts[2]) / 7.0, Integer.parseInt(parts[3]) / 7.0, 365 / 7.0);
            var spend = fitted.spend()
                    .expectedValue(frequency, frequency == 0 ? 0 : Double.parseDouble(parts[4]))
                    .orElseThrow();
            assertThat(prediction(organization, parts[0])).isCloseTo(expected * spend, within(1e-4));
            transactions += expected;
            value += expected * spend;
        }
        assertThat(totals.getDouble("totals.expected_transactions")).isCloseTo(transactions, within(0.02));
        assertThat(totals.getDouble("totals.expected_value")).isCloseTo(value, within(0.1));

        var before = predictions(organization);
        run(organization);
        assertThat(predictions(organization)).isEqualTo(before);
    }

    @Test
    void whoHasBoughtNothingAfterAllLosesTheirValue() throws Exception {
        var organization = organizationWithPurchases();
        run(organization);

        Database.execute("""
                update transactions set status = 'refunded'
                where organization_id = '%s' and customer_id = '%s'""".formatted(organization, CustomerId.of(organization, "c7")));
        var totals = run(organization);

        assertThat(totals.getInt("totals.customers")).isEqualTo(399);
        assertThat(Database.number(
                        "select count(*) from customer_prediction where organization_id = ? and customer_id = ?",
                        organization,
                        CustomerId.of(organization, "c7")))
                .isZero();
    }

    @Test
    void tooFewWhoBoughtAgainMakeNoModelAndTheRunSaysSo() throws Exception {
        var organization = Api.organization("ecommerce");
        purchases(organization, "a,2025-05-01,10,completed\na,2025-05-11,20,completed\nb,2025-06-01,5,completed\n");
        // As if there had been enough before.
        Database.execute("""
                insert into customer_prediction (organization_id, customer_id, kind, value, model_version, predicted_at)
                values ('%s', '%s', 'ltv', 12, 'bgnbd-1', now())""".formatted(organization, CustomerId.of(organization, "a")));

        var totals = run(organization);

        assertThat(totals.getBoolean("totals.model.fitted")).isFalse();
        assertThat(totals.getString("totals.model.reason"))
                .isEqualTo("Only 1 customers bought for money on more than one day; 50 are needed");
        assertThat(totals.getInt("totals.model.customers")).isEqualTo(2);
        assertThat(totals.getInt("totals.customers")).isZero();
        assertThat(predictions(organization)).isNull();
    }

    @Test
    void whatALearnedModelPredictsIsLeftAlone() throws Exception {
        var organization = organizationWithPurchases();
        Database.execute("""
                insert into model_versions (organization_id, kind, number, status, learner, feature_schema, metrics,
                    reference, artifact, snapshots, run_id, trained_at)
                values ('%1$s', 'ltv', 1, 'active', 'xgboost', '{}', '{}', '{}', '', '[]', gen_random_uuid(), now());
                insert into customer_prediction (organization_id, customer_id, kind, value, model_version, predicted_at)
                values ('%1$s', '%2$s', 'ltv', 12, 'ltv-1', now())""".formatted(organization, CustomerId.of(organization, "c1")));
        var before = predictions(organization);

        var totals = run(organization);

        assertThat(totals.getString("totals.model.reason"))
                .isEqualTo("A learned model predicts the lifetime value of customers");
        assertThat(predictions(organization)).isEqualTo(before);
    }

    @Test
    void anotherKindOfPredictionIsLeftAlone() throws Exception {
        var organization = organizationWithPurchases();
        Database.execute("""
                insert into customer_prediction (organization_id, customer_id, kind, value, model_version, predicted_at)
                values ('%s', '%s', 'upsell', 0.5, 'upsell-1', now())""".formatted(organization, CustomerId.of(organization, "c1")));

        run(organization);

        assertThat(Database.text("""
                        select concat_ws(' ', value, model_version) from customer_prediction
                        where organization_id = ? and kind = 'upsell'""", organization)).isEqualTo("0.5 upsell-1");
        assertThat(prediction(organization, "c1")).isPositive();
    }

    @Test
    void theSampleOfALargeOrganizationIsAShareOfTheIds() {
        assertThat(FitLifetimeStep.lastOfSample(1_000_000)).isEqualTo(ALL.lastCustomer());
        assertThat(FitLifetimeStep.lastOfSample(2_000_000))
                .isEqualTo(UUID.fromString("80000000-0000-0000-0000-000000000000"));
        assertThat(FitLifetimeStep.lastOfSample(4_000_000))
                .isEqualTo(UUID.fromString("40000000-0000-0000-0000-000000000000"));
    }
}
