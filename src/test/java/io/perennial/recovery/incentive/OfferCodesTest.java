package io.perennial.recovery.incentive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OfferCodesTest {

    private static final int MANY = 20_000;

    private final OfferCodes codes = new OfferCodes();

    @Test
    void aCodeHasEightyRandomBitsInCharactersThatNobodyConfuses() {
        assertThat(codes.next())
                .matches("STAY(-[0-9ABCDEFGHJKMNPQRSTVWXYZ]{4}){4}")
                .isNotEqualTo(codes.next());
        assertThat(OfferCodes.BITS).isEqualTo(16 * 5);
    }

    /** Each of 32 characters is expected 10,000 times; six standard deviations are 590. */
    @Test
    void everyCharacterIsAsLikelyAsAnyOther() {
        var counts = Stream.generate(codes::next)
                .limit(MANY)
                .flatMap(code -> code.substring(5).replace("-", "").chars().mapToObj(c -> (char) c))
                .collect(Collectors.groupingBy(c -> c, Collectors.counting()));

        assertThat(counts).hasSize(32);
        assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(9_410L, 10_590L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "STAY-7K3M-9QX0-R2VH-1TBN",
                "stay-7k3m-9qx0-r2vh-1tbn",
                " STAY 7K3M 9QX0 R2VH 1TBN ",
                "STAY7K3M9QX0R2VH1TBN",
                "7K3M-9QX0-R2VH-1TBN",
                "STAY-7K3M-9QXO-R2VH-ITBN",
                "stay-7k3m-9qxo-r2vh-ltbn"
            })
    void aCodeIsUnderstoodAsPeopleTypeIt(String typed) {
        assertThat(OfferCodes.normal(typed)).isEqualTo("STAY-7K3M-9QX0-R2VH-1TBN");
    }

    @Test
    void aCodeThatBeginsLikeThePrefixIsNotCut() {
        assertThat(OfferCodes.normal("STAY-STAY-9QX0-R2VH-1TBN")).isEqualTo("STAY-STAY-9QX0-R2VH-1TBN");
        assertThat(OfferCodes.normal("STAY-9QX0-R2VH-1TBN")).isEqualTo("STAY-STAY-9QX0-R2VH-1TBN");
    }

    @Test
    void whatIsNoCodeIsNoneAfterwards() {
        assertThat(OfferCodes.normal("'; drop table")).doesNotMatch("STAY(-[0-9A-Z]{4}){4}");
        assertThat(OfferCodes.normal("")).isEqualTo("STAY");
    }

    @Test
    void ofAHiddenCodeFourCharactersAreLeft() {
        assertThat(OfferCodes.hidden("STAY-7K3M-9QX0-R2VH-1TBN")).isEqualTo("STAY-****-****-****-1TBN");
        assertThat(OfferCodes.hidden(null)).isNull();
    }
}
