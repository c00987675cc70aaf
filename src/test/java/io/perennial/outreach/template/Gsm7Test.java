package io.perennial.outreach.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Gsm7Test {

    @Test
    void theTablesAreThoseOfTheStandard() {
        assertThat(Gsm7.BASIC).hasSize(128);
        assertThat(Gsm7.BASIC.chars().distinct()).hasSize(128);
        assertThat(Gsm7.BASIC.charAt(0x00)).isEqualTo('@');
        assertThat(Gsm7.BASIC.charAt(0x11)).isEqualTo('_');
        assertThat(Gsm7.BASIC.charAt(0x1B)).isEqualTo('\0');
        assertThat(Gsm7.BASIC.charAt(0x24)).isEqualTo('¤');
        assertThat(Gsm7.BASIC.charAt(0x40)).isEqualTo('¡');
        assertThat(Gsm7.BASIC.charAt(0x5F)).isEqualTo('§');
        assertThat(Gsm7.BASIC.charAt(0x60)).isEqualTo('¿');
        assertThat(Gsm7.BASIC.charAt(0x7F)).isEqualTo('à');
        for (var c = ' '; c <= 'z'; c++) {
            if ("$@[\\]^_`".indexOf(c) < 0) {
                assertThat(Gsm7.BASIC.charAt(c)).isEqualTo(c);
            }
        }
        assertThat(Gsm7.EXTENSION.chars().mapToObj(c -> (char) c))
                .containsExactlyInAnyOrder('\f', '^', '{', '}', '\\', '[', '~', ']', '|', '€');
    }

    @ParameterizedTest
    @CsvSource({"Hello,5", "€49.00,7", "[a],5", "{b},5", "~,2", "Ärger,5", "'',0"})
    void theExtensionCountsTwice(String text, int septets) {
        assertThat(Gsm7.length(text)).isEqualTo(septets);
    }

    @ParameterizedTest
    @CsvSource({
        "José Łukasz,José Lukasz",
        "don’t – stop…,don't - stop...",
        "São Paulo,Sao Paulo",
        "“quoted”,\"quoted\"",
        "Анна,''",
        "smile😀!,smile!",
        "ﬁne,fine"
    })
    void theClosestTextIsWritten(String text, String closest) {
        assertThat(Gsm7.closest(text)).isEqualTo(closest);
    }

    @Property
    void theClosestTextIsInTheAlphabetAndItsOwnClosest(@ForAll @StringLength(max = 200) String text) {
        var closest = Gsm7.closest(text);

        assertThat(Gsm7.firstOutside(closest)).isEqualTo(-1);
        assertThat(Gsm7.closest(closest)).isEqualTo(closest);
    }

    @Property
    void whatIsInTheAlphabetStaysAsItIs(@ForAll("inTheAlphabet") String text) {
        assertThat(Gsm7.closest(text)).isEqualTo(text);
        assertThat(Gsm7.length(text)).isBetween(text.length(), 2 * text.length());
    }

    @Property
    void aCutTextIsTheLongestBeginningThatFits(
            @ForAll("inTheAlphabet") String text, @ForAll @IntRange(max = 200) int room) {
        var cut = Gsm7.cut(text, room);

        assertThat(text).startsWith(cut);
        assertThat(Gsm7.length(cut)).isLessThanOrEqualTo(room);
        if (cut.length() < text.length()) {
            assertThat(Gsm7.length(text.substring(0, cut.length() + 1))).isGreaterThan(room);
        }
    }

    /** What was counted on when a text was saved holds for any customer. */
    @Property(tries = 300)
    void noCustomerMakesASavedTextLongerThanOneMessage(
            @ForAll @StringLength(max = 120) String name,
            @ForAll @StringLength(max = 120) String plan,
            @ForAll @IntRange(max = 99_999_999) int cents) {
        var values = Examples.all();
        values.put("customer_name", name);
        values.put("plan", plan);
        values.put("amount", new BigDecimal(cents).movePointLeft(2));
        var source = "x".repeat(160 - 20 - 20 - 16 - 60) + "{customer_name}{#if plan}{plan}{/if}{amount}{cta_url}";

        var text = Examples.text(Examples.sms(), source, values);

        assertThat(Gsm7.firstOutside(text)).isEqualTo(-1);
        assertThat(Gsm7.length(text)).isLessThanOrEqualTo(160);
    }

    @Provide
    Arbitrary<String> inTheAlphabet() {
        return Arbitraries.strings()
                .withChars((Gsm7.BASIC.replace("\0", "") + Gsm7.EXTENSION).toCharArray())
                .ofMaxLength(200);
    }
}
