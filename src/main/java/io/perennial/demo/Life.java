package io.perennial.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How a customer fares over the months: what befalls them, when that makes them unhappy, and how it ends. An unhappy customer
 * declines over 40 to 120 days and then leaves, stays with less, or recovers; some leave without warning. The chance of
 * becoming unhappy depends on traits that show in what the customer does (a lively one is content longer) and on what
 * happens to them (bad service, failed payments, higher prices), so that it can be learned, but not to certainty.
 *
 * <p>Time is in days from the beginning of the history; the present is {@link #TODAY}.
 *
 * @param joined before 0 for who was there before the history began
 * @param left {@link Double#POSITIVE_INFINITY} for who is still there
 * @param spells of unhappiness, in the order of time
 * @param incidents in the order of time
 * @param hazard of becoming unhappy now, per day
 * @param silentHazard of leaving without warning, per day
 */
record Life(
        double joined, double left, List<Spell> spells, List<Incident> incidents, double hazard, double silentHazard) {

    /** How long the history is, which is also the present: 18 months. */
    static final double TODAY = 540;

    /** When everybody's prices went up. */
    static final double[] PRICE_RISES = {200, 430};

    private static final double STEP = 7;

    /** The lives of old customers begin a little before the history, so that some are unhappy when it does; nobody left. */
    private static final double WARM_UP = 150;

    private static final double SHORTEST_DECLINE = 40;
    private static final double LONGEST_DECLINE = 120;
    private static final double LEAVING_SHARE = 0.75;
    private static final double STAYING_SHARE = 0.1;
    private static final double DAYS_TO_RECOVER = 30;
    private static final double CONTENT_WITH_LESS = 0.65;
    private static final double DAYS_TO_FORGET = 45;

    /** Hazard of leaving without warning, as a share of the hazard of becoming unhappy. */
    private static final double SILENT_SHARE = 0.05;

    /** How a time of unhappiness ends. */
    enum Outcome {
        LEAVES,
        STAYS_WITH_LESS,
        RECOVERS
    }

    /** A time of unhappiness in which the mood falls from 1 to {@code lowest}. */
    record Spell(double from, double until, double lowest, Outcome outcome) {

        /** The mood during the spell and what remains of it afterwards. */
        double mood(double day) {
            if (day < until) {
                return 1 - (1 - lowest) * Math.pow((day - from) / (until - from), 0.5);
            }
            return switch (outcome) {
                case LEAVES -> 0;
                case STAYS_WITH_LESS -> CONTENT_WITH_LESS;
                case RECOVERS -> Math.min(1, lowest + (1 - lowest) * (day - until) / DAYS_TO_RECOVER);
            };
        }
    }

    /** Something that went wrong. */
    record Incident(double day, Kind kind) {

        enum Kind {
            BAD_SERVICE,
            FAILED_PAYMENT
        }
    }

    /**
     * Lives a life up to the present.
     *
     * @param joined in days of the history
     */
    static Life live(Industry industry, Traits traits, double joined, SplittableRandom random) {
        List<Spell> spells = new ArrayList<>();
        List<Incident> incidents = new ArrayList<>();
        var silentHazard = SILENT_SHARE * industry.discontentPerMonth() / 30 * traits.fragility();
        var irritation = 0.0;
        var hazard = 0.0;
        var left = Double.POSITIVE_INFINITY;
        for (var day = Math.max(joined, -WARM_UP); day < Math.min(left, TODAY); day += STEP) {
            irritation *= Math.exp(-STEP / DAYS_TO_FORGET);
            irritation += befall(traits, day, Math.min(left, TODAY), incidents, random);
            hazard = industry.discontentPerMonth()
                    / 30
                    * traits.fragility()
                    * Math.pow(traits.liveliness(), -1.3)
                    * Math.exp(Math.min(2.5, 1.2 * irritation))
                    * newness(day - joined);
            if (day >= 0 && random.nextDouble() < silentHazard * STEP) {
                left = Math.min(left, day + random.nextDouble(STEP));
            } else if (!isUnhappy(spells, day) && random.nextDouble() < hazard * STEP) {
                var spell = spell(day, random);
                spells.add(spell);
                left = spell.outcome() == Outcome.LEAVES ? spell.until() : left;
            }
        }
        return new Life(
                joined, left < TODAY ? left : Double.POSITIVE_INFINITY, spells, incidents, hazard, silentHazard);
    }

    /** What happens in a step, and how much it irritates. */
    private static double befall(
            Traits traits, double day, double until, List<Incident> incidents, SplittableRandom random) {
        var irritation = 0.0;
        if (random.nextDouble() < traits.badServicePerMonth() * STEP / 30) {
            irritation += befall(Incident.Kind.BAD_SERVICE, day + random.nextDouble(STEP), until, incidents) ? 1.1 : 0;
        }
        if (random.nextDouble() < traits.failedPaymentsPerMonth() * STEP / 30) {
            irritation += befall(Incident.Kind.FAILED_PAYMENT, day + random.nextDouble(STEP), until, incidents) ? 1 : 0;
        }
        for (var rise : PRICE_RISES) {
            irritation += rise >= day && rise < day + STEP ? traits.priceSensitivity() : 0;
        }
        return irritation;
    }

    private static boolean befall(Incident.Kind kind, double day, double until, List<Incident> incidents) {
        return day >= 0 && day < until && incidents.add(new Incident(day, kind));
    }

    /** Who has just come gives it a chance; who is not settled yet leaves more easily. */
    private static double newness(double tenure) {
        if (tenure < 30) {
            return 0.4;
        }
        return tenure < 150 ? 1.4 : 1;
    }

    private static boolean isUnhappy(List<Spell> spells, double day) {
        return !spells.isEmpty() && day < spells.get(spells.size() - 1).until();
    }

    private static Spell spell(double day, SplittableRandom random) {
        var longer = Math.max(random.nextDouble(), random.nextDouble());
        var until = day + SHORTEST_DECLINE + longer * (LONGEST_DECLINE - SHORTEST_DECLINE);
        var lowest = random.nextDouble(0.05, 0.25);
        var share = random.nextDouble();
        if (share < LEAVING_SHARE && until > STEP) {
            return new Spell(day, until, lowest, Outcome.LEAVES);
        }
        return new Spell(day, until, lowest, share < 1 - STAYING_SHARE ? Outcome.RECOVERS : Outcome.STAYS_WITH_LESS);
    }

    /** How happy the customer is, 0..1; 1 until something makes them unhappy. Meaningless after they left. */
    double mood(double day) {
        for (var i = spells.size() - 1; i >= 0; i--) {
            if (spells.get(i).from() <= day) {
                return spells.get(i).mood(day);
            }
        }
        return 1;
    }

    /** The end of what is told: when the customer left, or the present. */
    double end() {
        return Math.min(left, TODAY);
    }

    boolean hasLeft() {
        return left < TODAY;
    }

    /** Whether something went wrong in the 30 days before. */
    boolean isIrritated(double day) {
        return incidents.stream().anyMatch(incident -> incident.day() <= day && incident.day() > day - 30);
    }

    /**
     * The probability of leaving within some days from now, 0..1, for one who knows the hazards and how long the customer has
     * been unhappy, but not how that ends: 1 for who has left.
     *
     * <p>An unhappy customer leaves with the {@link #LEAVING_SHARE}, at an end of the decline that is spread evenly over what
     * is left of its 40 to 120 days. A content one has to become unhappy first, and early enough.
     */
    double probabilityOfLeaving(int days) {
        if (hasLeft()) {
            return 1;
        }
        var silent = 1 - Math.exp(-silentHazard * days);
        var spell = spells.isEmpty() ? null : spells.get(spells.size() - 1);
        double declining;
        if (spell != null && spell.until() > TODAY) {
            var elapsed = TODAY - spell.from();
            var earliest = Math.max(SHORTEST_DECLINE, elapsed);
            var ended = (Math.min(LONGEST_DECLINE, elapsed + days) - earliest) / (LONGEST_DECLINE - earliest);
            declining = LEAVING_SHARE * Math.max(0, ended);
        } else {
            var meanDecline = (SHORTEST_DECLINE + LONGEST_DECLINE) / 2;
            declining = LEAVING_SHARE * (1 - Math.exp(-hazard * Math.max(0, days - meanDecline)));
        }
        return 1 - (1 - silent) * (1 - declining);
    }
}
