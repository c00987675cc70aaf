package io.perennial.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;

/**
 * An invented customer. A latent churn score decides how the customer's activity develops: a healthy one keeps the pace, one
 * at risk slows down some weeks ago, and one who is nearly gone has stopped. The score is spread as in life: 45 % low, 30 %
 * medium, 18 % high, 7 % critical. How much a customer buys is a trait of its own, so that there are valuable customers who
 * leave and cheap ones who stay.
 *
 * @param externalId such as {@code CUST_00042}
 * @param churnScore 0..1, what a perfect model would say
 */
record DemoCustomer(
        Industry industry, String externalId, String name, Instant registeredAt, double churnScore, Pace pace) {

    /** When a customer does things, and how that changed: at {@code slackenedAt} the pace became {@code remaining}. */
    record Pace(double purchasesPerMonth, double amountFactor, Instant slackenedAt, double remaining) {

        double at(Instant instant) {
            return instant.isBefore(slackenedAt) ? 1 : remaining;
        }
    }

    /** Something a customer bought. */
    record Purchase(Instant at, double amount, Industry.Product product, double discount) {}

    /** Something else a customer did. */
    record Activity(Instant at, String eventType) {}

    private static final List<String> FIRST_NAMES = List.of(
            "Ada", "Bela", "Chidi", "Dara", "Elif", "Farid", "Greta", "Hana", "Ivo", "Jun", "Kaia", "Luca", "Mina",
            "Noor", "Olga", "Pia", "Quinn", "Rosa", "Sami", "Tove", "Uma", "Vera", "Wim", "Yara", "Zeno");
    private static final List<String> LAST_NAMES = List.of(
            "Almeida",
            "Bauer",
            "Castro",
            "Dahl",
            "Eriksen",
            "Fontaine",
            "Garcia",
            "Horvat",
            "Ito",
            "Jansen",
            "Kowalski",
            "Lindqvist",
            "Moreau",
            "Novak",
            "Okafor",
            "Petrov",
            "Quist",
            "Rossi",
            "Silva",
            "Tanaka",
            "Ueda",
            "Varga",
            "Weber",
            "Yilmaz",
            "Zimmer");

    private static final double DAYS_OF_A_MONTH = 30;
    private static final int HISTORY_DAYS = 540;
    private static final int EVENT_DAYS = 120;

    /**
     * Invents a customer.
     *
     * @param number from 1; with the seed it decides everything
     * @param now the present of the demo
     */
    static DemoCustomer invent(Industry industry, long seed, int number, Instant now) {
        var random = random(industry, seed, number, 0);
        var churnScore = churnScore(random);
        var name = pick(FIRST_NAMES, random) + " " + pick(LAST_NAMES, random);
        // Who has just come has not had the time to become unhappy.
        var tenure = churnScore < 0.5 && random.nextInt(6) == 0
                ? 5 + random.nextInt(40)
                : 200 + random.nextInt(HISTORY_DAYS - 200);
        return new DemoCustomer(
                industry,
                "CUST_%05d".formatted(number),
                name,
                now.minus(Duration.ofHours(tenure * 24L + random.nextInt(24))),
                churnScore,
                pace(industry, churnScore, now, random));
    }

    private static double churnScore(SplittableRandom random) {
        var share = random.nextDouble();
        if (share < 0.45) {
            return random.nextDouble(0, 0.3);
        }
        if (share < 0.75) {
            return random.nextDouble(0.3, 0.5);
        }
        return share < 0.93 ? random.nextDouble(0.5, 0.7) : random.nextDouble(0.7, 1);
    }

    private static Pace pace(Industry industry, double churnScore, Instant now, SplittableRandom random) {
        var keenness = Math.exp(0.7 * gaussian(random) + 0.9 * (0.35 - churnScore));
        var amountFactor = Math.exp(0.6 * gaussian(random) + 0.4 * (0.35 - churnScore));
        var slackenedDaysAgo = 20 + (int) (churnScore * 160) + random.nextInt(30);
        var remaining = churnScore >= 0.7 ? 0.0 : Math.max(0, 1.15 - 1.5 * churnScore);
        return new Pace(
                industry.purchasesPerMonth() * keenness,
                amountFactor,
                now.minus(Duration.ofDays(slackenedDaysAgo)),
                remaining);
    }

    /** Everything the customer bought up to now, in the order of time. The first purchase comes with the registration. */
    List<Purchase> purchases(long seed, Instant now) {
        var random = random(industry, seed, number(), 1);
        var purchases = new ArrayList<Purchase>();
        purchases.add(purchase(registeredAt, random));
        for (var at : occurrences(registeredAt, now, pace.purchasesPerMonth(), false, random)) {
            purchases.add(purchase(at, random));
        }
        return purchases;
    }

    private Purchase purchase(Instant at, SplittableRandom random) {
        var amount = industry.medianAmount() * pace.amountFactor() * Math.exp(0.5 * gaussian(random));
        var discount = random.nextInt(5) == 0 ? amount * 0.1 : 0;
        return new Purchase(at, amount - discount, pick(industry.products(), random), discount);
    }

    /** What else the customer did in the last months. */
    List<Activity> activities(long seed, Instant now) {
        var random = random(industry, seed, number(), 2);
        var from = max(registeredAt, now.minus(Duration.ofDays(EVENT_DAYS)));
        var activities = new ArrayList<Activity>();
        for (var habit : industry.habits()) {
            var perMonth = habit.ofDiscontent() ? habit.perMonth() * (0.3 + 3 * churnScore) : habit.perMonth();
            for (var at : occurrences(from, now, perMonth, habit.ofDiscontent(), random)) {
                activities.add(new Activity(at, habit.eventType()));
            }
        }
        return activities;
    }

    /** A Poisson process whose rate falls when the pace does, by thinning. */
    private List<Instant> occurrences(
            Instant from, Instant until, double perMonth, boolean regardlessOfPace, SplittableRandom random) {
        var occurrences = new ArrayList<Instant>();
        var at = from;
        while (true) {
            var days = -Math.log(1 - random.nextDouble()) * DAYS_OF_A_MONTH / perMonth;
            at = at.plusSeconds(Math.max(60, Math.round(days * 86_400)));
            if (!at.isBefore(until)) {
                return occurrences;
            }
            if (regardlessOfPace || random.nextDouble() < pace.at(at)) {
                occurrences.add(at);
            }
        }
    }

    private int number() {
        return Integer.parseInt(externalId.substring("CUST_".length()));
    }

    /** A stream of chance for each purpose, so that none disturbs another. */
    private static SplittableRandom random(Industry industry, long seed, int number, int purpose) {
        return new SplittableRandom(((seed * 31 + industry.type().ordinal()) * 1_000_003 + number) * 7 + purpose);
    }

    private static double gaussian(SplittableRandom random) {
        return DoubleStream.generate(random::nextDouble).limit(12).sum() - 6;
    }

    private static <T> T pick(List<T> choices, SplittableRandom random) {
        return choices.get(random.nextInt(choices.size()));
    }

    private static Instant max(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}
