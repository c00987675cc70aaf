package io.perennial.runs;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RunPartTest {

    /** A UUID as the database orders it: a number of 128 bits. */
    private static BigInteger number(UUID id) {
        return new BigInteger(id.toString().replace("-", ""), 16);
    }

    @Property
    void rangesFollowEachOtherAndCoverAllIds(@ForAll @IntRange(min = 1, max = 1024) int count) {
        var next = BigInteger.ZERO;
        for (var index = 0; index < count; index++) {
            var range = RunPart.range(index, count);
            assertThat(number(range[0])).isEqualTo(next);
            assertThat(number(range[1])).isGreaterThan(next);
            next = number(range[1]).add(BigInteger.ONE);
        }
        assertThat(next).isEqualTo(BigInteger.ONE.shiftLeft(128));
    }

    @Property
    void rangesAreOfOneSize(@ForAll @IntRange(min = 1, max = 1024) int count) {
        var fair = BigInteger.ONE.shiftLeft(128).doubleValue() / count;
        for (var index = 0; index < count; index++) {
            var range = RunPart.range(index, count);
            assertThat(number(range[1]).subtract(number(range[0])).doubleValue() / fair)
                    .isBetween(0.9999, 1.0001);
        }
    }

    @Test
    void oneRangeIsEverything() {
        assertThat(RunPart.range(0, 1))
                .containsExactly(
                        UUID.fromString("00000000-0000-0000-0000-000000000000"),
                        UUID.fromString("ffffffff-ffff-ffff-ffff-ffffffffffff"));
    }
}
