package io.perennial.recovery.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.perennial.platform.ProblemException;

class SegmentSettingsTest {

    private static Map<SegmentMetric, BigDecimal> metrics(
            String revenue, int months, String usage, int tickets, int failures) {
        var metrics = new EnumMap<SegmentMetric, BigDecimal>(SegmentMetric.class);
        metrics.put(SegmentMetric.MONTHLY_REVENUE, new BigDecimal(revenue));
        metrics.put(SegmentMetric.SUBSCRIPTION_LENGTH_MONTHS, BigDecimal.valueOf(months));
        metrics.put(SegmentMetric.FEATURE_USAGE, new BigDecimal(usage));
        metrics.put(SegmentMetric.SUPPORT_TICKETS, BigDecimal.valueOf(tickets));
        metrics.put(SegmentMetric.PAYMENT_FAILURES_LAST_3_MONTHS, BigDecimal.valueOf(failures));
        return metrics;
    }

    /** Written by hand from the criteria: what is just below a limit, at it, and just above. */
    @ParameterizedTest(name = "{0} a month for {1} months, {2} % usage, {3} tickets, {4} failures: {5} {6}")
    @CsvSource({
        // The two limits that decide who is of high value.
        "500.00, 12, 80.00, 2, 0, high_value, 1.0000",
        "499.99, 12, 80.00, 2, 0, mid_value, 0.5000",
        "500.00, 11, 80.00, 2, 0, mid_value, 0.5000",
        "9999.00, 240, 100.00, 0, 9, high_value, 1.0000",
        // Usage and tickets count for the score only.
        "500.00, 12, 79.99, 2, 0, high_value, 0.7500",
        "500.00, 12, 80.00, 3, 0, high_value, 0.7500",
        "500.00, 12, 79.99, 3, 0, high_value, 0.5000",
        // The two limits that decide who is of mid value.
        "100.00, 6, 50.00, 5, 0, mid_value, 1.0000",
        "99.99, 6, 50.00, 5, 0, standard, 0.5000",
        "100.00, 5, 50.00, 5, 0, standard, 0.5000",
        "499.99, 11, 79.99, 5, 0, mid_value, 1.0000",
        "100.00, 6, 49.99, 5, 0, mid_value, 0.7500",
        "100.00, 6, 80.00, 5, 0, mid_value, 0.7500",
        "100.00, 6, 50.00, 6, 0, mid_value, 0.7500",
        // Who pays more than a segment asks for does not fall below it.
        "600.00, 6, 50.00, 5, 0, mid_value, 0.7500",
        "100.00, 12, 50.00, 5, 0, mid_value, 0.7500",
        // At risk are those with two failures, unless they are worth more.
        "99.99, 1, 19.99, 3, 2, at_risk, 1.0000",
        "99.99, 1, 19.99, 3, 1, standard, 1.0000",
        "99.99, 2, 19.99, 3, 2, at_risk, 0.7500",
        "99.99, 1, 20.00, 3, 2, at_risk, 0.7500",
        "99.99, 1, 19.99, 2, 2, at_risk, 0.7500",
        "99.99, 5, 49.99, 0, 2, at_risk, 0.2500",
        "100.00, 6, 50.00, 5, 2, mid_value, 1.0000",
        "500.00, 12, 80.00, 2, 2, high_value, 1.0000",
        // Everybody else is standard.
        "99.99, 5, 49.99, 10, 0, standard, 1.0000",
        "100.00, 5, 49.99, 10, 0, standard, 0.7500",
        "99.99, 6, 49.99, 10, 0, standard, 0.7500",
        "99.99, 5, 50.00, 10, 0, standard, 0.7500",
        "99.99, 5, 49.99, 11, 0, standard, 0.7500",
        "700.00, 5, 50.00, 11, 0, standard, 0.2500",
        "0.00, 0, 0.00, 0, 0, standard, 1.0000"
    })
    void aCustomerIsInTheFirstSegmentThatTheyReach(
            String revenue, int months, String usage, int tickets, int failures, String segment, String score) {
        var metrics = metrics(revenue, months, usage, tickets, failures);

        var found = SegmentSettings.DEFAULT.segmentOf(metrics);

        assertThat(found.label()).isEqualTo(segment);
        assertThat(SegmentSettings.DEFAULT.score(found, metrics)).isEqualTo(new BigDecimal(score));
    }

    @ParameterizedTest
    @CsvSource({
        "high_value, premium, high, true, true, 2",
        "mid_value, professional, medium, true, false, 3",
        "standard, friendly, standard, false, false, 4",
        "at_risk, supportive, high, true, true, 1"
    })
    void everySegmentIsTreatedAsIsCustomary(
            String segment, String tone, String priority, boolean offers, boolean support, int escalation) {
        var config = SegmentSettings.DEFAULT.of(BillingSegment.of(segment));

        assertThat(config.messagingTone().value()).isEqualTo(tone);
        assertThat(config.priorityLevel().label()).isEqualTo(priority);
        assertThat(config.customOffers()).isEqualTo(offers);
        assertThat(config.dedicatedSupport()).isEqualTo(support);
        assertThat(config.escalationThreshold()).isEqualTo(escalation);
    }

    @Test
    void theDefaultsAreValidAndInTheOrderInWhichTheyAreTested() {
        var valid = SegmentSettings.DEFAULT.validated();

        assertThat(valid).isEqualTo(SegmentSettings.DEFAULT);
        assertThat(valid.userSegments().keySet()).containsExactly("high_value", "mid_value", "at_risk", "standard");
    }

    private static SegmentSettings with(String segment, UnaryOperator<Map<String, SegmentCriterion>> change) {
        var segments = new LinkedHashMap<>(SegmentSettings.DEFAULT.userSegments());
        segments.computeIfPresent(
                segment,
                (name, config) -> new SegmentConfig(
                        change.apply(new LinkedHashMap<>(config.segmentCriteria())),
                        config.messagingTone(),
                        config.priorityLevel(),
                        config.customOffers(),
                        config.dedicatedSupport(),
                        config.escalationThreshold()));
        return new SegmentSettings(segments, null);
    }

    private static SegmentSettings with(String segment, String metric, SegmentCriterion criterion) {
        return with(segment, criteria -> {
            criteria.put(metric, criterion);
            return criteria;
        });
    }

    private static BigDecimal number(String number) {
        return number == null ? null : new BigDecimal(number);
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "support_tickets, 5, 4, null, 'begins above its end, so nobody could meet it'",
                "support_tickets, 5, null, 5, 'begins above its end, so nobody could meet it'",
                "support_tickets, null, 5, 5, has both max and below",
                "support_tickets, -1, null, null, has a limit below 0",
                "support_tickets, null, null, 0, 'is below 0, so nobody could meet it'",
                "support_tickets, null, null, null, 'has no limit, so everybody meets it'",
                "feature_usage, 101, null, null, has a limit above 100",
                "shoe_size, 1, null, null, is not a metric of billing segments"
            },
            nullValues = "null")
    void aRangeThatContradictsItselfIsRefused(String metric, String min, String max, String below, String reason) {
        var criterion = new SegmentCriterion(number(min), number(max), number(below), null);

        assertThatThrownBy(() -> with("mid_value", metric, criterion).validated())
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.errors()).singleElement().satisfies(error -> {
                            assertThat(error.field()).isEqualTo("user_segments.mid_value.segment_criteria." + metric);
                            assertThat(error.reason()).isEqualTo(reason);
                        }));
    }

    @Test
    void aRangeOfASingleValueIsARange() {
        var single = new SegmentCriterion(BigDecimal.valueOf(5), BigDecimal.valueOf(5), null, null);

        assertThat(with("mid_value", "support_tickets", single)
                        .validated()
                        .of(BillingSegment.MID_VALUE)
                        .segmentCriteria()
                        .get("support_tickets"))
                .isEqualTo(single);
    }

    @Test
    void aSegmentThatEverybodyWouldBeInIsRefused() {
        var undecided = with("at_risk", criteria -> {
            criteria.replaceAll((metric, criterion) ->
                    new SegmentCriterion(criterion.min(), criterion.max(), criterion.below(), null));
            return criteria;
        });

        assertThatThrownBy(undecided::validated).hasMessageContaining("has none that decides");
    }

    @Test
    void aSegmentThatAnEarlierOneLeavesNobodyForIsRefused() {
        var swallowed = with("high_value", criteria -> {
            criteria.put("monthly_revenue", SegmentCriterion.from(100).deciding());
            criteria.put("subscription_length_months", SegmentCriterion.from(6).deciding());
            return criteria;
        });

        assertThatThrownBy(swallowed::validated)
                .hasMessage("user_segments.mid_value.segment_criteria could not be reached: high_value takes everybody"
                        + " first");
    }

    @Test
    void theLastSegmentTurnsNobodyAway() {
        var choosy =
                with("standard", "support_tickets", SegmentCriterion.upTo(10).deciding());

        assertThatThrownBy(choosy::validated).hasMessageContaining("may decide nothing");
    }

    @Test
    void segmentsThatAreMissingOrUnknownAreNamed() {
        var segments = new LinkedHashMap<>(SegmentSettings.DEFAULT.userSegments());
        segments.put("gold", segments.remove("high_value"));

        assertThatThrownBy(() -> new SegmentSettings(segments, null).validated())
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.errors())
                                .extracting(error -> error.field() + " " + error.reason())
                                .containsExactlyInAnyOrder(
                                        "user_segments.gold is not a billing segment",
                                        "user_segments.high_value is missing"));
    }

    @Test
    void anUpperLimitDecidesWhereThereIsNoLowerOne() {
        var patient = with("at_risk", criteria -> {
                    criteria.put(
                            "subscription_length_months",
                            SegmentCriterion.below(2).deciding());
                    return criteria;
                })
                .validated();

        assertThat(patient.segmentOf(metrics("50", 1, "10", 3, 2))).isEqualTo(BillingSegment.AT_RISK);
        assertThat(patient.segmentOf(metrics("50", 2, "10", 3, 2))).isEqualTo(BillingSegment.STANDARD);
    }

    @Test
    void aFeatureThatIsNamedTwiceIsOne() {
        var settings = new SegmentSettings(SegmentSettings.DEFAULT.userSegments(), List.of("api", "exports", "api"));

        assertThat(settings.validated().features()).containsExactly("api", "exports");
    }
}
