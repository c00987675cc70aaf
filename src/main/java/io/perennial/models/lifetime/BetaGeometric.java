package io.perennial.models.lifetime;

import java.util.Optional;
import org.hipparchus.special.Beta;
import org.hipparchus.special.Gamma;

/**
 * The BG/NBD model of how often customers buy who never say that they leave (Fader, Hardie and Lee 2005, "Counting your
 * customers the easy way: an alternative to the Pareto/NBD model", Marketing Science 24(2)). A customer buys at random with
 * a rate of their own and after each purchase leaves for good with a probability of their own. Rates differ between
 * customers by a gamma distribution, probabilities by a beta distribution.
 *
 * <p>A customer is known by frequency {@code x}, recency {@code t_x} and age {@code T}, see {@link PurchaseHistories}.
 *
 * @param r shape of the distribution of rates, more than 0
 * @param alpha its rate, more than 0, in the unit of time
 * @param a of the distribution of drop-out probabilities, more than 0
 * @param b of the same, more than 0
 */
public record BetaGeometric(double r, double alpha, double a, double b) {

    /** Distance of the nodes of the quadrature, on its own scale. */
    private static final double STEP = 0.05;

    /** Checks the parameters. */
    public BetaGeometric {
        if (!(r > 0 && alpha > 0 && a > 0 && b > 0)) {
            throw new IllegalArgumentException("r %s, alpha %s, a %s, b %s".formatted(r, alpha, a, b));
        }
    }

    /**
     * The model that makes histories likeliest, in their unit of time.
     *
     * @return empty when the search does not converge, or nobody bought twice
     */
    public static Optional<Fitted<BetaGeometric>> fit(PurchaseHistories histories) {
        if (histories.repeatCustomers() == 0) {
            return Optional.empty();
        }
        var wait = histories.meanAge() / histories.meanFrequency();
        return MaximumLikelihood.fit(
                parameters -> new BetaGeometric(parameters[0], parameters[1], parameters[2], parameters[3]),
                model -> model.logLikelihood(histories),
                new double[] {1, wait, 1, 3},
                new double[] {0.2, 0.1 * wait, 0.3, 0.5},
                new double[] {3, 3 * wait, 1, 20});
    }

    /**
     * The log-likelihood of histories. What depends on the frequency alone and the logarithms of days are computed once for
     * all customers.
     */
    public double logLikelihood(PurchaseHistories histories) {
        var purchases = new double[histories.maxFrequency() + 1];
        var dropOut = new double[histories.maxFrequency() + 1];
        for (var x = 0; x < purchases.length; x++) {
            purchases[x] = logPurchases(x);
            dropOut[x] = logDropOut(x);
        }
        var logTime = new double[histories.maxAge() + 1];
        for (var day = 0; day < logTime.length; day++) {
            logTime[day] = Math.log(alpha + day / histories.daysPerUnit());
        }
        var sum = 0.0;
        for (var i = 0; i < histories.size(); i++) {
            var x = histories.frequency(i);
            sum += histories.count(i)
                    * (purchases[x]
                            + logEnd(x, dropOut[x], logTime[histories.recencyDays(i)], logTime[histories.ageDays(i)]));
        }
        return sum;
    }

    /**
     * The log-likelihood of one customer, equation 6 of the paper.
     *
     * @param recency in the unit of time
     * @param age in the unit of time
     */
    public double logLikelihood(int frequency, double recency, double age) {
        return logPurchases(frequency)
                + logEnd(frequency, logDropOut(frequency), Math.log(alpha + recency), Math.log(alpha + age));
    }

    /** The part of the log-likelihood that depends on the frequency alone. */
    private double logPurchases(int x) {
        return Gamma.logGamma(r + x)
                - Gamma.logGamma(r)
                + r * Math.log(alpha)
                + Beta.logBeta(a, b + x)
                - Beta.logBeta(a, b);
    }

    /** The logarithm of the odds that the last purchase was followed by leaving; nothing is known of that before the second. */
    private double logDropOut(int x) {
        return x == 0 ? Double.NEGATIVE_INFINITY : Math.log(a) - Math.log(b + x - 1);
    }

    /** The part of the log-likelihood for how it ended: without a purchase since, or with leaving after the last. */
    private double logEnd(int x, double logDropOut, double logAlphaRecency, double logAlphaAge) {
        var stayed = -(r + x) * logAlphaAge;
        if (x == 0) {
            return stayed;
        }
        return stayed + logOnePlusExp(logDropOut + (r + x) * (logAlphaAge - logAlphaRecency));
    }

    private static double logOnePlusExp(double value) {
        return value > 0 ? value + Math.log1p(Math.exp(-value)) : Math.log1p(Math.exp(value));
    }

    /**
     * The probability that a customer has not left (Fader, Hardie and Lee 2008, "Computing P(alive) using the BG/NBD
     * model"). It is 1 for those who bought only once, because the model lets nobody leave before their second purchase.
     *
     * @param recency in the unit of time
     * @param age in the unit of time
     */
    public double probabilityAlive(int frequency, double recency, double age) {
        if (frequency == 0) {
            return 1;
        }
        var logOdds = logDropOut(frequency) + (r + frequency) * (Math.log(alpha + age) - Math.log(alpha + recency));
        return 1 / (1 + Math.exp(logOdds));
    }

    /**
     * How many times a customer is expected to buy in the time to come, equation 10 of the paper.
     *
     * @param recency in the unit of time
     * @param age in the unit of time
     * @param time to come, in the unit of time
     */
    public double expectedTransactions(int frequency, double recency, double age, double time) {
        return probabilityAlive(frequency, recency, age) * expectedTransactionsIfAlive(frequency, age, time);
    }

    /**
     * How many times somebody of whom nothing is known is expected to buy after their first purchase, equation 9 of the
     * paper.
     *
     * @param time since the first purchase, in the unit of time
     */
    public double expectedTransactions(double time) {
        return expectedTransactionsIfAlive(0, 0, time);
    }

    /**
     * How many times a customer is expected to buy in the time to come who has not left. Recency makes no difference then.
     *
     * <p>The paper's closed form, with Gauss' hypergeometric function, is a difference of numbers that may be nearly the
     * same, over {@code a − 1}, which may be 0. Its integral has neither fault: given that the customer has not left, the rate
     * is distributed as gamma(r + x, α + T) and the drop-out probability p as beta(a, b + x), and with p known
     * {@code (1 − (1 + p t / (α + T))^−(r + x)) / p} purchases are expected. It is computed by the trapezoidal rule after the
     * substitution {@code logit p = c + w sinh v}, under which the integrand falls off doubly exponentially (Takahasi and
     * Mori 1974, "Double exponential formulas for numerical integration").
     *
     * @param age in the unit of time
     * @param time to come, in the unit of time
     */
    public double expectedTransactionsIfAlive(int frequency, double age, double time) {
        var shape = r + frequency;
        var ratio = time / (alpha + age);
        var stay = b + frequency;
        var centre = Math.log(Math.max(a, 1) / Math.max(stay, 1));
        var width = Math.min(1, Math.sqrt(1 / a + 1 / stay));
        var reach = Math.max(10, 45 / (Math.min(a, stay) * width)) + Math.abs(Math.log(a / stay) - centre) / width;
        var logBeta = Beta.logBeta(a, stay);
        var nodes = (int) Math.ceil(inverseSinh(reach) / STEP);
        var sum = 0.0;
        for (var node = -nodes; node <= nodes; node++) {
            var logit = centre + width * Math.sinh(node * STEP);
            var logP = -logOnePlusExp(-logit);
            var weight = Math.exp(a * logP - stay * logOnePlusExp(logit) - logBeta) * width * Math.cosh(node * STEP);
            if (weight > 0) {
                sum += weight * expectedGivenDropOut(Math.exp(logP), shape, ratio);
            }
        }
        return sum * STEP;
    }

    /** The inverse of the hyperbolic sine of a positive number. */
    private static double inverseSinh(double value) {
        return Math.log(value + Math.sqrt(value * value + 1));
    }

    private static double expectedGivenDropOut(double p, double shape, double ratio) {
        return p < 1e-290 ? shape * ratio : -Math.expm1(-shape * Math.log1p(p * ratio)) / p;
    }
}
