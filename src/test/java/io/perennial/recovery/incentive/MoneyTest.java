package io.perennial.recovery.incentive;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.BigRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

class MoneyTest {

    private static final BigDecimal CENT = new BigDecimal("0.01");
    private static final BigDecimal HALF_A_CENT = new BigDecimal("0.005");

    @Property
    void partsAddUpToTheAmountAndDifferByACentAtMost(
            @ForAll @BigRange(min = "0", max = "10000000") @Scale(2) BigDecimal amount,
            @ForAll @IntRange(min = 1, max = 60) int parts) {
        var divided = Money.divided(amount, parts, "EUR");

        assertThat(divided).hasSize(parts);
        assertThat(divided.stream().reduce(BigDecimal.ZERO, BigDecimal::add)).isEqualByComparingTo(amount);
        assertThat(divided.get(0).subtract(divided.get(parts - 1))).isBetween(BigDecimal.ZERO, CENT);
        assertThat(divided).isSortedAccordingTo((one, other) -> other.compareTo(one));
        assertThat(divided).allSatisfy(part -> assertThat(part.scale()).isEqualTo(2));
    }

    @Property
    void aShareIsWithinHalfACentOfWhatItShouldBe(
            @ForAll @BigRange(min = "0", max = "10000000") @Scale(4) BigDecimal amount,
            @ForAll @BigRange(min = "0", max = "100") @Scale(2) BigDecimal percent) {
        var share = Money.share(amount, percent, "EUR");
        var exact = amount.multiply(percent).movePointLeft(2);

        assertThat(share.scale()).isEqualTo(2);
        assertThat(share.subtract(exact).abs()).isLessThanOrEqualTo(HALF_A_CENT);
        assertThat(share).isLessThanOrEqualTo(Money.rounded(amount, "EUR").add(CENT));
    }

    @Property
    void aLargerShareIsNeverWorthLess(
            @ForAll @BigRange(min = "0", max = "10000") @Scale(2) BigDecimal amount,
            @ForAll @IntRange(max = 99) int percent) {
        assertThat(Money.share(amount, BigDecimal.valueOf(percent), "EUR"))
                .isLessThanOrEqualTo(Money.share(amount, BigDecimal.valueOf(percent + 1L), "EUR"));
    }

    @Test
    void halfACentIsRoundedUp() {
        assertThat(Money.share(new BigDecimal("0.50"), BigDecimal.ONE, "EUR")).isEqualTo(new BigDecimal("0.01"));
        assertThat(Money.share(new BigDecimal("0.49"), BigDecimal.ONE, "EUR")).isEqualTo(new BigDecimal("0.00"));
        assertThat(Money.share(new BigDecimal("199.99"), BigDecimal.valueOf(50), "EUR"))
                .isEqualTo(new BigDecimal("100.00"));
    }

    @Test
    void currenciesHaveTheirOwnSmallestUnit() {
        assertThat(Money.share(new BigDecimal("1999"), BigDecimal.valueOf(25), "JPY"))
                .isEqualTo(new BigDecimal("500"));
        assertThat(Money.divided(new BigDecimal("100"), 3, "JPY"))
                .containsExactly(new BigDecimal("34"), new BigDecimal("33"), new BigDecimal("33"));
        assertThat(Money.share(new BigDecimal("10.000"), new BigDecimal("12.34"), "KWD"))
                .isEqualTo(new BigDecimal("1.234"));
        assertThat(Money.decimals("XYZ")).isEqualTo(2);
    }
}
