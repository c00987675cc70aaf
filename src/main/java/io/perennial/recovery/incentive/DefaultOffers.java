package io.perennial.recovery.incentive;

import static io.perennial.recovery.billing.BillingSegment.AT_RISK;
import static io.perennial.recovery.billing.BillingSegment.HIGH_VALUE;
import static io.perennial.recovery.billing.BillingSegment.MID_VALUE;
import static io.perennial.recovery.billing.BillingSegment.STANDARD;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

import io.perennial.recovery.billing.PriorityLevel;

/**
 * The retention offers that every organization begins with. What is given are the first and the last figures of each segment's
 * range and, for discounts of high-value customers, those of the third stage. A stage between two given ones lies on the
 * straight line between them, rounded down: discounts to a multiple of five per cent, everything else to a whole number.
 * Payment plans begin with the third stage.
 */
final class DefaultOffers {

    private static final int VALIDITY_DAYS = 14;
    private static final int PERCENT_STEP = 5;
    private static final int MIDDLE = 3;
    private static final int LAST = DunningStage.values().length;

    /** Figures on a straight line from the stage with the first to the stage with the last, rounded down. */
    private record Line(int firstStage, int first, int lastStage, int last) {

        static Line of(int first, int last) {
            return new Line(1, first, LAST, last);
        }

        int at(int stage) {
            return first + (last - first) * (stage - firstStage) / (lastStage - firstStage);
        }
    }

    private static final Line UPGRADE_DAYS = Line.of(30, 90);

    static final OfferSettings SETTINGS = new OfferSettings(true, VALIDITY_DAYS, types(), triggers(), extras());

    private DefaultOffers() {}

    private static OfferSettings.OfferTypes types() {
        return new OfferSettings.OfferTypes(
                inOrder(
                        discounts(stage -> stage <= MIDDLE
                                ? discount(stage, new Line(1, 25, MIDDLE, 50), new Line(1, 3, MIDDLE, 6))
                                : discount(stage, new Line(MIDDLE, 50, LAST, 75), new Line(MIDDLE, 6, LAST, 12))),
                        discounts(stage -> discount(stage, Line.of(20, 60), Line.of(2, 6))),
                        discounts(stage -> discount(stage, Line.of(30, 80), Line.of(3, 12))),
                        discounts(stage -> discount(stage, Line.of(15, 50), Line.of(1, 3)))),
                inOrder(plans(3, 6, null), plans(2, 3, null), plans(3, 12, null), plans(2, 3, BigDecimal.valueOf(3))),
                inOrder(
                        upgrades("premium_support", "advanced_analytics", "priority_queue", "custom_integration"),
                        upgrades("priority_support", "basic_analytics", "advanced_features"),
                        upgrades("basic_support", "tutorial_access", "training_sessions", "custom_onboarding"),
                        upgrades("extended_support", "basic_analytics")),
                inOrder(
                        gracePeriods(14, 30, true),
                        gracePeriods(10, 21, false),
                        gracePeriods(21, 45, true),
                        gracePeriods(7, 14, false)));
    }

    private static Map<String, OfferSettings.Discount> discounts(IntFunction<OfferSettings.Discount> ofStage) {
        return from(1, ofStage);
    }

    private static OfferSettings.Discount discount(int stage, Line percent, Line months) {
        return new OfferSettings.Discount(
                BigDecimal.valueOf(percent.at(stage) / PERCENT_STEP * PERCENT_STEP), months.at(stage));
    }

    private static Map<String, OfferSettings.PaymentPlan> plans(int first, int last, BigDecimal interest) {
        var installments = new Line(MIDDLE, first, LAST, last);
        return from(MIDDLE, stage -> new OfferSettings.PaymentPlan(installments.at(stage), interest == null, interest));
    }

    private static Map<String, OfferSettings.FeatureUpgrade> upgrades(String... features) {
        var count = Line.of(1, features.length);
        return from(
                1,
                stage -> new OfferSettings.FeatureUpgrade(
                        List.of(features).subList(0, count.at(stage)), UPGRADE_DAYS.at(stage)));
    }

    private static Map<String, OfferSettings.GracePeriod> gracePeriods(int first, int last, boolean fullAccess) {
        var days = Line.of(first, last);
        return from(1, stage -> new OfferSettings.GracePeriod(days.at(stage), fullAccess));
    }

    private static <T> Map<String, T> from(int first, IntFunction<T> ofStage) {
        var stages = new LinkedHashMap<String, T>();
        for (var stage : DunningStage.values()) {
            if (stage.number() >= first) {
                stages.put(stage.label(), ofStage.apply(stage.number()));
            }
        }
        return stages;
    }

    private static OfferSettings.OfferTriggers triggers() {
        return new OfferSettings.OfferTriggers(
                inOrder(
                        new OfferSettings.FailureTrigger(1, true),
                        new OfferSettings.FailureTrigger(2, true),
                        new OfferSettings.FailureTrigger(1, true),
                        new OfferSettings.FailureTrigger(3, false)),
                inOrder(
                        new OfferSettings.AgeTrigger(0, PriorityLevel.HIGH),
                        new OfferSettings.AgeTrigger(1, PriorityLevel.MEDIUM),
                        new OfferSettings.AgeTrigger(0, PriorityLevel.HIGH),
                        new OfferSettings.AgeTrigger(2, PriorityLevel.LOW)),
                inOrder(
                        new OfferSettings.UsageTrigger(BigDecimal.valueOf(50), true),
                        new OfferSettings.UsageTrigger(BigDecimal.valueOf(30), true),
                        new OfferSettings.UsageTrigger(BigDecimal.valueOf(10), true),
                        new OfferSettings.UsageTrigger(BigDecimal.valueOf(20), false)));
    }

    private static OfferSettings.ExtraOffers extras() {
        return new OfferSettings.ExtraOffers(
                2,
                BigDecimal.valueOf(5),
                BigDecimal.valueOf(20),
                12,
                BigDecimal.valueOf(10),
                BigDecimal.valueOf(30),
                90,
                BigDecimal.valueOf(50),
                30);
    }

    private static <T> Map<String, T> inOrder(T highValue, T midValue, T atRisk, T standard) {
        var segments = new LinkedHashMap<String, T>();
        segments.put(HIGH_VALUE.label(), highValue);
        segments.put(MID_VALUE.label(), midValue);
        segments.put(AT_RISK.label(), atRisk);
        segments.put(STANDARD.label(), standard);
        return segments;
    }
}
