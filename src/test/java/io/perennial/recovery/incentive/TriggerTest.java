package io.perennial.recovery.incentive;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.perennial.recovery.billing.BillingSegment;
import io.perennial.recovery.billing.PriorityLevel;
import io.perennial.recovery.billing.SegmentSettings;

class TriggerTest {

    private static List<Trigger> check(String segment, int failures, int months, String usage) {
        var known = BillingSegment.of(segment);
        return Trigger.check(
                DefaultOffers.SETTINGS,
                known,
                SegmentSettings.DEFAULT.of(known).customOffers(),
                failures,
                months,
                new BigDecimal(usage));
    }

    /** Which triggers are reached, and which offers are made. */
    @ParameterizedTest(name = "{0}, {1} failures, {2} months, {3} %")
    @CsvSource({
        "high_value, 0, 0, 49.99, subscription_age, ''",
        "high_value, 1, 11, 50, payment_failure_count subscription_age feature_usage, bonus",
        "high_value, 2, 12, 49.99, payment_failure_count subscription_age, escalation loyalty",
        "mid_value, 1, 0, 29.99, '', ''",
        "mid_value, 2, 1, 30, payment_failure_count subscription_age feature_usage, escalation",
        "mid_value, 2, 12, 50, payment_failure_count subscription_age feature_usage, escalation loyalty bonus",
        "at_risk, 0, 0, 9.99, subscription_age, ''",
        "at_risk, 1, 11, 10, payment_failure_count subscription_age feature_usage, ''",
        "at_risk, 2, 12, 50, payment_failure_count subscription_age feature_usage, escalation loyalty bonus",
        "standard, 2, 1, 19.99, '', ''",
        "standard, 3, 2, 20, payment_failure_count subscription_age feature_usage, ''",
        "standard, 9, 99, 100, payment_failure_count subscription_age feature_usage, ''"
    })
    void triggersAreReachedAtTheirThresholds(
            String segment, int failures, int months, String usage, String triggered, String offered) {
        var triggers = check(segment, failures, months, usage);

        assertThat(triggers).hasSize(3);
        assertThat(triggers.stream()
                        .filter(Trigger::triggered)
                        .map(Trigger::trigger)
                        .collect(Collectors.joining(" ")))
                .isEqualTo(triggered);
        assertThat(triggers.stream()
                        .filter(Trigger::offered)
                        .map(trigger -> trigger.offer().label())
                        .collect(Collectors.joining(" ")))
                .isEqualTo(offered);
    }

    private static List<RetentionOffer> triggered(String segment, String due, int failures, int months) {
        return StageOffers.of(
                        DefaultOffers.SETTINGS,
                        new RetentionOffer.Frame(
                                BillingSegment.of(segment),
                                DunningStage.DUNNING_1,
                                PriorityLevel.HIGH,
                                "EUR",
                                Instant.EPOCH),
                        new StageOffers.Basis(
                                new BigDecimal("199.99"), due == null ? null : new BigDecimal(due), failures, months),
                        check(segment, failures, months, "60"))
                .stream()
                .filter(offer -> offer.occasion() != Occasion.STAGE)
                .toList();
    }

    /** Five per cent of 199.99 for each failure, up to twenty; ten per cent for each year, up to thirty. */
    @ParameterizedTest
    @CsvSource({
        "2, 12, 20.00, 20.00",
        "3, 23, 30.00, 20.00",
        "4, 24, 40.00, 40.00",
        "5, 36, 40.00, 60.00",
        "9, 480, 40.00, 60.00"
    })
    void moreFailuresAndMoreYearsAreWorthMoreUpToALimit(int failures, int months, String escalation, String loyalty) {
        var offers = triggered("high_value", "199.99", failures, months);

        assertThat(offers)
                .extracting(RetentionOffer::occasion)
                .containsExactly(Occasion.ESCALATION, Occasion.LOYALTY, Occasion.BONUS);
        assertThat(offers.get(0)).satisfies(offer -> {
            assertThat(offer.incentiveType()).isEqualTo(IncentiveType.FIXED_AMOUNT);
            assertThat(offer.discountAmount()).isEqualTo(new BigDecimal(escalation));
            assertThat(offer.savingsTotal()).isEqualTo(new BigDecimal(escalation));
            assertThat(offer.duration()).isEqualTo("one_time");
            assertThat(offer.cost()).isEqualTo(new BigDecimal(escalation));
        });
        assertThat(offers.get(1)).satisfies(offer -> {
            assertThat(offer.type()).isEqualTo(OfferType.ACCOUNT_CREDIT);
            assertThat(offer.creditAmount()).isEqualTo(new BigDecimal(loyalty));
            assertThat(offer.expiresInDays()).isEqualTo(90);
            assertThat(offer.restrictions()).containsExactly("future_invoices");
            assertThat(offer.cost()).isEqualTo(new BigDecimal(loyalty));
        });
        assertThat(offers.get(2)).satisfies(offer -> {
            assertThat(offer.incentiveType()).isEqualTo(IncentiveType.UPGRADE_TRIAL);
            assertThat(offer.features())
                    .containsExactly("premium_support", "advanced_analytics", "priority_queue", "custom_integration");
            assertThat(offer.durationDays()).isEqualTo(30);
        });
    }

    @Test
    void nothingIsTakenOffOfWhatIsNotDue() {
        assertThat(triggered("high_value", null, 3, 12))
                .extracting(RetentionOffer::occasion)
                .containsExactly(Occasion.LOYALTY, Occasion.BONUS);
    }
}
