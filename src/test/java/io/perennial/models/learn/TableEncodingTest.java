package io.perennial.models.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TableEncodingTest {

    private static final FeatureSchema NUMBER = new FeatureSchema(List.of(FeatureSchema.Feature.numeric("number")));

    @Test
    void aSkewedNumberBecomesNormal() {
        var random = new Random(1);
        var values = new float[5000];
        for (var i = 0; i < values.length; i++) {
            values[i] = (float) Math.exp(2 * random.nextGaussian());
        }

        var encoding = TableEncoding.fit(new Rows(NUMBER, values.length, values));
        var encoded = encoding.encode(new Rows(NUMBER, 4, new float[] {1, (float) Math.exp(2), 0, 1e9f}), 0, 4);

        assertThat(encoding.width()).isEqualTo(1);
        assertThat(encoded[0]).isCloseTo(0, within(0.05f));
        assertThat(encoded[1]).isCloseTo(1, within(0.08f));
        assertThat(encoded[2]).isBetween(-5f, -3f);
        assertThat(encoded[3]).isBetween(3f, 5f);
    }

    @Property(tries = 200)
    void aLargerNumberNeverBecomesSmaller(
            @ForAll @Size(min = 1, max = 60) List<Float> training, @ForAll float one, @ForAll float other) {
        var values = new float[training.size()];
        for (var i = 0; i < values.length; i++) {
            values[i] = training.get(i);
        }
        var encoding = TableEncoding.fit(new Rows(NUMBER, values.length, values));

        var encoded =
                encoding.encode(new Rows(NUMBER, 2, new float[] {Math.min(one, other), Math.max(one, other)}), 0, 2);

        assertThat(encoded[0]).isFinite().isLessThanOrEqualTo(encoded[1]);
    }

    @Test
    void aMissingNumberIsFlaggedWhereItEverWas() {
        var encoding = TableEncoding.fit(new Rows(NUMBER, 3, new float[] {1, Float.NaN, 3}));

        var encoded = encoding.encode(new Rows(NUMBER, 2, new float[] {Float.NaN, 3}), 0, 2);

        assertThat(encoded).containsExactly(new float[] {0, 1, 1, 0}, within(1e-6f));
    }

    @Test
    void aNumberThatWasAlwaysMissingSaysNothing() {
        var encoding = TableEncoding.fit(new Rows(NUMBER, 2, new float[] {Float.NaN, Float.NaN}));

        assertThat(encoding.encode(new Rows(NUMBER, 1, new float[] {7}), 0, 1)).containsExactly(0, 0);
    }

    @Test
    void fewCategoriesAreFlagsAndOneThatWasNeverSeenIsTheirMean() {
        var schema = new FeatureSchema(List.of(new FeatureSchema.Feature("plan", List.of("a", "b", "c"))));
        var encoding = TableEncoding.fit(new Rows(schema, 4, new float[] {0, 1, 1, 1}));

        var encoded = encoding.encode(new Rows(schema, 3, new float[] {1, 2, Float.NaN}), 0, 3);

        assertThat(encoded)
                .containsExactly(new float[] {0, 1, 0, 0, 0.25f, 0.75f, 0, 0, 0.25f, 0.75f, 0, 0}, within(1e-6f));
    }
}
