package io.perennial.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.BigRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.perennial.platform.ProblemException;

class DecimalsTest {

    private static final Decimals POINT = new Decimals('.');
    private static final Decimals COMMA = new Decimals(',');

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    12          | 12
                    12.5        | 12.5
                    .5          | 0.5
                    12.         | 12
                    +12.50      | 12.5
                    -12.50      | -12.5
                    1,234       | 1234
                    1,234.56    | 1234.56
                    1,234,567.8 | 1234567.8
                    12,34,567.8 | 1234567.8
                    1 234.56    | 1234.56
                    1'234.56    | 1234.56
                    $1,234.56   | 1234.56
                    12.50 €     | 12.5
                    EUR 12.50   | 12.5
                    12.50EUR    | 12.5
                    US$ 12.50   | 12.5
                    1.5e3       | 1500
                    2E+2        | 200
                    1e-3        | 0.001
                    0.00005     | 0.0001
                    0.00004     | 0
                    """)
    void aPointIsTheDecimalMark(String text, BigDecimal expected) throws InvalidValue {
        assertThat(POINT.parse("amount", text)).isEqualByComparingTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    12,5          | 12.5
                    1.234         | 1234
                    1.234,56      | 1234.56
                    1.234.567,8   | 1234567.8
                    1 234,56 €    | 1234.56
                    CHF 1'234,50  | 1234.5
                    -12,5         | -12.5
                    1,5e3         | 1500
                    """)
    void aCommaIsTheDecimalMark(String text, BigDecimal expected) throws InvalidValue {
        assertThat(COMMA.parse("amount", text)).isEqualByComparingTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "nan", "Infinity", "-Infinity", "+inf"})
    void whatIsNotFiniteIsRefused(String text) {
        assertThatThrownBy(() -> POINT.parse("amount", text)).hasMessage(text + " is not a finite number");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "-", ".", "abc", "12abc", "1.2.3", "--5", "1e999", "1e", "0x10", "٣", "(5.00)", "12 50 O", "N5",
                "5O", "€", "1-2"
            })
    void whatIsNotANumberIsRefused(String text) {
        assertThatThrownBy(() -> POINT.parse("amount", text)).hasMessage(text + " is not a number");
    }

    @ParameterizedTest
    @ValueSource(strings = {"12,50", "1,23", "1,2345", ",5", "1,234,5", "1,,234"})
    void aCommaThatDoesNotGroupThousandsIsNotDropped(String text) {
        assertThatThrownBy(() -> POINT.parse("amount", text)).hasMessage(text + " is not a number");
    }

    @ParameterizedTest
    @ValueSource(strings = {"12.50", "1.23", "1.2345", "1.234.5", "12,5.0"})
    void aPointThatDoesNotGroupThousandsIsNotDropped(String text) {
        assertThatThrownBy(() -> COMMA.parse("amount", text)).hasMessage(text + " is not a number");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1000000000000000", "1e15", "9e99", "-1e20"})
    void moreDigitsThanTheDatabaseKeepsAreRefused(String text) {
        assertThatThrownBy(() -> POINT.parse("amount", text)).hasMessage(text + " has more than 15 digits");
    }

    @Test
    void theLargestAmountFits() throws InvalidValue {
        assertThat(POINT.parse("amount", "999999999999999.9999")).isEqualTo("999999999999999.9999");
        assertThatThrownBy(() -> POINT.parse("amount", "999999999999999.99999"))
                .hasMessageEndingWith("has more than 15 digits");
    }

    @Test
    void aNegativeAmountIsRefusedWithAHint() throws InvalidValue {
        assertThatThrownBy(() -> POINT.parseNonNegative("amount", "-0.01", "; a hint"))
                .hasMessage("-0.01 is negative; a hint");
        assertThat(POINT.parseNonNegative("amount", "0", "")).isZero();
        assertThat(POINT.parseNonNegative("amount", null, "")).isNull();
    }

    @Test
    void theDecimalMarkIsFoundOutFromTheFirstAmountThatTellsIt() {
        assertThat(Decimals.detect(List.of("12", "1,234.56")).mark()).isEqualTo(".");
        assertThat(Decimals.detect(List.of("12", "1.234,56")).mark()).isEqualTo(",");
        assertThat(Decimals.detect(List.of("1,234", "12,5")).mark()).isEqualTo(",");
        assertThat(Decimals.detect(List.of("1,234", "1,234,567")).mark()).isEqualTo(".");
        assertThat(Decimals.detect(List.of("1.234.567")).mark()).isEqualTo(",");
        assertThat(Decimals.detect(List.of("1,234", "12.50")).mark()).isEqualTo(".");
        assertThat(Decimals.detect(List.of("12.50", "7")).mark()).isEqualTo(".");
        assertThat(Decimals.detect(List.of()).mark()).isEqualTo(".");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1,234", "$1,234", "12,345 EUR", "-999,000"})
    void aCommaThatCouldBeEitherIsAskedFor(String text) {
        assertThatThrownBy(() -> Decimals.detect(List.of("5", text)))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("decimal_mark=. or decimal_mark=,");
    }

    @Test
    void theDecimalMarkIsAPointOrAComma() {
        assertThat(Decimals.of(",").mark()).isEqualTo(",");
        assertThatThrownBy(() -> Decimals.of(";")).hasMessage("decimal_mark must be a point or a comma");
    }

    @Property
    void anAmountAsAnyLocaleFormatsItReadsBack(
            @ForAll @BigRange(min = "-999999999999", max = "999999999999") @Scale(4) BigDecimal amount)
            throws InvalidValue {
        assertThat(POINT.parse("amount", formatted(Locale.US, amount))).isEqualByComparingTo(amount);
        assertThat(COMMA.parse("amount", formatted(Locale.GERMANY, amount))).isEqualByComparingTo(amount);
        assertThat(POINT.parse("amount", amount.toPlainString())).isEqualByComparingTo(amount);
        assertThat(POINT.parse("amount", "$" + formatted(Locale.US, amount.abs())))
                .isEqualByComparingTo(amount.abs());
    }

    private static String formatted(Locale locale, BigDecimal amount) {
        return new DecimalFormat("#,##0.0###", DecimalFormatSymbols.getInstance(locale)).format(amount);
    }
}
