package io.perennial.offers.next;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.stream.IntStream;
import org.hipparchus.stat.StatUtils;
import org.junit.jupiter.api.Test;

class PopularityTest {

    private static final Popularity POPULARITY =
            new Popularity(Map.of(1, new Popularity.Count(30, 100), 2, new Popularity.Count(0, 4)), 1, 9, 5);

    @Test
    void theMeanIsThatOfTheOutcomesAndThePrior() {
        assertThat(POPULARITY.mean(1)).isCloseTo(31.0 / 110, within(1e-12));
        assertThat(POPULARITY.mean(2)).isCloseTo(1.0 / 14, within(1e-12));
        assertThat(POPULARITY.mean(3)).isCloseTo(0.1, within(1e-12));
    }

    @Test
    void membersDisagreeTheLessTheMoreIsKnown() {
        assertThat(deviation(1)).isCloseTo(Math.sqrt(31.0 * 79 / (110.0 * 110 * 111)), within(0.012));
        assertThat(deviation(3)).isGreaterThan(1.5 * deviation(1));
    }

    private static double deviation(int offer) {
        var draws = IntStream.range(0, Popularity.MEMBERS)
                .mapToDouble(member -> POPULARITY.draw(offer, member))
                .toArray();
        return Math.sqrt(StatUtils.variance(draws));
    }

    @Test
    void aMemberSaysTheSameAgain() {
        assertThat(POPULARITY.draw(1, 7)).isEqualTo(POPULARITY.draw(1, 7)).isNotEqualTo(POPULARITY.draw(1, 8));
        assertThat(POPULARITY.draw(1, 7)).isEqualTo(POPULARITY.draw(1, 7 + Popularity.MEMBERS));
    }
}
