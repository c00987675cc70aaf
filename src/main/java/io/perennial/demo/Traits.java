package io.perennial.demo;

import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * What a customer is like, for good. All but the sums and prices are multiples of the middling customer, around 1.
 *
 * @param keenness how often they buy
 * @param spending how much they pay for a product
 * @param liveliness how much they do besides buying
 * @param fragility how easily they leave
 * @param badServicePerMonth how often something goes wrong for them
 * @param failedPaymentsPerMonth how often their money is not there
 * @param priceSensitivity irritation when prices go up, from 0
 * @param openness 0..1, the chance that they open an e-mail
 * @param responsiveness 0..1, the chance that they answer a campaign
 * @param sunniness what they add to a grade from 1 to 5
 * @param climbing the chance that a purchase is the first of something dearer
 */
record Traits(
        double keenness,
        double spending,
        double liveliness,
        double fragility,
        double badServicePerMonth,
        double failedPaymentsPerMonth,
        double priceSensitivity,
        double openness,
        double responsiveness,
        double sunniness,
        double climbing) {

    static Traits of(SplittableRandom random) {
        ToDoubleFunction<Double> around = spread -> Math.exp(spread * random.nextGaussian());
        var keenness = around.applyAsDouble(0.35);
        var liveliness = Math.min(3, Math.max(0.3, around.applyAsDouble(0.5)));
        var poor = random.nextInt(8) == 0;
        return new Traits(
                keenness,
                around.applyAsDouble(0.6),
                liveliness,
                around.applyAsDouble(0.5),
                0.08 * around.applyAsDouble(0.5),
                poor ? 0.2 : 0.01,
                0.6 * random.nextDouble() * random.nextInt(3),
                0.1 + 0.7 * random.nextDouble(),
                0.03 + 0.4 * random.nextDouble() * random.nextDouble(),
                0.3 * random.nextGaussian(),
                0.03 * Math.min(3, liveliness * keenness));
    }
}
