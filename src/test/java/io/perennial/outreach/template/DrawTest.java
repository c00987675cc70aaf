package io.perennial.outreach.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DrawTest {

    private static Variant variant(String name, int weight) {
        return new Variant(name, weight, new Content(null, "x", null, null, "/x"), 1);
    }

    @Property
    void theSameDrawGetsTheSameVariantAndNoneWithoutAWeight(
            @ForAll @Size(min = 1, max = 10) List<@IntRange(max = 1000) Integer> weights, @ForAll long draw) {
        var variants = new java.util.ArrayList<Variant>();
        weights.forEach(weight -> variants.add(variant("v" + variants.size(), weight)));
        if (weights.stream().allMatch(weight -> weight == 0)) {
            variants.add(variant("last", 1));
        }

        var chosen = Draw.choose(variants, draw, "template");

        assertThat(chosen.weight()).isPositive();
        assertThat(Draw.choose(variants, draw, "template")).isEqualTo(chosen);
    }

    @Test
    void neighbouringDrawsGetVariantsInProportionToTheirWeights() {
        var variants = List.of(variant("a", 70), variant("b", 0), variant("c", 30));

        var ofA = LongStream.range(0, 100_000)
                .filter(draw -> Draw.choose(variants, draw, "t").name().equals("a"))
                .count();

        // Four standard deviations of a binomial of 100,000 with 0.7 are 580.
        assertThat((double) ofA).isCloseTo(70_000, within(580.0));
    }

    @Test
    void whatIsDrawnForOneTemplateSaysNothingAboutAnother() {
        var variants = List.of(variant("a", 1), variant("b", 1));

        var same = LongStream.range(0, 100_000)
                .filter(draw -> Draw.choose(variants, draw, "one").equals(Draw.choose(variants, draw, "other")))
                .count();

        // Four standard deviations of a binomial of 100,000 with a half are 632.
        assertThat((double) same).isCloseTo(50_000, within(632.0));
    }

    @Test
    void aShareIsInItsInterval() {
        // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I: 81 of 263 is 0.2553 to
        // 0.3662.
        assertThat(Share.of(81, 263)).isEqualTo(new Share(0.3080, 0.2553, 0.3662));
        assertThat(Share.of(0, 20)).isEqualTo(new Share(0, 0, 0.1611));
        assertThat(Share.of(1, 29)).isEqualTo(new Share(0.0345, 0.0061, 0.1718));
    }
}
