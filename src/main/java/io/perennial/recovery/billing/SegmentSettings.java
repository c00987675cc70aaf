package io.perennial.recovery.billing;

import static io.perennial.recovery.billing.SegmentMetric.FEATURE_USAGE;
import static io.perennial.recovery.billing.SegmentMetric.MONTHLY_REVENUE;
import static io.perennial.recovery.billing.SegmentMetric.PAYMENT_FAILURES_LAST_3_MONTHS;
import static io.perennial.recovery.billing.SegmentMetric.SUBSCRIPTION_LENGTH_MONTHS;
import static io.perennial.recovery.billing.SegmentMetric.SUPPORT_TICKETS;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.outreach.template.Tone;
import io.perennial.platform.InputError;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;

/**
 * The billing segments of an organization: who is in which, and how they are treated. A customer is in the first segment, in
 * the order of {@link BillingSegment}, all of whose deciding criteria admit them; the score is the share of all criteria of
 * that segment that they meet.
 *
 * @param features what a customer can use, of which feature usage is a share; null or empty for what any customer has used
 *     in the last three months
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SegmentSettings(
        @NotNull @Schema(description = "By segment: high_value, mid_value, at_risk, standard")
        Map<String, @NotNull @Valid SegmentConfig> userSegments,

        @Size(max = 1000)
        @Schema(
                description =
                        "What a customer can use, of which feature usage is a share; what any customer has used in the"
                                + " last three months unless given",
                examples = "[\"dashboards\", \"exports\", \"alerts\", \"api\"]")
        List<@NotNull @Size(min = 1, max = 255) String> features) {

    private static final int SCORE_DECIMALS = 4;

    /** What every organization begins with. */
    public static final SegmentSettings DEFAULT = new SegmentSettings(
            inOrder(Map.of(
                    BillingSegment.HIGH_VALUE,
                    new SegmentConfig(
                            criteria(
                                    SegmentCriterion.from(500).deciding(),
                                    SegmentCriterion.from(12).deciding(),
                                    SegmentCriterion.from(80).andUpTo(100),
                                    SegmentCriterion.upTo(2)),
                            Tone.PREMIUM,
                            PriorityLevel.HIGH,
                            true,
                            true,
                            2),
                    BillingSegment.MID_VALUE,
                    new SegmentConfig(
                            criteria(
                                    SegmentCriterion.from(100).andBelow(500).deciding(),
                                    SegmentCriterion.from(6).andBelow(12).deciding(),
                                    SegmentCriterion.from(50).andBelow(80),
                                    SegmentCriterion.upTo(5)),
                            Tone.PROFESSIONAL,
                            PriorityLevel.MEDIUM,
                            true,
                            false,
                            3),
                    BillingSegment.AT_RISK,
                    new SegmentConfig(
                            Map.of(
                                    PAYMENT_FAILURES_LAST_3_MONTHS.label(),
                                    SegmentCriterion.from(2).deciding(),
                                    SUBSCRIPTION_LENGTH_MONTHS.label(),
                                    SegmentCriterion.below(2),
                                    FEATURE_USAGE.label(),
                                    SegmentCriterion.below(20),
                                    SUPPORT_TICKETS.label(),
                                    SegmentCriterion.from(3)),
                            Tone.SUPPORTIVE,
                            PriorityLevel.HIGH,
                            true,
                            true,
                            1),
                    BillingSegment.STANDARD,
                    new SegmentConfig(
                            criteria(
                                    SegmentCriterion.below(100),
                                    SegmentCriterion.below(6),
                                    SegmentCriterion.below(50),
                                    SegmentCriterion.upTo(10)),
                            Tone.FRIENDLY,
                            PriorityLevel.STANDARD,
                            false,
                            false,
                            4))),
            null);

    private static Map<String, SegmentCriterion> criteria(
            SegmentCriterion revenue, SegmentCriterion length, SegmentCriterion usage, SegmentCriterion tickets) {
        return Map.of(
                MONTHLY_REVENUE.label(), revenue,
                SUBSCRIPTION_LENGTH_MONTHS.label(), length,
                FEATURE_USAGE.label(), usage,
                SUPPORT_TICKETS.label(), tickets);
    }

    private static Map<String, SegmentConfig> inOrder(Map<BillingSegment, SegmentConfig> segments) {
        var ordered = new LinkedHashMap<String, SegmentConfig>();
        for (var segment : BillingSegment.values()) {
            ordered.put(segment.label(), ordered(segments.get(segment)));
        }
        return ordered;
    }

    private static SegmentConfig ordered(SegmentConfig config) {
        var criteria = new LinkedHashMap<String, SegmentCriterion>();
        for (var metric : SegmentMetric.values()) {
            var criterion = config.segmentCriteria().get(metric.label());
            if (criterion != null) {
                criteria.put(metric.label(), criterion);
            }
        }
        return new SegmentConfig(
                criteria,
                config.messagingTone(),
                config.priorityLevel(),
                config.customOffers(),
                config.dedicatedSupport(),
                config.escalationThreshold());
    }

    /** How a segment is treated. */
    public SegmentConfig of(BillingSegment segment) {
        return userSegments.get(segment.label());
    }

    /** The features by their names, none when what any customer has used counts. */
    List<String> featuresOrNone() {
        return features == null ? List.of() : features;
    }

    /** The segment of a customer. */
    BillingSegment segmentOf(Map<SegmentMetric, BigDecimal> metrics) {
        return Arrays.stream(BillingSegment.values())
                .filter(segment -> segment == BillingSegment.STANDARD
                        || criteriaOf(segment).entrySet().stream()
                                .filter(entry -> entry.getValue().isDeciding())
                                .allMatch(entry -> entry.getValue().admits(metrics.get(entry.getKey()))))
                .findFirst()
                .orElseThrow();
    }

    /** The criteria of a segment in the order of the metrics. */
    Map<SegmentMetric, SegmentCriterion> criteriaOf(BillingSegment segment) {
        var criteria = new LinkedHashMap<SegmentMetric, SegmentCriterion>();
        for (var metric : SegmentMetric.values()) {
            var criterion = of(segment).segmentCriteria().get(metric.label());
            if (criterion != null) {
                criteria.put(metric, criterion);
            }
        }
        return criteria;
    }

    /** The share of a segment's criteria that a customer meets, 0..1, rounded half up to four decimals. */
    BigDecimal score(BillingSegment segment, Map<SegmentMetric, BigDecimal> metrics) {
        var criteria = criteriaOf(segment);
        var met = criteria.entrySet().stream()
                .filter(entry -> entry.getValue().isMetBy(metrics.get(entry.getKey())))
                .count();
        return BigDecimal.valueOf(met)
                .divide(BigDecimal.valueOf(criteria.size()), SCORE_DECIMALS, RoundingMode.HALF_UP);
    }

    /**
     * {@link #segmentOf} as an SQL expression of type {@code text}.
     *
     * @param m alias of a row with the columns that {@link SegmentMetric} names, none of them null
     */
    String segmentSql(String m) {
        var cases = Arrays.stream(BillingSegment.values())
                .filter(segment -> segment != BillingSegment.STANDARD)
                .map(segment -> "when %s then '%s'"
                        .formatted(
                                criteriaOf(segment).entrySet().stream()
                                        .filter(entry -> entry.getValue().isDeciding())
                                        .map(entry -> entry.getValue().admitted(column(m, entry.getKey())))
                                        .collect(Collectors.joining(" and ")),
                                segment.label()))
                .collect(Collectors.joining("\n"));
        return "case %s\nelse '%s' end".formatted(cases, BillingSegment.STANDARD.label());
    }

    /**
     * {@link #score} as an SQL expression of type {@code numeric}, not rounded.
     *
     * @param m as of {@link #segmentSql}
     * @param segment SQL of the segment
     */
    String scoreSql(String m, String segment) {
        return Arrays.stream(BillingSegment.values())
                .map(known -> "when '%s' then (%s) / %d.0"
                        .formatted(
                                known.label(),
                                criteriaOf(known).entrySet().stream()
                                        .map(entry -> entry.getValue().met(column(m, entry.getKey())) + "::integer")
                                        .collect(Collectors.joining(" + ")),
                                criteriaOf(known).size()))
                .collect(Collectors.joining("\n", "case " + segment + " ", " end"));
    }

    private static String column(String row, SegmentMetric metric) {
        return row + "." + metric.label();
    }

    /**
     * The settings in the order of the segments and metrics.
     *
     * @throws ProblemException when they contradict themselves: a range is empty, a segment is missing, has everybody or
     *     could never have anybody
     */
    SegmentSettings validated() {
        var errors = new ArrayList<InputError>();
        checkNames(errors);
        if (errors.isEmpty()) {
            userSegments.forEach((name, config) -> checkCriteria(errors, name, config));
        }
        if (errors.isEmpty()) {
            checkDecisions(errors);
        }
        if (!errors.isEmpty()) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST,
                    errors.stream()
                            .map(error -> error.field() + " " + error.reason())
                            .collect(Collectors.joining("; ")),
                    errors);
        }
        var ordered = Arrays.stream(BillingSegment.values()).collect(Collectors.toMap(segment -> segment, this::of));
        return new SegmentSettings(
                inOrder(ordered),
                features == null ? null : features.stream().distinct().toList());
    }

    private void checkNames(List<InputError> errors) {
        userSegments.keySet().stream()
                .filter(name -> BillingSegment.labelled(name).isEmpty())
                .forEach(name -> errors.add(error("user_segments." + name, "is not a billing segment")));
        Arrays.stream(BillingSegment.values())
                .filter(segment -> of(segment) == null)
                .forEach(segment -> errors.add(error("user_segments." + segment.label(), "is missing")));
    }

    private static void checkCriteria(List<InputError> errors, String segment, SegmentConfig config) {
        config.segmentCriteria().forEach((name, criterion) -> {
            var field = "user_segments.%s.segment_criteria.%s".formatted(segment, name);
            SegmentMetric.labelled(name)
                    .ifPresentOrElse(
                            metric -> checkRange(errors, field, metric, criterion),
                            () -> errors.add(error(field, "is not a metric of billing segments")));
        });
    }

    private static void checkRange(
            List<InputError> errors, String field, SegmentMetric metric, SegmentCriterion criterion) {
        var limits = Arrays.asList(criterion.min(), criterion.max(), criterion.below());
        if (limits.stream().allMatch(Objects::isNull)) {
            errors.add(error(field, "has no limit, so everybody meets it"));
        }
        if (limits.stream().anyMatch(limit -> limit != null && limit.signum() < 0)) {
            errors.add(error(field, "has a limit below 0"));
        }
        if (metric.maximum() != null
                && limits.stream().anyMatch(limit -> limit != null && limit.compareTo(metric.maximum()) > 0)) {
            errors.add(error(field, "has a limit above " + metric.maximum().toPlainString()));
        }
        if (criterion.max() != null && criterion.below() != null) {
            errors.add(error(field, "has both max and below"));
        }
        if (criterion.min() != null
                        && criterion.max() != null
                        && criterion.min().compareTo(criterion.max()) > 0
                || criterion.min() != null
                        && criterion.below() != null
                        && criterion.min().compareTo(criterion.below()) >= 0) {
            errors.add(error(field, "begins above its end, so nobody could meet it"));
        }
        if (criterion.below() != null && criterion.below().signum() == 0) {
            errors.add(error(field, "is below 0, so nobody could meet it"));
        }
    }

    private void checkDecisions(List<InputError> errors) {
        for (var segment : BillingSegment.values()) {
            var deciding = deciding(segment);
            var field = "user_segments.%s.segment_criteria".formatted(segment.label());
            if (segment == BillingSegment.STANDARD) {
                if (!deciding.isEmpty()) {
                    errors.add(error(field, "may decide nothing: whoever is in no other segment is in this one"));
                }
            } else if (deciding.isEmpty()) {
                errors.add(error(field, "has none that decides, so everybody would be in it"));
            } else {
                for (var earlier : Arrays.copyOf(BillingSegment.values(), segment.ordinal())) {
                    if (takesEverybodyOf(deciding(earlier), deciding)) {
                        errors.add(error(
                                field, "could not be reached: %s takes everybody first".formatted(earlier.label())));
                    }
                }
            }
        }
    }

    private Map<SegmentMetric, SegmentCriterion> deciding(BillingSegment segment) {
        var deciding = criteriaOf(segment);
        deciding.values().removeIf(criterion -> !criterion.isDeciding());
        return deciding;
    }

    private static boolean takesEverybodyOf(
            Map<SegmentMetric, SegmentCriterion> earlier, Map<SegmentMetric, SegmentCriterion> later) {
        return !earlier.isEmpty()
                && earlier.entrySet().stream()
                        .allMatch(entry -> later.containsKey(entry.getKey())
                                && isWider(entry.getValue(), later.get(entry.getKey())));
    }

    /** Whether a criterion admits every value that another one admits. */
    private static boolean isWider(SegmentCriterion one, SegmentCriterion other) {
        if (one.min() != null || other.min() != null) {
            return one.min() != null && other.min() != null && one.min().compareTo(other.min()) <= 0;
        }
        var highest = other.max() == null ? other.below() : other.max();
        return one.max() != null
                ? one.max().compareTo(highest) >= 0
                : one.below().compareTo(highest) > (other.max() == null ? -1 : 0);
    }

    private static InputError error(String field, String reason) {
        return new InputError(null, field, reason);
    }
}
