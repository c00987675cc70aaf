package io.perennial.insight.segment;

import static io.perennial.insight.segment.Category.HIGH;
import static io.perennial.insight.segment.Category.LOW;
import static io.perennial.insight.segment.Category.MEDIUM;

import io.perennial.models.ChurnRiskLevel;

/**
 * The decision tree: recency, frequency, monetary and engagement categories and the churn risk level to a segment. It is
 * total, and it is the only place where it is written down: the statement that segments a million customers looks the
 * answer up in {@link #truthTable()}, and the table in the documentation is printed from it.
 */
final class SegmentTree {

    private static final int CATEGORIES = Category.values().length;
    private static final int LEVELS = ChurnRiskLevel.values().length;

    private SegmentTree() {}

    /**
     * The segment of a customer.
     *
     * @param recency high for customers who came lately
     */
    static Segment segment(
            Category recency, Category frequency, Category monetary, Category engagement, ChurnRiskLevel risk) {
        return switch (risk) {
            case CRITICAL -> nearlyGone(recency, frequency, monetary);
            case HIGH -> leaving(recency, frequency, monetary);
            case LOW, MEDIUM -> staying(recency, frequency, monetary, engagement, risk);
        };
    }

    private static Segment nearlyGone(Category recency, Category frequency, Category monetary) {
        if (monetary == HIGH || (frequency == HIGH && monetary == MEDIUM)) {
            return Segment.CANNOT_LOSE_THEM;
        }
        return recency.atLeast(MEDIUM) && frequency.atLeast(MEDIUM) ? Segment.AT_RISK : Segment.LOST;
    }

    private static Segment leaving(Category recency, Category frequency, Category monetary) {
        if (frequency == HIGH || monetary == HIGH || (frequency == MEDIUM && monetary == MEDIUM)) {
            return Segment.AT_RISK;
        }
        return recency == LOW && frequency == LOW ? Segment.HIBERNATING : Segment.ABOUT_TO_SLEEP;
    }

    private static Segment staying(
            Category recency, Category frequency, Category monetary, Category engagement, ChurnRiskLevel risk) {
        return switch (recency) {
            case HIGH -> recent(frequency, monetary, engagement, risk);
            case MEDIUM -> settled(frequency, monetary, engagement);
            case LOW -> absent(frequency, monetary, risk);
        };
    }

    private static Segment recent(Category frequency, Category monetary, Category engagement, ChurnRiskLevel risk) {
        return switch (frequency) {
            case HIGH ->
                risk == ChurnRiskLevel.LOW && monetary.atLeast(MEDIUM) && engagement.atLeast(MEDIUM)
                        ? Segment.CHAMPIONS
                        : Segment.LOYAL_CUSTOMERS;
            case MEDIUM ->
                risk == ChurnRiskLevel.MEDIUM && engagement == LOW
                        ? Segment.NEED_ATTENTION
                        : Segment.POTENTIAL_LOYALISTS;
            case LOW ->
                engagement.atLeast(MEDIUM) || monetary.atLeast(MEDIUM) ? Segment.NEW_CUSTOMERS : Segment.PROMISING;
        };
    }

    private static Segment settled(Category frequency, Category monetary, Category engagement) {
        return switch (frequency) {
            case HIGH -> engagement.atLeast(MEDIUM) ? Segment.LOYAL_CUSTOMERS : Segment.NEED_ATTENTION;
            case MEDIUM ->
                engagement == HIGH && monetary.atLeast(MEDIUM) ? Segment.POTENTIAL_LOYALISTS : Segment.NEED_ATTENTION;
            case LOW -> engagement.atLeast(MEDIUM) ? Segment.PROMISING : Segment.ABOUT_TO_SLEEP;
        };
    }

    private static Segment absent(Category frequency, Category monetary, ChurnRiskLevel risk) {
        if (frequency == HIGH || monetary == HIGH) {
            return risk == ChurnRiskLevel.MEDIUM ? Segment.AT_RISK : Segment.NEED_ATTENTION;
        }
        return frequency == MEDIUM ? Segment.ABOUT_TO_SLEEP : Segment.HIBERNATING;
    }

    /**
     * The ordinal of the segment for each of the 324 combinations, at the place {@code (((r × 3 + f) × 3 + m) × 3 + e) × 4 +
     * risk} of their ordinals.
     */
    static Short[] truthTable() {
        var table = new Short[CATEGORIES * CATEGORIES * CATEGORIES * CATEGORIES * LEVELS];
        var place = 0;
        for (var recency : Category.values()) {
            for (var frequency : Category.values()) {
                for (var monetary : Category.values()) {
                    for (var engagement : Category.values()) {
                        for (var risk : ChurnRiskLevel.values()) {
                            table[place++] = (short) segment(recency, frequency, monetary, engagement, risk)
                                    .ordinal();
                        }
                    }
                }
            }
        }
        return table;
    }
}
