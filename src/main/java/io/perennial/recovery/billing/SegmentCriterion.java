package io.perennial.recovery.billing;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Digits;
import java.math.BigDecimal;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The range in which a metric of the customers of a billing segment lies. Of a criterion that decides, its lower limit has to
 * be reached to be in the segment, or its upper one kept to where there is no lower one: somebody who pays more than a
 * segment asks for does not belong in a lesser one. Both limits count for the score.
 *
 * @param min the lowest value in the range; null without one
 * @param max the highest value in the range; null without one
 * @param below what the values in the range are less than, instead of {@code max}; null without one
 * @param decides null for no
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SegmentCriterion(
        @Digits(integer = 15, fraction = 4) @Schema(description = "The lowest value in the range", examples = "100")
        BigDecimal min,

        @Digits(integer = 15, fraction = 4)
        @Schema(description = "The highest value in the range; not together with below", examples = "5")
        BigDecimal max,

        @Digits(integer = 15, fraction = 4)
        @Schema(description = "What the values in the range are less than; not together with max", examples = "500")
        BigDecimal below,

        @Schema(
                description =
                        "Whether it decides who is in the segment, by its lower limit or, without one, by its upper"
                                + " one; others count for the score only")
        Boolean decides) {

    static SegmentCriterion from(long min) {
        return new SegmentCriterion(BigDecimal.valueOf(min), null, null, null);
    }

    static SegmentCriterion upTo(long max) {
        return new SegmentCriterion(null, BigDecimal.valueOf(max), null, null);
    }

    static SegmentCriterion below(long below) {
        return new SegmentCriterion(null, null, BigDecimal.valueOf(below), null);
    }

    SegmentCriterion andUpTo(long highest) {
        return new SegmentCriterion(min, BigDecimal.valueOf(highest), null, decides);
    }

    SegmentCriterion andBelow(long limit) {
        return new SegmentCriterion(min, null, BigDecimal.valueOf(limit), decides);
    }

    SegmentCriterion deciding() {
        return new SegmentCriterion(min, max, below, true);
    }

    boolean isDeciding() {
        return Boolean.TRUE.equals(decides);
    }

    /** Whether a value lies in the range. */
    boolean isMetBy(BigDecimal value) {
        return reaches(value) && keepsBelow(value);
    }

    /** Whether a value lets a customer into the segment. */
    boolean admits(BigDecimal value) {
        return min == null ? keepsBelow(value) : reaches(value);
    }

    private boolean reaches(BigDecimal value) {
        return min == null || value.compareTo(min) >= 0;
    }

    private boolean keepsBelow(BigDecimal value) {
        return (max == null || value.compareTo(max) <= 0) && (below == null || value.compareTo(below) < 0);
    }

    /** {@link #isMetBy} in SQL. */
    String met(String column) {
        return "(%s and %s)".formatted(reached(column), keptBelow(column));
    }

    /** {@link #admits} in SQL. */
    String admitted(String column) {
        return min == null ? keptBelow(column) : reached(column);
    }

    private String reached(String column) {
        return min == null ? "true" : "%s >= %s".formatted(column, min.toPlainString());
    }

    private String keptBelow(String column) {
        if (max != null) {
            return "%s <= %s".formatted(column, max.toPlainString());
        }
        return below == null ? "true" : "%s < %s".formatted(column, below.toPlainString());
    }
}
