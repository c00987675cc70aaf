package io.perennial.recovery.risk;

import java.util.Locale;
import java.util.function.Function;

/**
 * Something that makes it likelier that a customer leaves. Within its part, a factor counts with its weight; together the
 * factors of a part count up to 1.
 */
enum RiskFactor {
    FAILED_PAYMENT_ATTEMPTS(
            RiskPart.PAYMENT,
            1,
            "Failed attempts to collect a payment in the last three months; four are as bad as it gets",
            facts -> (double) facts.failedAttempts(),
            facts -> facts.failedAttempts() / 4.0,
            facts -> "%s to collect a payment failed in the last three months"
                    .formatted(count(facts.failedAttempts(), "attempt"))),
    CANCELLATION_REQUEST(
            RiskPart.PAYMENT,
            0.8,
            "Whether the customer has cancelled in the last 30 days, or has a subscription that will not renew",
            facts -> facts.cancelled() ? 1.0 : 0,
            facts -> facts.cancelled() ? 1 : 0,
            facts -> facts.cancelled() ? "Has cancelled" : "Has not cancelled"),
    PAYMENT_METHOD_EXPIRATION(
            RiskPart.PAYMENT,
            0.5,
            "Days until the last payment method expires; bad from 30 down, as bad as it gets from 0",
            RiskFacts::daysToExpiry,
            facts -> 1 - facts.daysToExpiry() / 30,
            facts -> facts.daysToExpiry() <= 0
                    ? "The payment method has expired"
                    : "The payment method expires in %s"
                            .formatted(count((int) Math.ceil(facts.daysToExpiry()), "day"))),
    BILLING_ADDRESS_CHANGES(
            RiskPart.PAYMENT,
            0.2,
            "Changes of the billing address in the last 90 days; two are as bad as it gets",
            facts -> (double) facts.addressChanges(),
            facts -> facts.addressChanges() / 2.0,
            facts -> "The billing address changed %s in 90 days".formatted(times(facts.addressChanges()))),
    REDUCED_FEATURE_USAGE(
            RiskPart.BEHAVIORAL,
            0.4,
            "By how much the use of features fell from the last-but-one to the last 30 days",
            facts -> fall(facts.featureUses(), facts.featureUsesBefore()),
            facts -> fall(facts.featureUses(), facts.featureUsesBefore()),
            facts -> "Used features %s in the last 30 days, after %s in the 30 before"
                    .formatted(times(facts.featureUses()), times(facts.featureUsesBefore()))),
    SUPPORT_TICKET_INCREASE(
            RiskPart.BEHAVIORAL,
            0.3,
            "How many more support tickets there were in the last 30 days than in the 30 before; three are as bad as it gets",
            facts -> (double) facts.tickets() - facts.ticketsBefore(),
            facts -> (facts.tickets() - facts.ticketsBefore()) / 3.0,
            facts -> "%s in the last 30 days, after %d in the 30 before"
                    .formatted(count(facts.tickets(), "support ticket"), facts.ticketsBefore())),
    LOGIN_FREQUENCY_DECREASE(
            RiskPart.BEHAVIORAL,
            0.4,
            "By how much logins fell from the last-but-one to the last 30 days",
            facts -> fall(facts.logins(), facts.loginsBefore()),
            facts -> fall(facts.logins(), facts.loginsBefore()),
            facts -> "Logged in %s in the last 30 days, after %s in the 30 before"
                    .formatted(times(facts.logins()), times(facts.loginsBefore()))),
    FEATURE_DOWNGRADE_REQUESTS(
            RiskPart.BEHAVIORAL,
            0.4,
            "Whether a lesser plan was asked for or taken in the last 90 days",
            facts -> (double) facts.downgrades(),
            facts -> facts.downgrades() > 0 ? 1 : 0,
            facts -> "Asked for or took a lesser plan %s in 90 days".formatted(times(facts.downgrades()))),
    ACCOUNT_AGE(
            RiskPart.ACCOUNT,
            0.3,
            "Complete months as a customer; as bad as it gets at the start, half as bad every six months",
            facts -> (double) facts.months(),
            facts -> Math.pow(2, -facts.months() / 6.0),
            facts -> "A customer for %s".formatted(count(facts.months(), "complete month"))),
    PAYMENT_RELIABILITY(
            RiskPart.ACCOUNT,
            0.3,
            "Share of the payments of the last twelve months that succeeded; a half or less is as bad as it gets",
            RiskFacts::reliability,
            facts -> 2 * (1 - facts.reliability()),
            facts ->
                    "%.0f %% of the payments of the last twelve months succeeded".formatted(100 * facts.reliability())),
    CUSTOMER_LIFETIME_VALUE(
            RiskPart.ACCOUNT,
            0.2,
            "Percentile of the predicted lifetime value; 0 is as bad as it gets",
            RiskFacts::valuePercentile,
            facts -> 1 - facts.valuePercentile() / 100,
            facts -> "Expected to be worth more than %.0f %% of the customers".formatted(facts.valuePercentile())),
    SUPPORT_INTERACTION_PATTERNS(
            RiskPart.ACCOUNT,
            0.2,
            "Complaints of the last 90 days, of which three are as bad as it gets, or how negative messages sounded",
            facts -> (double) facts.complaints(),
            facts -> Math.max(facts.complaints() / 3.0, facts.sentiment() == null ? 0 : -facts.sentiment()),
            facts -> "%s in 90 days%s".formatted(count(facts.complaints(), "complaint"), tone(facts.sentiment())));

    private final RiskPart part;
    private final double weight;
    private final String meaning;
    private final Function<RiskFacts, Double> measure;
    private final Function<RiskFacts, Double> risk;
    private final Function<RiskFacts, String> words;

    RiskFactor(
            RiskPart part,
            double weight,
            String meaning,
            Function<RiskFacts, Double> measure,
            ToRisk risk,
            Function<RiskFacts, String> words) {
        this.part = part;
        this.weight = weight;
        this.meaning = meaning;
        this.measure = measure;
        this.risk = facts -> Math.max(0, Math.min(1, risk.of(facts)));
        this.words = words;
    }

    /** How bad it is, where anything is known; what lies outside of 0..1 counts as the nearer end. */
    @FunctionalInterface
    private interface ToRisk {
        double of(RiskFacts facts);
    }

    RiskPart part() {
        return part;
    }

    double weight() {
        return weight;
    }

    /** What is measured, and when it is bad. */
    String meaning() {
        return meaning;
    }

    /** As the API writes it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What was measured; null when nothing is known. */
    Double measure(RiskFacts facts) {
        return measure.apply(facts);
    }

    /** How bad it is, 0..1; 0 when nothing is known. */
    double risk(RiskFacts facts) {
        return measure(facts) == null ? 0 : risk.apply(facts);
    }

    /** What was measured, for people. */
    String words(RiskFacts facts) {
        return measure(facts) == null ? "Not known" : words.apply(facts);
    }

    /** 1 when nothing happens any more, 0 when as much happens as before or more; null without anything before. */
    private static Double fall(int now, int before) {
        return before == 0 ? null : Math.max(0, 1 - (double) now / before);
    }

    private static String count(int number, String what) {
        return number == 1 ? "1 " + what : "%d %ss".formatted(number, what);
    }

    private static String times(int number) {
        return number == 1 ? "once" : number + " times";
    }

    private static String tone(Double sentiment) {
        if (sentiment == null) {
            return "";
        }
        return sentiment < 0 ? ", and messages that sound negative" : ", and messages that sound friendly";
    }
}
