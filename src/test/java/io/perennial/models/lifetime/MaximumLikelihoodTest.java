package io.perennial.models.lifetime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MaximumLikelihoodTest {

    @Test
    void theHigherOfTwoPeaksIsFoundFromEitherSide() {
        var fitted = MaximumLikelihood.fit(
                        parameters -> Math.log(parameters[0]),
                        x -> 2 * Math.exp(-(x - 3) * (x - 3)) + Math.exp(-(x + 3) * (x + 3)),
                        new double[] {Math.exp(-3.5)},
                        new double[] {Math.exp(3.5)})
                .orElseThrow();

        assertThat(fitted.model()).isCloseTo(3, within(1e-4));
        assertThat(fitted.logLikelihood()).isCloseTo(2, within(1e-8));
    }

    @Test
    void whatHasNoLikelihoodAnywhereIsNotFitted() {
        assertThat(MaximumLikelihood.fit(parameters -> parameters[0], x -> Double.NaN, new double[] {1}))
                .isEmpty();
    }

    @Test
    void whatTakesTooLongIsNotFitted() {
        var calls = new int[1];

        var fitted = MaximumLikelihood.fit(parameters -> parameters[0], x -> ++calls[0], new double[] {1});

        assertThat(fitted).isEmpty();
        assertThat(calls[0]).isLessThan(50_000);
    }
}
