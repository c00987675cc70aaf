package io.perennial.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An invented customer and everything that is known of them. Their {@link Traits} and their {@link Life} decide it: the mood
 * of the day sets the pace of purchases and habits, the grades they give, and the tone of what they write. Nobody but the
 * demo knows traits and life; what is uploaded is what follows from them.
 *
 * @param number from 1
 * @param now the present of the demo
 */
record DemoCustomer(Industry industry, long seed, int number, String name, Traits traits, Life life, Instant now) {

    /** Something a customer bought, or tried to, or got their money back for. */
    record Purchase(Instant at, double amount, Industry.Product product, double discount, String status) {

        static final String COMPLETED = "completed";
        static final String FAILED = "failed";
        static final String REFUNDED = "refunded";
    }

    /**
     * Something else a customer did, or that was done to them.
     *
     * @param value null for an event without
     * @param text what the customer wrote; null for an event without
     * @param campaign null for an event that belongs to none
     */
    record Activity(Instant at, String eventType, Integer value, String text, String campaign) {

        static Activity of(Instant at, String eventType) {
            return new Activity(at, eventType, null, null, null);
        }
    }

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

    private static final List<String> CAMPAIGNS =
            List.of("spring offer", "loyalty bonus", "bring a friend", "try more");

    private static final double DAYS_OF_A_MONTH = 30;
    private static final double EMAILS_PER_MONTH = 0.5;
    private static final double CAMPAIGNS_PER_MONTH = 0.25;

    /** How many times as often things go wrong for who is as unhappy as can be. */
    private static final double MOST_TROUBLE = 7;

    /** For how long a business writes to who does not come any more. */
    private static final double WRITES_FOR_DAYS = 60;

    /** When who is gone cancels, in days after the last sign of life. */
    private static final double FIRST_FAREWELL = 20;

    private static final double LAST_FAREWELL = 50;

    /** How far the pace is looked ahead when a purchase is due, in days. */
    private static final double STRIDE = 3;

    private static final double PRICE_RISE = 1.06;

    /**
     * Invents a customer.
     *
     * @param number from 1; with the seed it decides everything
     * @param now the present of the demo
     */
    static DemoCustomer invent(Industry industry, long seed, int number, Instant now) {
        var random = random(industry, seed, number, 0);
        var name = pick(FIRST_NAMES, random) + " " + pick(LAST_NAMES, random);
        var traits = Traits.of(random);
        var life = Life.live(industry, traits, joined(random), random);
        return new DemoCustomer(industry, seed, number, name, traits, life, now);
    }

    /** What the organization calls a customer, such as {@code CUST_00042}. */
    static String externalId(int number) {
        return "CUST_%05d".formatted(number);
    }

    String externalId() {
        return externalId(number);
    }

    /** Some were there before the history began; the others came in growing numbers. In days of the history. */
    private static double joined(SplittableRandom random) {
        return random.nextDouble() < 0.15
                ? -random.nextDouble(900)
                : (Life.TODAY - 1) * Math.pow(random.nextDouble(), 0.7);
    }

    Instant registeredAt() {
        return instant(life.joined());
    }

    /**
     * Everything the customer bought up to now, in the order of time; never empty. The first purchase comes with the
     * registration, unless that was before the history.
     */
    List<Purchase> purchases() {
        var random = random(2);
        var purchases = new ArrayList<Purchase>();
        var basket = new Basket(industry, traits, random);
        for (var day : purchaseDays(random)) {
            var discontent = 1 - life.mood(day);
            var product = basket.next(1 - discontent);
            var full = price(product, day) * Math.exp(0.2 * random.nextGaussian());
            var discount = random.nextInt(5) == 0 ? full * 0.1 : 0;
            purchases.add(new Purchase(instant(day), full - discount, product, discount, Purchase.COMPLETED));
            var otherDay = day + random.nextDouble(1, 12);
            if (random.nextDouble() < 0.015 + 0.07 * discontent && otherDay < life.end()) {
                purchases.add(new Purchase(instant(otherDay), full - discount, product, 0, Purchase.REFUNDED));
            } else if (random.nextDouble() < 0.12 * discontent && otherDay < life.end()) {
                purchases.add(new Purchase(instant(otherDay), full, product, 0, Purchase.FAILED));
            }
        }
        for (var incident : life.incidents()) {
            if (incident.kind() == Life.Incident.Kind.FAILED_PAYMENT) {
                var day = incident.day();
                purchases.add(
                        new Purchase(instant(day), price(basket.usual(), day), basket.usual(), 0, Purchase.FAILED));
            }
        }
        purchases.sort(Comparator.comparing(Purchase::at));
        return purchases;
    }

    private double price(Industry.Product product, double day) {
        return product.price() * industry.medianAmount() * traits.spending() * priceLevel(day);
    }

    /** A renewal process whose pace follows the mood. The gaps are gamma distributed, the more alike the more regular. */
    private List<Double> purchaseDays(SplittableRandom random) {
        var days = new ArrayList<Double>();
        var perDay = industry.purchasesPerMonth() * traits.keenness() / DAYS_OF_A_MONTH;
        var day = life.joined();
        if (day >= 0) {
            days.add(day);
        } else {
            day = Math.min(random.nextDouble() / perDay, life.end() / 2);
            days.add(day);
        }
        var due = gap(random);
        while (day < life.end()) {
            var pace = perDay * Math.max(0.05, life.mood(day));
            if (due > pace * STRIDE) {
                due -= pace * STRIDE;
                day += STRIDE;
                continue;
            }
            day += Math.max(0.01, due / pace);
            if (day < life.end()) {
                days.add(day);
            }
            due = gap(random);
        }
        return days;
    }

    private double gap(SplittableRandom random) {
        var sum = 0.0;
        for (var i = 0; i < industry.regularity(); i++) {
            sum += random.nextExponential();
        }
        return sum / industry.regularity();
    }

    /** Orders customers by how likely they are to be gone within the churn horizon, those who left long ago being the last. */
    double risk() {
        return life.hasLeft() ? 1 + Life.TODAY - life.left() : life.probabilityOfLeaving(industry.churnHorizonDays());
    }

    /** Whether they have agreed to be written to about offers: more of those who read what they get. */
    boolean consentsToMarketing() {
        return traits.openness() > 0.4;
    }

    /** Where the chance of what nothing explains begins. */
    long whim() {
        return random(5).nextLong();
    }

    /** The day of the history that an instant is in, with its fraction. */
    double day(Instant at) {
        return Life.TODAY - Duration.between(at, now).toSeconds() / 86_400.0;
    }

    /** The number of the customer that the organization calls so: see {@link #externalId(int)}. */
    static int number(String externalId) {
        return Integer.parseInt(externalId.substring("CUST_".length()));
    }

    private static double priceLevel(double day) {
        var level = 1.0;
        for (var rise : Life.PRICE_RISES) {
            level *= day >= rise ? PRICE_RISE : 1;
        }
        return level;
    }

    /** What else the customer did and what was done to them in the history, in no order. */
    List<Activity> activities() {
        var random = random(3);
        var activities = new ArrayList<Activity>();
        for (var habit : industry.allHabits()) {
            for (var day : occurrences(habit, random)) {
                activities.add(activity(habit.eventType(), day, random));
            }
        }
        for (var incident : life.incidents()) {
            var toldAt = incident.day() + random.nextDouble(3);
            if (incident.kind() == Life.Incident.Kind.BAD_SERVICE && toldAt < life.end()) {
                activities.add(activity(random.nextInt(3) == 0 ? "complaint" : "support_ticket", toldAt, random));
            }
        }
        for (var rise : Life.PRICE_RISES) {
            if (life.joined() < rise && rise < life.end()) {
                activities.add(new Activity(instant(rise), "price_increase", 6, null, null));
            }
        }
        if (industry.farewell() != null && farewellDay() < Life.TODAY) {
            activities.add(Activity.of(instant(farewellDay()), industry.farewell()));
        }
        correspond(activities, random);
        return activities;
    }

    /** Who leaves stays away first and cancels later; in days of the history. */
    private double farewellDay() {
        return life.left() + random(4).nextDouble(FIRST_FAREWELL, LAST_FAREWELL);
    }

    /** A Poisson process whose rate follows the mood, by thinning. */
    private List<Double> occurrences(Industry.Habit habit, SplittableRandom random) {
        var days = new ArrayList<Double>();
        var highest = habit.ofDiscontent() ? MOST_TROUBLE : traits.liveliness();
        var day = Math.max(0, life.joined());
        while (true) {
            day += random.nextExponential() * DAYS_OF_A_MONTH / (habit.perMonth() * highest);
            if (day >= life.end()) {
                return days;
            }
            if (random.nextDouble() < share(habit, life.mood(day))) {
                days.add(day);
            }
        }
    }

    /** The share of its highest rate that a habit has in a mood. */
    private static double share(Industry.Habit habit, double mood) {
        if (habit.ofDiscontent()) {
            return (MOST_TROUBLE - (MOST_TROUBLE - 1) * mood) / MOST_TROUBLE;
        }
        return Industry.COMMON_HABITS.contains(habit) ? 0.6 + 0.4 * mood : Math.pow(mood, 1.5);
    }

    private Activity activity(String eventType, double day, SplittableRandom random) {
        var at = instant(day);
        var mood = life.mood(day);
        return switch (eventType) {
            case "survey", "milestone_reached" -> new Activity(at, eventType, grade(day, random), null, null);
            case "data_session" -> new Activity(at, eventType, random.nextInt(50, 800), null, null);
            case "plan_utilization" ->
                new Activity(at, eventType, (int) (100 * mood * random.nextDouble()), null, null);
            case "payment_late" -> new Activity(at, eventType, random.nextInt(3, 20), null, null);
            case "emergency_call" -> new Activity(at, eventType, random.nextInt(30, 240), null, null);
            case "nps" -> new Activity(at, eventType, recommendation(grade(day, random), random), null, null);
            case "review" -> {
                var grade = grade(day, random);
                yield new Activity(at, eventType, grade, Phrases.review(grade, product(random), random), null);
            }
            case "support_ticket", "complaint", "billing_complaint" -> {
                var anger = (eventType.equals("support_ticket") ? 0.1 : 0.6)
                        + 0.9 * (1 - mood)
                        + (life.isIrritated(day) ? 0.4 : 0);
                yield new Activity(at, eventType, null, Phrases.ticket(anger, product(random), random), null);
            }
            default -> Activity.of(at, eventType);
        };
    }

    private String product(SplittableRandom random) {
        return pick(industry.products(), random).name();
    }

    /** A grade from 1 to 5. */
    private int grade(double day, SplittableRandom random) {
        var opinion = 4.3
                + traits.sunniness()
                - 2.6 * (1 - life.mood(day))
                - (life.isIrritated(day) ? 0.8 : 0)
                + 0.6 * random.nextGaussian();
        return (int) Math.max(1, Math.min(5, Math.round(opinion)));
    }

    /** From 0 to 10, in line with a grade. */
    private static int recommendation(int grade, SplittableRandom random) {
        return (int) Math.max(0, Math.min(10, Math.round((grade - 1) * 2.3 + random.nextGaussian())));
    }

    /** E-mails and campaigns, which go on after the customer is gone until there is a farewell, or for a while. */
    private void correspond(List<Activity> activities, SplittableRandom random) {
        var end = Math.min(Life.TODAY, industry.farewell() == null ? life.left() + WRITES_FOR_DAYS : farewellDay());
        for (var day : sendings(EMAILS_PER_MONTH, end, random)) {
            activities.add(Activity.of(instant(day), "email_sent"));
            var openedAt = day + random.nextExponential() * 0.7;
            if (random.nextDouble() < traits.openness() * attention(openedAt) && openedAt < life.end()) {
                activities.add(Activity.of(instant(openedAt), "email_opened"));
                if (random.nextDouble() < 0.3 * attention(openedAt)) {
                    activities.add(Activity.of(instant(openedAt), "email_clicked"));
                }
            }
        }
        for (var day : sendings(CAMPAIGNS_PER_MONTH, end, random)) {
            var campaign = pick(CAMPAIGNS, random);
            activities.add(new Activity(instant(day), "campaign_sent", null, null, campaign));
            var answeredAt = day + random.nextExponential() * 3;
            if (random.nextDouble() < traits.responsiveness() * attention(answeredAt) && answeredAt < life.end()) {
                activities.add(new Activity(instant(answeredAt), "campaign_response", null, null, campaign));
            }
        }
    }

    private double attention(double day) {
        return Math.pow(life.mood(day), 1.5);
    }

    private List<Double> sendings(double perMonth, double end, SplittableRandom random) {
        var days = new ArrayList<Double>();
        var day = Math.max(0, life.joined()) + random.nextDouble() * DAYS_OF_A_MONTH / perMonth;
        while (day < end) {
            days.add(day);
            day += DAYS_OF_A_MONTH / perMonth * random.nextDouble(0.7, 1.3);
        }
        return days;
    }

    private Instant instant(double day) {
        var seconds = Math.round((Life.TODAY - day) * 86_400);
        return now.minus(Math.max(1, seconds), ChronoUnit.SECONDS);
    }

    private SplittableRandom random(int purpose) {
        return random(industry, seed, number, purpose);
    }

    /** A stream of chance for each purpose, so that none disturbs another. */
    private static SplittableRandom random(Industry industry, long seed, int number, int purpose) {
        return new SplittableRandom(((seed * 31 + industry.type().ordinal()) * 1_000_003 + number) * 7 + purpose);
    }

    private static <T> T pick(List<T> choices, SplittableRandom random) {
        return choices.get(random.nextInt(choices.size()));
    }
}
