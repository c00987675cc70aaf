package io.perennial.offers.next;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusMock;
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
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.hipparchus.stat.descriptive.StreamingStatistics;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.demo.DemoBusiness;
import io.perennial.demo.DemoBusinesses;
import io.perennial.models.Engine;
import io.perennial.tenant.OrgType;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

/**
 * What policies earn with the customers of the demo, of whom it is known how likely they accept what. With more customers, as
 * by {@code -Ddemo.customers=4000}, the intervals are narrower; {@code -Ddemo.org-type=BANKING} is about another organization.
 */
@ServiceTest
class DemoPolicyTest {

    private static final int CUSTOMERS = Integer.getInteger("demo.customers", 1_600);
    private static final OrgType TYPE = OrgType.valueOf(System.getProperty("demo.org-type", "ECOMMERCE"));

    /** From this one on the customers were never offered anything. */
    private static final int FIRST_UNSEEN = CUSTOMERS / 2 + 1;

    /** As many as may be asked for together. */
    private static final int TOGETHER = 200;

    /** The offer that is added. */
    private static final int NEW = 8;

    /** The share of the new offer, among those for whom it is best, that says that it has been found. */
    private static final double FOUND = 0.4;

    private static final int MAX_ROUNDS = 12;

    /** By then nobody has had too many offers any more. */
    private static final Duration BETWEEN_ROUNDS = Duration.ofDays(16);

    /** What is drawn for the customers of an organization follows from its id, so that chance repeats itself. */
    private static final UUID LEARNING = new UUID(0x8000, 1);

    private static final UUID EXPLORING = new UUID(0x8000, 2);

    @Inject
    DemoBusinesses demo;

    @Inject
    DecisionHistory history;

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

    /** What can be offered to a customer, what each offer truly earns, and what the service offers. */
    private record Choice(String customer, Map<Integer, Double> worth, Map<Integer, Double> earned, Integer offered) {

        /** Nothing where none of the offers seems worth it. */
        double learned(Map<Integer, Double> by) {
            return offered == null ? 0 : by.get(offered);
        }

        double oracle() {
            return worth.values().stream().mapToDouble(Double::doubleValue).reduce(0, Math::max);
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

    /**
     * The best single offer is known by the truth only, so nobody could have chosen it beforehand: what is learned from a few
     * customers has to keep up with it. With so few, one draw in several does not show it; this one is always the same.
     */
    @Test
    void theLearnedPolicyEarnsMoreThanChanceAndNoLessThanTheBestSingleOffer() throws Exception {
        var business = demo.make(LEARNING, TYPE, CUSTOMERS);
        var unseen = business.customersFrom(FIRST_UNSEEN);
        forget(business, unseen);
        train(business);

        var choices = choices(business, unseen);

        assertThat(choices).hasSizeGreaterThan(CUSTOMERS / 4);
        var single = IntStream.rangeClosed(0, 7)
                .boxed()
                .max(Comparator.comparingDouble(offer -> mean(choices, choice -> choice.single(offer, choice.worth()))
                        .getMean()))
                .orElseThrow();
        var overSingle =
                mean(choices, choice -> choice.learned(choice.worth()) - choice.single(single, choice.worth()));
        var overRandom = mean(choices, choice -> choice.learned(choice.worth()) - Choice.random(choice.worth()));
        var drawnOverSingle =
                mean(choices, choice -> choice.learned(choice.earned()) - choice.single(single, choice.earned()));
        var drawnOverRandom = mean(choices, choice -> choice.learned(choice.earned()) - Choice.random(choice.earned()));
        System.out.printf(
                "%d customers of whom nothing was learned: learned %.2f a decision, best single offer (%d) %.2f,"
                        + " random %.2f, best possible %.2f; more than the single offer %s (with answers drawn %s), than"
                        + " random %s (%s)%n",
                choices.size(),
                mean(choices, choice -> choice.learned(choice.worth())).getMean(),
                single,
                mean(choices, choice -> choice.single(single, choice.worth())).getMean(),
                mean(choices, choice -> Choice.random(choice.worth())).getMean(),
                mean(choices, Choice::oracle).getMean(),
                shown(overSingle),
                shown(drawnOverSingle),
                shown(overRandom),
                shown(drawnOverRandom));
        assertThat(upper(overSingle)).isPositive();
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

    /** Takes away the older half of the log, which makes the rounds shorter. */
    private static void shorten(DemoBusiness business) throws SQLException {
        Database.execute("delete from offer_decisions where organization_id = '%s' and decided_at < '%s'::timestamptz"
                .formatted(business.id(), business.now().minus(Duration.ofDays(90))));
    }

    /** Lets what was accepted be accepted again, so that every round is about the same customers and the same choice. */
    private static void letAcceptAgain(DemoBusiness business) throws SQLException {
        Database.execute("delete from offer_redemptions where organization_id = '%s'".formatted(business.id()));
    }

    /** The first version answers whatever is concluded of it. */
    private static void train(DemoBusiness business) throws InterruptedException {
        var run = Api.awaitRun(Api.asAdmin()
                .post("/api/v1/offers/organizations/{org_id}/train", business.id())
                .then()
                .statusCode(202)
                .extract()
                .path("id"));
        assertThat(run.getString("totals.version")).as(run.getString("totals")).startsWith("nbo-");
        if (run.getString("totals.version").equals("nbo-1")) {
            Api.asAdmin()
                    .post("/api/v1/offers/organizations/{org_id}/models/1/activate", business.id())
                    .then()
                    .statusCode(200);
        }
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
                if (!((List<?>) offers.get(i).get("offer_scores")).isEmpty()) {
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

    private static double upper(StreamingStatistics earned) {
        return earned.getMean() + margin(earned);
    }

    private static String shown(StreamingStatistics earned) {
        return "%.2f ± %.2f".formatted(earned.getMean(), margin(earned));
    }

    /** The policy of the service, which explores by default. */
    @Test
    void explorationFindsANewOfferThatIsBetterForSome() throws Exception {
        var business = demo.make(EXPLORING, OrgType.ECOMMERCE, 400);
        shorten(business);
        train(business);
        Api.asAdmin()
                .contentType("application/json")
                .body("""
                        {"offer_id": 8, "name": "Repair service", "description": "We mend what you bought from us.",
                         "category": "care", "cost": 8, "margin": 30}""")
                .post("/api/v1/offers/organizations/{org_id}", business.id())
                .then()
                .statusCode(201);
        var at = business.now();
        var shares = new ArrayList<Double>();
        while (shares.size() < MAX_ROUNDS && (shares.isEmpty() || shares.get(shares.size() - 1) < FOUND)) {
            at = at.plus(BETWEEN_ROUNDS);
            shares.add(round(business, at));
        }

        System.out.printf("share of the new offer among those for whom it is best, by rounds: %s%n", shares);
        assertThat(shares.get(0)).isLessThan(FOUND);
        assertThat(shares.get(shares.size() - 1)).isGreaterThanOrEqualTo(FOUND);
    }

    /** Decides for everybody, has them answer and learns from it; yields the share of the new offer. */
    private double round(DemoBusiness business, Instant at) throws Exception {
        letAcceptAgain(business);
        history.play(business.id(), at, new SplittableRandom(at.getEpochSecond()), business::accepts)
                .await()
                .atMost(Duration.ofMinutes(1));
        train(business);
        return share(business, at);
    }

    /** The share of the new offer in the decisions about those for whom it is the best of several. */
    private static double share(DemoBusiness business, Instant at) throws SQLException {
        var costs = costs(business);
        var made = 0.0;
        var all = 0.0;
        try (var owner = Database.asOwner();
                var statement = owner.prepareStatement("""
                        select c.external_id, d.eligible, d.offer_id, d.value
                        from offer_decisions d
                        join customers c on c.organization_id = d.organization_id and c.customer_id = d.customer_id
                        where d.organization_id = ? and d.decided_at = ?::timestamptz and 8 = any (d.eligible)
                            and cardinality(d.eligible) > 1""")) {
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
                    all += best == NEW ? 1 : 0;
                    made += best == NEW && rows.getInt(3) == NEW ? 1 : 0;
                }
            }
        }
        assertThat(all).isGreaterThan(50);
        return made / all;
    }
}
