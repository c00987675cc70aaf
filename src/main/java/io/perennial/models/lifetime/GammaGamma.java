package io.perennial.models.lifetime;

import java.util.Optional;
import java.util.OptionalDouble;
import org.hipparchus.special.Gamma;

/**
 * The Gamma-Gamma model of how much customers spend when they buy (Fader and Hardie 2013, "The Gamma-Gamma model of
 * monetary value"). What a customer spends varies around a mean of their own by a gamma distribution; the means differ
 * between customers, independently of how often they buy, such that the scales have a gamma distribution too.
 *
 * @param p shape of what one customer spends, more than 0
 * @param q shape of the distribution of scales, more than 0
 * @param v its rate, more than 0, in the unit of money
 */
public record GammaGamma(double p, double q, double v) {

    /** Checks the parameters. */
    public GammaGamma {
        if (!(p > 0 && q > 0 && v > 0)) {
            throw new IllegalArgumentException("p %s, q %s, v %s".formatted(p, q, v));
        }
    }

    /**
     * The model that makes histories likeliest.
     *
     * @return empty when the search does not converge, or there are no histories
     */
    public static Optional<Fitted<GammaGamma>> fit(SpendHistories histories) {
        if (histories.customers() == 0) {
            return Optional.empty();
        }
        var mean = histories.mean();
        return MaximumLikelihood.fit(
                parameters -> new GammaGamma(parameters[0], parameters[1], parameters[2]),
                model -> model.logLikelihood(histories),
                new double[] {2, 3, mean},
                new double[] {10, 6, 0.5 * mean},
                new double[] {1, 1.5, 0.5 * mean});
    }

    /** The log-likelihood of histories. What depends on the frequency alone is computed once for all customers. */
    public double logLikelihood(SpendHistories histories) {
        var visits = new double[histories.maxFrequency() + 1];
        for (var x = 1; x < visits.length; x++) {
            visits[x] = logVisits(x);
        }
        var sum = 0.0;
        for (var i = 0; i < histories.size(); i++) {
            var x = histories.frequency(i);
            sum += histories.count(i) * (visits[x] + logSpend(x, histories.logMean(i)));
        }
        return sum;
    }

    /**
     * The log-likelihood of one customer, equation 1a of the paper.
     *
     * @param frequency 1 or more
     * @param meanValue more than 0
     */
    public double logLikelihood(int frequency, double meanValue) {
        return logVisits(frequency) + logSpend(frequency, Math.log(meanValue));
    }

    private double logVisits(int x) {
        return Gamma.logGamma(p * x + q)
                - Gamma.logGamma(p * x)
                - Gamma.logGamma(q)
                + q * Math.log(v)
                + p * x * Math.log(x);
    }

    private double logSpend(int x, double logMean) {
        return (p * x - 1) * logMean - (p * x + q) * Math.log(v + x * Math.exp(logMean));
    }

    /**
     * The mean over all customers of what they spend when they buy.
     *
     * @return empty when {@code q ≤ 1}: customers differ so much then that there is no such number, and nothing can be said of
     *     those who bought only once
     */
    public OptionalDouble populationMean() {
        return q > 1 ? OptionalDouble.of(p * v / (q - 1)) : OptionalDouble.empty();
    }

    /**
     * What a customer is expected to spend when they buy, between their own mean and that of all (equation 5 of the paper).
     *
     * @param frequency 0 or more
     * @param meanValue 0 or more; of no importance when the frequency is 0
     * @return empty when there is no such number, which is so when {@code p × frequency + q ≤ 1}
     */
    public OptionalDouble expectedValue(int frequency, double meanValue) {
        if (frequency == 0) {
            return populationMean();
        }
        var shape = p * frequency + q - 1;
        return shape > 0 ? OptionalDouble.of(p * (v + frequency * meanValue) / shape) : OptionalDouble.empty();
    }
}
