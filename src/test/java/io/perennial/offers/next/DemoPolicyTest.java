package io.perennial.offers.next;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.hipparchus.stat.descriptive.StreamingStatistics;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.perennial.demo.DemoBusiness;
import io.perennial.demo.DemoOrganization;
import io.perennial.models.Engine;
import io.perennial.tenant.OrgType;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

/** What policies earn with the customers of the demo, of whom it is known how likely they accept what. */
@ServiceTest
class DemoPolicyTest {

    private static final int CUSTOMERS = 1_000;

    /** From this one on the customers were never offered anything. */
    private static final int FIRST_UNSEEN = 501;

    /** As many as may be asked for together. */
    private static final int TOGETHER = 200;

    @Inject
    DemoOrganization demo;

    @Inject
    DecisionHistory history;

    @Inject
    Engine engine;

    @BeforeEach
    void theEngineIsReady() {
        engine.whenReady().await().atMost(Duration.ofMinutes(2));
    }

    /** What can be offered to a customer, what each offer truly earns, and what the service offers. */
    private record Choice(String customer, Map<Integer, Double> worth, Map<Integer, Double> earned, int offered) {

        double oracle() {
            return worth.values().stream()
                    .mapToDouble(Double::doubleValue)
                    .max()
                    .orElseThrow();
        }

        /** Where the offer is not for the customer, another one is drawn. */
        double single(int offer, Map<Integer, Double> by) {
            return by.containsKey(offer) ? by.get(offer) : random(by);
        }

        static double random(Map<Integer, Double> by) {
            return by.values().stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElseThrow();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ECOMMERCE", "BANKING"})
    void theLearnedPolicyEarnsMoreThanTheBestSingleOfferAndThanChance(OrgType type) throws Exception {
        var business = demo.withPastOffers(type, CUSTOMERS);
        var unseen = business.customersFrom(FIRST_UNSEEN);
        forget(business, unseen);
        System.out.println("filled " + Instant.now());
        var training = train(business);
        System.out.println("trained " + Instant.now());
        assertThat(training.getBoolean("totals.activated"))
                .as(training.getString("totals"))
                .isTrue();

        var choices = choices(business, unseen);

        assertThat(choices).hasSizeGreaterThan(CUSTOMERS / 3);
        var single = IntStream.rangeClosed(0, 7)
                .boxed()
                .max(Comparator.comparingDouble(offer -> mean(choices, choice -> choice.single(offer, choice.worth()))
                        .getMean()))
                .orElseThrow();
        var overSingle =
                mean(choices, choice -> choice.worth().get(choice.offered()) - choice.single(single, choice.worth()));
        var overRandom = mean(choices, choice -> choice.worth().get(choice.offered()) - Choice.random(choice.worth()));
        var drawnOverSingle =
                mean(choices, choice -> choice.earned().get(choice.offered()) - choice.single(single, choice.earned()));
        var drawnOverRandom =
                mean(choices, choice -> choice.earned().get(choice.offered()) - Choice.random(choice.earned()));
        System.out.printf(
                "%s, %d customers nothing was learned from: learned %.2f, best single (offer %d) %.2f, random %.2f,"
                        + " oracle %.2f; over single %s, drawn %s; over random %s, drawn %s%n",
                type,
                choices.size(),
                mean(choices, choice -> choice.worth().get(choice.offered())).getMean(),
                single,
                mean(choices, choice -> choice.single(single, choice.worth())).getMean(),
                mean(choices, choice -> Choice.random(choice.worth())).getMean(),
                mean(choices, Choice::oracle).getMean(),
                shown(overSingle),
                shown(drawnOverSingle),
                shown(overRandom),
                shown(drawnOverRandom));
        System.out.println(training.getString("totals"));
        var counts = new HashMap<Integer, Integer>();
        choices.forEach(choice -> counts.merge(choice.offered(), 1, Integer::sum));
        var best = new HashMap<Integer, Integer>();
        choices.forEach(choice -> best.merge(
                choice.worth().entrySet().stream()
                        .max(Map.Entry.comparingByValue())
                        .orElseThrow()
                        .getKey(),
                1,
                Integer::sum));
        System.out.println("offered " + counts + " best " + best);
        IntStream.rangeClosed(0, 7)
                .forEach(offer -> System.out.printf(
                        "single %d %.2f%n",
                        offer,
                        mean(choices, choice -> choice.single(offer, choice.worth()))
                                .getMean()));
        assertThat(lower(overSingle)).isPositive();
        assertThat(lower(overRandom)).isPositive();
    }

    /** Takes away what was decided about customers, as if they had never been asked. */
    private static void forget(DemoBusiness business, List<String> customers) throws SQLException {
        for (var table : List.of("offer_decisions", "offer_contacts", "offer_redemptions")) {
            Database.execute("""
                    delete from %s d using customers c
                    where d.organization_id = '%s' and c.organization_id = d.organization_id
                        and c.customer_id = d.customer_id and c.external_id >= '%s'""".formatted(table, business.id(), customers.get(0)));
        }
    }

    private static JsonPath train(DemoBusiness business) throws InterruptedException {
        var run = Api.awaitRun(Api.asAdmin()
                .post("/api/v1/offers/organizations/{org_id}/train", business.id())
                .then()
                .statusCode(202)
                .extract()
                .path("id"));
        assertThat(run.getString("status")).as(run.getString("failure")).isEqualTo("completed");
        return run;
    }

    /** Of those who may be offered something. */
    private static List<Choice> choices(DemoBusiness business, List<String> customers) {
        var costs = costs(business);
        var choices = new ArrayList<Choice>();
        for (var from = 0; from < customers.size(); from += TOGETHER) {
            var asked = customers.subList(from, Math.min(customers.size(), from + TOGETHER));
            var answer = Api.asAdmin()
                    .contentType("application/json")
                    .body(Map.of("customer_ids", asked))
                    .post("/api/v1/offers/organizations/{org_id}/next-best-offers", business.id())
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
            var offers = answer.<Map<String, Object>>getList("offers");
            for (var i = 0; i < offers.size(); i++) {
                if (offers.get(i).get("recommended_offer") != null) {
                    choices.add(choice(business, asked.get(i), offers.get(i), costs));
                }
            }
        }
        return choices;
    }

    private static Choice choice(
            DemoBusiness business, String customer, Map<String, Object> answer, Map<Integer, Double> costs) {
        var value = ((Number) answer.get("customer_value")).doubleValue();
        var worth = new HashMap<Integer, Double>();
        var earned = new HashMap<Integer, Double>();
        for (var score : (List<?>) answer.get("offer_scores")) {
            int offer = (Integer) ((Map<?, ?>) score).get("offer_id");
            worth.put(offer, business.probability(customer, offer) * value - costs.get(offer));
            earned.put(offer, (business.accepts(customer, offer, business.now()) ? value : 0) - costs.get(offer));
        }
        return new Choice(customer, worth, earned, (Integer) answer.get("recommended_offer"));
    }

    private static Map<Integer, Double> costs(DemoBusiness business) {
        var costs = new HashMap<Integer, Double>();
        var catalog = Api.asAdmin()
                .get("/api/v1/offers/organizations/{org_id}", business.id())
                .jsonPath();
        catalog.<Map<String, Object>>getList("items")
                .forEach(offer ->
                        costs.put((Integer) offer.get("offer_id"), ((Number) offer.get("cost")).doubleValue()));
        return costs;
    }

    private static StreamingStatistics mean(List<Choice> choices, ToDoubleFunction<Choice> earned) {
        var statistics = new StreamingStatistics();
        choices.forEach(choice -> statistics.addValue(earned.applyAsDouble(choice)));
        return statistics;
    }

    private static double margin(StreamingStatistics earned) {
        return 1.96 * earned.getStandardDeviation() / Math.sqrt(earned.getN());
    }

    private static double lower(StreamingStatistics earned) {
        return earned.getMean() - margin(earned);
    }

    private static String shown(StreamingStatistics earned) {
        return "%.2f ± %.2f".formatted(earned.getMean(), margin(earned));
    }

    @Test
    void explorationFindsANewOfferThatIsBetterForSome() throws Exception {
        var business = demo.withPastOffers(OrgType.ECOMMERCE, 600);
        System.out.println("filled " + Instant.now());
        train(business);
        System.out.println("trained " + Instant.now());
        Api.asAdmin()
                .contentType("application/json")
                .body("""
                        {"offer_id": 8, "name": "Repair service", "description": "We mend what you bought from us.",
                         "category": "care", "cost": 12, "margin": 30}""")
                .post("/api/v1/offers/organizations/{org_id}", business.id())
                .then()
                .statusCode(201);
        var withoutExploration = withoutExploration();
        var at = business.now();
        for (var round = 1; round <= 2; round++) {
            at = at.plus(Duration.ofDays(16));
            play(business, at, withoutExploration);
            System.out.println("greedy " + Arrays.toString(share(business, at)));
        }
        for (var round = 1; round <= 6; round++) {
            at = at.plus(Duration.ofDays(16));
            history.play(business.id(), at, new SplittableRandom(round), business::accepts)
                    .await()
                    .atMost(Duration.ofMinutes(1));
            System.out.println("round " + round + " " + Arrays.toString(share(business, at)));
            var t = System.nanoTime();
            train(business);
            System.out.println((System.nanoTime() - t) / 1e9);
        }
    }

    private void play(DemoBusiness business, Instant at, OfferPolicyConfig policy) {
        history.play(business.id(), at, new SplittableRandom(at.getEpochSecond()), business::accepts, policy)
                .await()
                .atMost(Duration.ofMinutes(1));
    }

    private static OfferPolicyConfig withoutExploration() {
        return new SmallRyeConfigBuilder()
                .withMapping(OfferPolicyConfig.class)
                .withDefaultValue("perennial.offers.policy.exploration", "0")
                .withDefaultValue("perennial.offers.policy.cold-start-exploration", "0")
                .addDiscoveredConverters()
                .build()
                .getConfigMapping(OfferPolicyConfig.class);
    }

    /** The share of the new offer among those for whom it is the best, and among the others. */
    private static double[] share(DemoBusiness business, Instant at) throws SQLException {
        var costs = costs(business);
        var made = new double[2];
        var all = new double[2];
        try (var owner = Database.asOwner();
                var statement = owner.prepareStatement("""
                        select c.external_id, d.eligible, d.offer_id, d.value
                        from offer_decisions d
                        join customers c on c.organization_id = d.organization_id and c.customer_id = d.customer_id
                        where d.organization_id = ? and d.decided_at = ?::timestamptz and 8 = any (d.eligible)""")) {
            statement.setObject(1, business.id());
            statement.setString(2, at.toString());
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    var customer = rows.getString(1);
                    var value = rows.getDouble(4);
                    var best = Arrays.stream((Integer[]) rows.getArray(2).getArray())
                            .max(Comparator.comparingDouble(
                                    offer -> business.probability(customer, offer) * value - costs.get(offer)))
                            .orElseThrow();
                    all[best == 8 ? 0 : 1]++;
                    made[best == 8 ? 0 : 1] += rows.getInt(3) == 8 ? 1 : 0;
                }
            }
        }
        return new double[] {made[0] / all[0], all[0], made[1] / all[1], all[1]};
    }
}
