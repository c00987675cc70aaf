package io.perennial.offers.next;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ExplorationTest {

    private static final double[] TOGETHER = {1, 3, 2};

    /** Two take offer 1 for the best, one offer 2, one offer 0. */
    private static final double[][] BY_MEMBER = {{0, 5, 1}, {0, 1, 5}, {1, 2, 0}, {9, 0, 0}};

    @Test
    void propensitiesAreTheShareOfTheBestAndOfTheMembers() {
        var propensities = new Exploration(0.2, 0).propensities(TOGETHER, BY_MEMBER);
        assertThat(propensities[0]).isCloseTo(0.2 * 0.25, within(1e-12));
        assertThat(propensities[1]).isCloseTo(0.8 + 0.2 * 0.5, within(1e-12));
        assertThat(propensities[2]).isCloseTo(0.2 * 0.25, within(1e-12));
    }

    @Test
    void anEvenShareLeavesNoOfferImpossible() {
        var propensities = new Exploration(0.2, 0.3).propensities(TOGETHER, new double[][] {{0, 1, 0}});
        assertThat(propensities[0]).isCloseTo(0.2 * 0.3 / 3, within(1e-12));
        assertThat(propensities[1]).isCloseTo(0.8 + 0.2 * 0.7 + 0.2 * 0.3 / 3, within(1e-12));
    }

    @Property(tries = 100)
    void propensitiesAddUpToOneAndTellHowOftenEachIsChosen(
            @ForAll @IntRange(min = 1, max = 8) int offers,
            @ForAll @DoubleRange(min = 0, max = 1) double share,
            @ForAll @DoubleRange(min = 0, max = 1) double evenly,
            @ForAll @IntRange(min = 0, max = 9999) int seed) {
        var random = new SplittableRandom(seed);
        var together = random.doubles(offers).toArray();
        var byMember = new double[16][];
        Arrays.setAll(byMember, member -> random.doubles(offers).toArray());
        var exploration = new Exploration(share, evenly);
        var times = 4_000;
        var chosen = new int[offers];
        for (var i = 0; i < times; i++) {
            chosen[exploration.choose(together, byMember, random).offer()]++;
        }

        var propensities = exploration.propensities(together, byMember);

        assertThat(Arrays.stream(propensities).sum()).isCloseTo(1, within(1e-9));
        for (var i = 0; i < offers; i++) {
            // Five standard deviations at most.
            assertThat((double) chosen[i] / times).isCloseTo(propensities[i], within(0.04));
        }
    }

    @Test
    void withoutExplorationTheBestIsChosenAndTheAgreementTold() {
        var choice = Exploration.NONE.choose(TOGETHER, BY_MEMBER, new SplittableRandom(1));
        assertThat(choice.offer()).isEqualTo(1);
        assertThat(choice.explored()).isFalse();
        assertThat(choice.propensities()).containsExactly(0, 1, 0);
        assertThat(choice.agreement()).isEqualTo(0.5);
    }
}
