package io.perennial.recovery.incentive;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.BigRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

import io.perennial.recovery.billing.BillingSegment;
import io.perennial.recovery.billing.PriorityLevel;

class AllowanceTest {

    private static final RetentionOffer.Frame FRAME = new RetentionOffer.Frame(
            BillingSegment.HIGH_VALUE, DunningStage.DUNNING_5, PriorityLevel.HIGH, "EUR", Instant.EPOCH);

    /** Ten a month. */
    private static RetentionOffer discount(int months) {
        return RetentionOffer.percentage(FRAME, new BigDecimal("100.00"), BigDecimal.TEN, months, true);
    }

    private static RetentionOffer credit(String amount) {
        return RetentionOffer.credit(FRAME, Occasion.LOYALTY, new BigDecimal(amount), 90);
    }

    private static BigDecimal number(String number) {
        return number == null ? null : new BigDecimal(number);
    }

    private static Allowance.Fitted fit(String month, String ofCase, String worth, RetentionOffer... offers) {
        return new Allowance(number(month), number(ofCase), number(worth)).fit(List.of(offers), Map.of());
    }

    @Test
    void whatFitsToTheCentIsMade() {
        assertThat(fit("120.00", "120.00", "120.00", discount(12)).offers()).containsExactly(discount(12));
    }

    @Test
    void aDiscountThatIsTooLongIsShortenedToWhatIsLeft() {
        var fitted = fit(null, null, "119.99", discount(12));

        assertThat(fitted.withheld()).isEmpty();
        assertThat(fitted.offers()).singleElement().satisfies(offer -> {
            assertThat(offer.durationMonths()).isEqualTo(11);
            assertThat(offer.savingsTotal()).isEqualTo(new BigDecimal("110.00"));
            assertThat(offer.cost()).isEqualTo(new BigDecimal("110.00"));
            assertThat(offer.limitedBy()).isEqualTo("expected_value");
        });
    }

    @Test
    void theNarrowestLimitIsNamed() {
        assertThat(fit("50", "60", "70", discount(12)).offers().get(0).limitedBy())
                .isEqualTo("month_budget");
        assertThat(fit("60", "50", "70", discount(12)).offers().get(0).limitedBy())
                .isEqualTo("case_budget");
        assertThat(fit("60", "70", "50", discount(12)).offers().get(0).limitedBy())
                .isEqualTo("expected_value");
    }

    @Test
    void lessThanAMonthIsWithheld() {
        assertThat(fit("9.99", null, "1000", discount(12)).offers()).isEmpty();
        assertThat(fit("9.99", null, "1000", discount(12)).withheld())
                .containsExactly(
                        new Withheld(OfferType.DISCOUNT, Occasion.STAGE, new BigDecimal("120.00"), "month_budget"));
        assertThat(fit(null, null, "-5", discount(1)).offers()).isEmpty();
    }

    @Test
    void aCreditIsMadeWholeOrNotAtAll() {
        assertThat(fit(null, "20.00", "1000", credit("20.00")).offers()).hasSize(1);
        assertThat(fit(null, "19.99", "1000", credit("20.00")).withheld())
                .extracting(Withheld::reason)
                .containsExactly("case_budget");
    }

    @Test
    void whatComesFirstGetsWhatThereIs() {
        var fitted = fit(null, "125", "1000", discount(12), credit("20.00"), credit("5.00"));

        assertThat(fitted.offers()).containsExactly(discount(12), credit("5.00"));
        assertThat(fitted.withheld()).extracting(Withheld::cost).containsExactly(new BigDecimal("20.00"));
    }

    @Test
    void whatCostsNothingIsMadeInAnyCase() {
        var upgrade = RetentionOffer.upgrade(
                FRAME, Occasion.STAGE, IncentiveType.FEATURE_UNLOCK, List.of("premium_support"), 30);

        assertThat(fit("0", "0", "-10", upgrade).offers()).containsExactly(upgrade);
    }

    private static Allowance.Fitted replacing(String left, String openCost, boolean ofThisMonth, int months) {
        return new Allowance(number(left), null, number("1000"))
                .fit(
                        List.of(discount(months)),
                        Map.of(
                                new Allowance.Kind(OfferType.DISCOUNT, Occasion.STAGE),
                                new Allowance.Open(number(openCost), ofThisMonth)));
    }

    @Test
    void anOfferMayUseWhatTheOneBeforeItWasPromised() {
        assertThat(replacing("60", "60", true, 12).offers().get(0).durationMonths())
                .isEqualTo(12);
        assertThat(replacing("60", "60", false, 12).offers().get(0).durationMonths())
                .isEqualTo(6);
    }

    @Test
    void anOfferIsNotReplacedByALesserOne() {
        assertThat(replacing("40", "60", false, 12).offers()).isEmpty();
        assertThat(replacing("40", "60", false, 12).withheld())
                .containsExactly(
                        new Withheld(OfferType.DISCOUNT, Occasion.STAGE, new BigDecimal("40.00"), "open_offer"));
    }

    @Property
    void noLimitIsEverExceeded(
            @ForAll @BigRange(min = "0", max = "500") @Scale(2) BigDecimal month,
            @ForAll @BigRange(min = "0", max = "500") @Scale(2) BigDecimal ofCase,
            @ForAll @BigRange(min = "-50", max = "500") @Scale(2) BigDecimal worth,
            @ForAll @BigRange(min = "0", max = "200") @Scale(2) BigDecimal openCost,
            @ForAll boolean ofThisMonth,
            @ForAll @IntRange(min = 1, max = 24) int months,
            @ForAll @BigRange(min = "0.01", max = "300") @Scale(2) BigDecimal credit) {
        var kind = new Allowance.Kind(OfferType.DISCOUNT, Occasion.STAGE);
        var fitted = new Allowance(month, ofCase, worth)
                .fit(
                        List.of(discount(months), RetentionOffer.credit(FRAME, Occasion.LOYALTY, credit, 90)),
                        Map.of(kind, new Allowance.Open(openCost, ofThisMonth)));

        var promised = fitted.offers().stream().map(RetentionOffer::cost).reduce(BigDecimal.ZERO, BigDecimal::add);
        var replaced = fitted.offers().stream().anyMatch(offer -> offer.type() == OfferType.DISCOUNT);
        var freed = replaced ? openCost : BigDecimal.ZERO;
        if (promised.signum() > 0) {
            assertThat(promised.subtract(freed)).isLessThanOrEqualTo(ofCase);
            assertThat(promised.subtract(freed)).isLessThanOrEqualTo(worth);
            assertThat(promised.subtract(ofThisMonth ? freed : BigDecimal.ZERO)).isLessThanOrEqualTo(month);
        }
    }
}
