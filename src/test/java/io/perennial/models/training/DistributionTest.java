package io.perennial.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class DistributionTest {

    private static final float MISSING = Float.NaN;

    @Provide
    Arbitrary<float[]> values() {
        return Arbitraries.frequencyOf(
                        Tuple.of(8, Arbitraries.floats().between(-100, 100)),
                        Tuple.of(2, Arbitraries.of(0f, -0f, 1f)),
                        Tuple.of(1, Arbitraries.just(MISSING)))
                .array(float[].class)
                .ofMinSize(1)
                .ofMaxSize(60);
    }

    @Property
    void sharesAreOfAllRowsAndNothingHasChangedAgainstItself(@ForAll("values") float[] values) {
        var distribution = Distribution.of(values);

        assertThat(Arrays.stream(distribution.shares()).sum()).isCloseTo(1, within(1e-9));
        assertThat(distribution.shares()).hasSize(distribution.breaks().length + 2);
        assertThat(distribution.breaks()).isSorted().doesNotHaveDuplicates();
        assertThat(distribution.stabilityIndex(values)).isCloseTo(0, within(1e-12));
    }

    @Property
    void theIndexIsNeverNegative(@ForAll("values") float[] before, @ForAll("values") float[] after) {
        assertThat(Distribution.of(before).stabilityIndex(after)).isGreaterThanOrEqualTo(0);
    }

    @Example
    void theBinsHoldEquallyManyNumbers() {
        var values = new float[20];
        for (var i = 0; i < values.length; i++) {
            values[i] = 19 - i;
        }

        var distribution = Distribution.of(values);

        assertThat(distribution.breaks()).containsExactly(2, 4, 6, 8, 10, 12, 14, 16, 18);
        assertThat(distribution.shares())
                .containsExactly(new double[] {.1, .1, .1, .1, .1, .1, .1, .1, .1, .1, 0}, within(1e-12));
    }

    /** (0.25 − 0.5) ln (0.25 ÷ 0.5) + (0.75 − 0.5) ln (0.75 ÷ 0.5) = 0.2746531. */
    @Example
    void theIndexIsWhatAHandComputes() {
        var before = new Distribution(new double[] {10}, new double[] {0.5, 0.5, 0});

        assertThat(before.stabilityIndex(new float[] {9, 10, 11, 12})).isCloseTo(0.2746531, within(1e-7));
    }

    /** (0.5 − 1) ln 0.5 + (0.5 − 0.0001) ln 5000 = 4.6043185. */
    @Example
    void whatIsMissingNowAndWasNotBeforeIsAChange() {
        var before = Distribution.of(new float[] {1, 1, 1, 1});

        assertThat(before.breaks()).containsExactly(1, Math.nextUp(1.0));
        assertThat(before.shares()).containsExactly(0, 1, 0, 0);
        assertThat(before.stabilityIndex(new float[] {1, MISSING, 1, MISSING})).isCloseTo(4.6043185, within(1e-6));
    }

    @Example
    void aConstantThatChangesIsAChange() {
        var before = Distribution.of(new float[] {3, 3, 3});

        assertThat(before.stabilityIndex(new float[] {3})).isZero();
        assertThat(before.stabilityIndex(new float[] {2})).isGreaterThan(10);
        assertThat(before.stabilityIndex(new float[] {4})).isGreaterThan(10);
    }

    @Example
    void aNumberThatNobodyHasIsAllMissing() {
        var never = Distribution.of(new float[] {MISSING, MISSING});

        assertThat(never.shares()[never.shares().length - 1]).isEqualTo(1);
        assertThat(never.stabilityIndex(new float[] {MISSING})).isZero();
        assertThat(never.stabilityIndex(new float[] {7})).isGreaterThan(10);
    }
}
