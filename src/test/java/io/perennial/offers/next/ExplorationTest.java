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
    void whereNoOfferIsWorthItsCostNothingIsBest() {
        var choice = Exploration.NONE.choose(
                new double[] {-2, -1}, new double[][] {{-3, -1}, {-1, 2}, {-1, -2}, {-1, -1}}, new SplittableRandom(1));
        assertThat(choice.isNothing()).isTrue();
        assertThat(choice.propensities()).containsExactly(0, 0);
        // Three of four members would not make an offer either.
        assertThat(choice.agreement()).isCloseTo(0.75, within(1e-12));
    }

    @Test
    void whatOnlyOneMemberFindsWorthItsCostIsMadeToExploreOnly() {
        var propensities = new Exploration(0.4, 0.5).propensities(new double[] {-2, -1, -3}, new double[][] {
            {-3, 2, -1}, {-1, -2, -1}
        });
        // Half of the members, and every even draw, of which there is but one offer worth trying.
        assertThat(propensities[1]).isCloseTo(0.4 * 0.5 * 0.5 + 0.4 * 0.5, within(1e-12));
        assertThat(propensities[0]).isZero();
        assertThat(propensities[2]).isZero();
    }

    @Test
    void whatNobodyFindsWorthItsCostIsNotEvenDrawn() {
        var propensities = new Exploration(1, 1).propensities(new double[] {1, -1}, new double[][] {{1, -1}, {2, -5}});
        assertThat(propensities).containsExactly(1, 0);
        assertThat(new Exploration(1, 1).propensitiesOfOffers(new double[] {1, -1}, new double[][] {{1, -1}, {2, -5}}))
                .containsExactly(0.5, 0.5);
    }

    @Property(tries = 100)
    void whatPropensitiesLackOfOneIsHowOftenNothingIsChosen(
            @ForAll @IntRange(min = 1, max = 6) int offers,
            @ForAll @DoubleRange(min = 0, max = 1) double share,
            @ForAll @DoubleRange(min = 0, max = 1) double evenly,
            @ForAll @IntRange(min = 0, max = 9999) int seed) {
        var random = new SplittableRandom(seed);
        var together = random.doubles(offers, -1, 0.1).toArray();
        var byMember = new double[16][];
        Arrays.setAll(byMember, member -> random.doubles(offers, -1, 0.3).toArray());
        var exploration = new Exploration(share, evenly);
        var times = 4_000;
        var nothing = 0;
        var chosen = new int[offers];
        for (var i = 0; i < times; i++) {
            var choice = exploration.choose(together, byMember, random);
            if (choice.isNothing()) {
                nothing++;
            } else {
                chosen[choice.offer()]++;
            }
        }

        var propensities = exploration.propensities(together, byMember);

        assertThat((double) nothing / times)
                .isCloseTo(1 - Arrays.stream(propensities).sum(), within(0.04));
        for (var i = 0; i < offers; i++) {
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
