package io.perennial.insight.lifecycle;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The decision of a customer's stage: the first rule that holds says it, and the last one always holds, so that everybody has
 * a stage and only one.
 *
 * <p>The order has its reasons. What has happened outranks what is predicted: somebody who has left is not about to leave, and
 * the churn model has nothing to say of them, so leaving is asked for before the churn probability. A customer has left when
 * they cancelled and bought nothing since, or bought nothing for longer than the churn horizon of the organization. Whoever
 * never bought cannot stay away from buying and has left by a cancellation only. A leaver is worth winning back while that is
 * fresh, up to two horizons, and if they ever paid anything. The churn probability comes next, because keeping a customer
 * who is about to leave is more urgent than welcoming or growing them; so a prospect whom nothing moves any more ends there
 * too. Only then the age of the relationship counts, and among the established ones whether it grows.
 *
 * <p>Growth compares the last 30 days with the 30 before. At least a quarter more is growth where there was something before,
 * because for who buys every 45 days every other month begins with nothing; activity needs five events before, so that one
 * login more is no growth, and spending that does not fall, so that somebody who complains ever more is none. The first half
 * year of a customer forgives: there any growth of spending counts.
 */
enum StageRule {
    LEFT_RECENTLY(
            Stage.WIN_BACK,
            "left_days <= 2 * churn_horizon_days and monetary > 0",
            "Cancelled, or bought nothing for longer than the churn horizon, at most two horizons ago"),
    LEFT(
            Stage.CHURN,
            "left_days is not null",
            "Left more than two churn horizons ago, or without ever having paid anything"),
    ABOUT_TO_LEAVE(
            Stage.CHURN,
            "churn_probability > " + StageRule.CRITICAL_ABOVE,
            "Has not left, but the churn probability is above " + StageRule.CRITICAL_ABOVE),
    NOTHING_BOUGHT(Stage.ACQUISITION, "frequency = 0", "Has not bought anything yet"),
    BOUGHT_ONCE(Stage.ONBOARDING, "frequency < 2", "Has bought only once"),
    BOUGHT_RECENTLY(
            Stage.ONBOARDING,
            "days_since_first_purchase < " + StageRule.ONBOARDING_DAYS,
            "Bought for the first time less than " + StageRule.ONBOARDING_DAYS + " days ago"),
    SPENDS_MORE(
            Stage.GROWTH,
            "amount_previous_30d > 0 and amount_30d >= 1.25 * amount_previous_30d",
            "Spent at least a quarter more in the last 30 days than in the 30 before"),
    DOES_MORE(
            Stage.GROWTH,
            "events_previous_30d >= 5 and events_30d >= 1.25 * events_previous_30d and amount_30d >= amount_previous_30d",
            "Was active at least a quarter more in the last 30 days than in the 30 before, and spent no less"),
    YOUNG_AND_GROWING(
            Stage.GROWTH,
            "days_since_first_purchase < " + StageRule.YOUNG_DAYS + " and amount_30d > amount_previous_30d",
            "Bought for the first time less than " + StageRule.YOUNG_DAYS
                    + " days ago and spent more in the last 30 days than in the 30 before"),
    STEADY(Stage.RETENTION, "true", "Buys, and shows neither growth nor signs of leaving");

    /** A churn probability above it says that the customer is about to leave. */
    private static final String CRITICAL_ABOVE = "0.7";

    private static final int ONBOARDING_DAYS = 60;
    private static final int YOUNG_DAYS = 180;

    private final Stage stage;
    private final String condition;
    private final String explanation;

    StageRule(Stage stage, String condition, String explanation) {
        this.stage = stage;
        this.condition = condition;
        this.explanation = explanation;
    }

    Stage stage() {
        return stage;
    }

    /** Why, for people. */
    String explanation() {
        return explanation;
    }

    /** The ordinal of the first rule that holds, as an SQL expression over {@link StageStep}'s facts. */
    static String decision() {
        return Arrays.stream(values())
                .map(rule -> "when %s then %d".formatted(rule.condition, rule.ordinal()))
                .collect(Collectors.joining("\n    ", "case\n    ", "\nend"));
    }
}
