package io.perennial.recovery.incentive;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import io.perennial.recovery.billing.BillingSegment;
import io.perennial.recovery.billing.PriorityLevel;

/** Every offer of every segment in every stage, to a customer who pays 199.99 a month and owes as much. By hand. */
class OfferTableTest {

    private static final BigDecimal PRICE = new BigDecimal("199.99");
    private static final Instant VALID_UNTIL = Instant.parse("2026-02-01T00:00:00Z");

    private static RetentionOffer.Frame frame(BillingSegment segment, DunningStage stage) {
        return new RetentionOffer.Frame(segment, stage, PriorityLevel.HIGH, "EUR", VALID_UNTIL);
    }

    private static List<RetentionOffer> offers(BillingSegment segment, DunningStage stage) {
        return StageOffers.of(
                DefaultOffers.SETTINGS, frame(segment, stage), new StageOffers.Basis(PRICE, PRICE, 1, 24), List.of());
    }

    private static List<RetentionOffer> offers(String segment, String stage, OfferType type) {
        return offers(BillingSegment.of(segment), DunningStage.of(stage)).stream()
                .filter(offer -> offer.type() == type)
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "high_value, dunning_1, 25, 3, 50.00, 150.00",
        "high_value, dunning_2, 35, 4, 70.00, 280.00",
        "high_value, dunning_3, 50, 6, 100.00, 600.00",
        "high_value, dunning_4, 60, 9, 119.99, 1079.91",
        "high_value, dunning_5, 75, 12, 149.99, 1799.88",
        "mid_value, dunning_1, 20, 2, 40.00, 80.00",
        "mid_value, dunning_2, 30, 3, 60.00, 180.00",
        "mid_value, dunning_3, 40, 4, 80.00, 320.00",
        "mid_value, dunning_4, 50, 5, 100.00, 500.00",
        "mid_value, dunning_5, 60, 6, 119.99, 719.94",
        "standard, dunning_1, 15, 1, 30.00, 30.00",
        "standard, dunning_2, 20, 1, 40.00, 40.00",
        "standard, dunning_3, 30, 2, 60.00, 120.00",
        "standard, dunning_4, 40, 2, 80.00, 160.00",
        "standard, dunning_5, 50, 3, 100.00, 300.00",
        "at_risk, dunning_1, 30, 3, 60.00, 180.00",
        "at_risk, dunning_2, 40, 5, 80.00, 400.00",
        "at_risk, dunning_3, 55, 7, 109.99, 769.93",
        "at_risk, dunning_4, 65, 9, 129.99, 1169.91",
        "at_risk, dunning_5, 80, 12, 159.99, 1919.88"
    })
    void discounts(String segment, String stage, String percent, int months, String amount, String savings) {
        assertThat(offers(segment, stage, OfferType.DISCOUNT)).singleElement().satisfies(offer -> {
            assertThat(offer.discountPercent()).isEqualByComparingTo(percent);
            assertThat(offer.durationMonths()).isEqualTo(months);
            assertThat(offer.discountAmount()).isEqualTo(new BigDecimal(amount));
            assertThat(offer.savingsTotal()).isEqualTo(new BigDecimal(savings));
            assertThat(offer.cost()).isEqualTo(new BigDecimal(savings));
            assertThat(offer.incentiveType()).isEqualTo(IncentiveType.PERCENTAGE);
            assertThat(offer.duration()).isEqualTo("months");
            assertThat(offer.applicableTo()).isEqualTo("current_invoice");
            assertThat(offer.validUntil()).isEqualTo(VALID_UNTIL);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "high_value, dunning_3, true, 199.99, '66.67 66.66 66.66'",
        "high_value, dunning_4, true, 199.99, '50.00 50.00 50.00 49.99'",
        "high_value, dunning_5, true, 199.99, '33.34 33.33 33.33 33.33 33.33 33.33'",
        "mid_value, dunning_3, true, 199.99, '100.00 99.99'",
        "mid_value, dunning_4, true, 199.99, '100.00 99.99'",
        "mid_value, dunning_5, true, 199.99, '66.67 66.66 66.66'",
        "standard, dunning_3, false, 205.99, '103.00 102.99'",
        "standard, dunning_4, false, 205.99, '103.00 102.99'",
        "standard, dunning_5, false, 205.99, '68.67 68.66 68.66'",
        "at_risk, dunning_3, true, 199.99, '66.67 66.66 66.66'",
        "at_risk, dunning_4, true, 199.99, '28.57 28.57 28.57 28.57 28.57 28.57 28.57'",
        "at_risk, dunning_5, true, 199.99,"
                + " '16.67 16.67 16.67 16.67 16.67 16.67 16.67 16.66 16.66 16.66 16.66 16.66'"
    })
    void paymentPlans(String segment, String stage, boolean interestFree, String total, String parts) {
        assertThat(offers(segment, stage, OfferType.PAYMENT_PLAN))
                .singleElement()
                .satisfies(offer -> {
                    assertThat(offer.interestFree()).isEqualTo(interestFree);
                    assertThat(offer.interestPercent()).isEqualTo(interestFree ? null : BigDecimal.valueOf(3));
                    assertThat(offer.totalAmount()).isEqualTo(new BigDecimal(total));
                    assertThat(offer.installments()).isEqualTo(parts.split(" ").length);
                    assertThat(offer.installmentAmounts())
                            .isEqualTo(Arrays.stream(parts.split(" "))
                                    .map(BigDecimal::new)
                                    .toList());
                    assertThat(offer.cost()).isEqualTo(new BigDecimal("0.00"));
                });
    }

    @ParameterizedTest
    @EnumSource(BillingSegment.class)
    void paymentPlansBeginWithTheThirdStage(BillingSegment segment) {
        assertThat(offers(segment.label(), "dunning_1", OfferType.PAYMENT_PLAN)).isEmpty();
        assertThat(offers(segment.label(), "dunning_2", OfferType.PAYMENT_PLAN)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "high_value, dunning_1, 30, premium_support",
        "high_value, dunning_2, 45, premium_support",
        "high_value, dunning_3, 60, premium_support advanced_analytics",
        "high_value, dunning_4, 75, premium_support advanced_analytics priority_queue",
        "high_value, dunning_5, 90, premium_support advanced_analytics priority_queue custom_integration",
        "mid_value, dunning_1, 30, priority_support",
        "mid_value, dunning_2, 45, priority_support",
        "mid_value, dunning_3, 60, priority_support basic_analytics",
        "mid_value, dunning_4, 75, priority_support basic_analytics",
        "mid_value, dunning_5, 90, priority_support basic_analytics advanced_features",
        "standard, dunning_1, 30, extended_support",
        "standard, dunning_2, 45, extended_support",
        "standard, dunning_3, 60, extended_support",
        "standard, dunning_4, 75, extended_support",
        "standard, dunning_5, 90, extended_support basic_analytics",
        "at_risk, dunning_1, 30, basic_support",
        "at_risk, dunning_2, 45, basic_support",
        "at_risk, dunning_3, 60, basic_support tutorial_access",
        "at_risk, dunning_4, 75, basic_support tutorial_access training_sessions",
        "at_risk, dunning_5, 90, basic_support tutorial_access training_sessions custom_onboarding"
    })
    void featureUpgrades(String segment, String stage, int days, String features) {
        assertThat(offers(segment, stage, OfferType.FEATURE_UPGRADE))
                .singleElement()
                .satisfies(offer -> {
                    assertThat(offer.features()).containsExactly(features.split(" "));
                    assertThat(offer.durationDays()).isEqualTo(days);
                    assertThat(offer.autoExpire()).isTrue();
                    assertThat(offer.incentiveType()).isEqualTo(IncentiveType.FEATURE_UNLOCK);
                    assertThat(offer.cost()).isEqualTo(new BigDecimal("0.00"));
                });
    }

    @ParameterizedTest
    @CsvSource({
        "high_value, dunning_1, 14, full",
        "high_value, dunning_2, 18, full",
        "high_value, dunning_3, 22, full",
        "high_value, dunning_4, 26, full",
        "high_value, dunning_5, 30, full",
        "mid_value, dunning_1, 10, limited",
        "mid_value, dunning_2, 12, limited",
        "mid_value, dunning_3, 15, limited",
        "mid_value, dunning_4, 18, limited",
        "mid_value, dunning_5, 21, limited",
        "standard, dunning_1, 7, limited",
        "standard, dunning_2, 8, limited",
        "standard, dunning_3, 10, limited",
        "standard, dunning_4, 12, limited",
        "standard, dunning_5, 14, limited",
        "at_risk, dunning_1, 21, full",
        "at_risk, dunning_2, 27, full",
        "at_risk, dunning_3, 33, full",
        "at_risk, dunning_4, 39, full",
        "at_risk, dunning_5, 45, full"
    })
    void gracePeriods(String segment, String stage, int days, String access) {
        assertThat(offers(segment, stage, OfferType.GRACE_PERIOD))
                .singleElement()
                .satisfies(offer -> {
                    assertThat(offer.graceDays()).isEqualTo(days);
                    assertThat(offer.access()).isEqualTo(access);
                    assertThat(offer.cost()).isEqualTo(new BigDecimal("0.00"));
                });
    }

    @Test
    void nothingElseIsOffered() {
        var types = Arrays.stream(BillingSegment.values())
                .flatMap(segment ->
                        Arrays.stream(DunningStage.values()).flatMap(stage -> offers(segment, stage).stream()))
                .collect(Collectors.groupingBy(RetentionOffer::type, Collectors.counting()));

        assertThat(types)
                .containsOnly(
                        java.util.Map.entry(OfferType.DISCOUNT, 20L),
                        java.util.Map.entry(OfferType.PAYMENT_PLAN, 12L),
                        java.util.Map.entry(OfferType.FEATURE_UPGRADE, 20L),
                        java.util.Map.entry(OfferType.GRACE_PERIOD, 20L));
    }

    @Test
    void aCustomerWhoOwesNothingIsOfferedNoPlanAndADiscountFromTheNextBillOn() {
        var offers = StageOffers.of(
                DefaultOffers.SETTINGS,
                frame(BillingSegment.HIGH_VALUE, DunningStage.DUNNING_3),
                new StageOffers.Basis(PRICE, null, 0, 24),
                List.of());

        assertThat(offers)
                .extracting(RetentionOffer::type)
                .containsExactly(OfferType.DISCOUNT, OfferType.FEATURE_UPGRADE, OfferType.GRACE_PERIOD);
        assertThat(offers.get(0).applicableTo()).isEqualTo("next_billing");
    }

    @Test
    void aCustomerWhoPaysNothingIsOfferedNoDiscount() {
        var offers = StageOffers.of(
                DefaultOffers.SETTINGS,
                frame(BillingSegment.AT_RISK, DunningStage.DUNNING_1),
                new StageOffers.Basis(BigDecimal.ZERO, null, 0, 0),
                List.of());

        assertThat(offers)
                .extracting(RetentionOffer::type)
                .containsExactly(OfferType.FEATURE_UPGRADE, OfferType.GRACE_PERIOD);
    }

    @Test
    void theDefaultsAreValid() {
        assertThat(DefaultOffers.SETTINGS.validated()).isSameAs(DefaultOffers.SETTINGS);
    }
}
