package io.perennial.models.lifetime;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.hipparchus.distribution.continuous.BetaDistribution;
import org.hipparchus.distribution.continuous.GammaDistribution;

/**
 * A customer who lives the story of the BG/NBD model: buys at random with a rate drawn from a gamma distribution, and after
 * each purchase leaves with a probability drawn from a beta distribution. Time is in
 * days, of which there should be many to a purchase, because histories know no part of a day.
 *
 * @param purchases days of the purchases after the first, on day 0
 */
record SimulatedCustomer(int ageDays, List<Integer> purchases) {

    /** Draws customers who are observed for 1,000 to 3,000 days, and whose future is known for some days more. */
    static List<SimulatedCustomer> draw(BetaGeometric inDays, int count, int futureDays, long seed) {
        var random = new Random(seed);
        var rates = new GammaDistribution(inDays.r(), 1 / inDays.alpha());
        var dropOuts = new BetaDistribution(inDays.a(), inDays.b());
        var customers = new ArrayList<SimulatedCustomer>();
        for (var i = 0; i < count; i++) {
            var age = 1_000 + random.nextInt(2_001);
            var rate = rates.inverseCumulativeProbability(random.nextDouble());
            var dropOut = dropOuts.inverseCumulativeProbability(random.nextDouble());
            customers.add(new SimulatedCustomer(age, live(random, rate, dropOut, age + futureDays)));
        }
        return customers;
    }

    private static List<Integer> live(Random random, double rate, double dropOut, int days) {
        var purchases = new ArrayList<Integer>();
        var time = 0.0;
        do {
            time += -Math.log(1 - random.nextDouble()) / rate;
            if (time <= days) {
                purchases.add((int) Math.ceil(time));
            }
        } while (time <= days && random.nextDouble() >= dropOut);
        return purchases;
    }

    int frequency() {
        return (int) purchases.stream().filter(day -> day <= ageDays).count();
    }

    int recencyDays() {
        return purchases.stream()
                .filter(day -> day <= ageDays)
                .mapToInt(day -> day)
                .max()
                .orElse(0);
    }

    int future() {
        return purchases.size() - frequency();
    }

    static PurchaseHistories histories(List<SimulatedCustomer> customers, PurchaseHistories histories) {
        customers.forEach(
                customer -> histories.add(customer.frequency(), customer.recencyDays(), customer.ageDays(), 1));
        return histories;
    }
}
