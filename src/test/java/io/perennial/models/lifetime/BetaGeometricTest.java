package io.perennial.models.lifetime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.function.DoubleBinaryOperator;
import java.util.stream.Collectors;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.hipparchus.special.Beta;
import org.hipparchus.special.Gamma;

class BetaGeometricTest {

    /** With time in days; a customer buys every 200 days on average and leaves after one purchase in five. */
    private static final BetaGeometric TRUTH = new BetaGeometric(0.8, 160, 0.9, 3.6);

    /** What twice the difference of log-likelihoods stays below but once in a thousand times: chi-squared, four parameters. */
    private static final double LIKELIHOOD_RATIO = 18.47;

    /** The parameters of the paper, with time in weeks. */
    private static final BetaGeometric CDNOW = new BetaGeometric(0.243, 4.414, 0.793, 2.426);

    /**
     * Expectation over the rate and the drop-out probability, by brute force: the trapezoidal rule on the logarithm of the
     * one and the logit of the other.
     */
    private static double expectation(BetaGeometric model, DoubleBinaryOperator ofRateAndDropOut) {
        var step = 0.2;
        var sum = 0.0;
        for (var u = -60.0; u < 8; u += step) {
            var rate = Math.exp(u);
            var rateDensity = Math.exp(model.r() * Math.log(model.alpha())
                    - Gamma.logGamma(model.r())
                    + model.r() * u
                    - model.alpha() * rate);
            if (rateDensity == 0) {
                continue;
            }
            for (var w = -50.0; w < 50; w += step) {
                var dropOut = 1 / (1 + Math.exp(-w));
                var dropOutDensity = Math.exp(-model.a() * Math.log1p(Math.exp(-w))
                        - model.b() * Math.log1p(Math.exp(w))
                        - Beta.logBeta(model.a(), model.b()));
                sum += rateDensity * dropOutDensity * ofRateAndDropOut.applyAsDouble(rate, dropOut);
            }
        }
        return sum * step * step;
    }

    @Property(tries = 30)
    void theLikelihoodIsTheStoryOfTheModelIntegrated(
            @ForAll @DoubleRange(min = 0.3, max = 5) double r,
            @ForAll @DoubleRange(min = 0.5, max = 20) double alpha,
            @ForAll @DoubleRange(min = 0.4, max = 4) double a,
            @ForAll @DoubleRange(min = 0.4, max = 8) double b,
            @ForAll @IntRange(max = 12) int x,
            @ForAll @DoubleRange(min = 0.1, max = 1) double share,
            @ForAll @DoubleRange(min = 0.5, max = 60) double age) {
        var model = new BetaGeometric(r, alpha, a, b);
        var recency = x == 0 ? 0 : share * age;

        var integrated = expectation(model, (rate, dropOut) -> {
            var stayed = Math.pow(1 - dropOut, x) * Math.pow(rate, x) * Math.exp(-rate * age);
            return x == 0
                    ? stayed
                    : stayed + dropOut * Math.pow(1 - dropOut, x - 1) * Math.pow(rate, x) * Math.exp(-rate * recency);
        });

        assertThat(model.logLikelihood(x, recency, age)).isCloseTo(Math.log(integrated), within(1e-6));
    }

    @Property(tries = 30)
    void whatIsExpectedIsTheStoryOfTheModelIntegrated(
            @ForAll @DoubleRange(min = 0.3, max = 5) double r,
            @ForAll @DoubleRange(min = 0.5, max = 20) double alpha,
            @ForAll @DoubleRange(min = 0.4, max = 4) double a,
            @ForAll @DoubleRange(min = 0.4, max = 8) double b,
            @ForAll @IntRange(min = 1, max = 12) int x,
            @ForAll @DoubleRange(min = 0.1, max = 1) double share,
            @ForAll @DoubleRange(min = 0.5, max = 60) double age,
            @ForAll @DoubleRange(min = 0.1, max = 200) double time) {
        var model = new BetaGeometric(r, alpha, a, b);
        var recency = share * age;
        var likelihood = Math.exp(model.logLikelihood(x, recency, age));

        var alive = expectation(
                        model, (rate, dropOut) -> Math.pow(1 - dropOut, x) * Math.pow(rate, x) * Math.exp(-rate * age))
                / likelihood;
        var expected = expectation(
                        model,
                        (rate, dropOut) -> Math.pow(1 - dropOut, x)
                                * Math.pow(rate, x)
                                * Math.exp(-rate * age)
                                * (dropOut < 1e-200 ? rate * time : -Math.expm1(-rate * dropOut * time) / dropOut))
                / likelihood;

        assertThat(model.probabilityAlive(x, recency, age)).isCloseTo(alive, within(1e-6));
        assertThat(model.expectedTransactions(x, recency, age, time)).isCloseTo(expected, withinPercentage(1e-3));
    }

    /**
     * Equation 10 as the paper has it, given that the customer is alive, with its 2F1(r + x, b + x; a + b + x − 1; z) taken
     * through Euler's transformation (Abramowitz and Stegun 15.3.3), after which the series converges fast.
     */
    private static double closedForm(BetaGeometric model, int x, double age, double time) {
        var c = model.a() + model.b() + x - 1;
        var z = time / (model.alpha() + age + time);
        var p = c - model.r() - x;
        var q = c - model.b() - x;
        var term = 1.0;
        var sum = 1.0;
        // Terms may grow for long before they fall.
        for (var n = 0; n < 1_000 || Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
            term *= (p + n) * (q + n) / ((c + n) * (n + 1)) * z;
            sum += term;
        }
        return c / (model.a() - 1) * (1 - Math.pow(1 - z, model.a() - 1) * sum);
    }

    @Property
    void whatIsExpectedIsTheClosedFormOfThePaper(
            @ForAll @DoubleRange(min = 0.05, max = 30) double r,
            @ForAll @DoubleRange(min = 0.5, max = 100) double alpha,
            @ForAll @DoubleRange(min = 0.05, max = 50) double a,
            @ForAll @DoubleRange(min = 1.05, max = 200) double b,
            @ForAll @IntRange(max = 2_000) int x,
            @ForAll @DoubleRange(max = 500) double age,
            @ForAll @DoubleRange(min = 1, max = 500) double time) {
        // The closed form has no value at a = 1 and few digits near it.
        var model = new BetaGeometric(r, alpha, Math.abs(a - 1) < 0.01 ? 1.01 : a, b);

        assertThat(model.expectedTransactionsIfAlive(x, age, time))
                .isCloseTo(closedForm(model, x, age, time), withinPercentage(1e-5));
    }

    @Example
    void thePublishedCustomerIsExpectedToBuyAsPublished() {
        // Table 3 of the note that comes with the paper: a customer with x = 2, t_x = 30.43, T = 38.86 in the next 39
        // weeks.
        assertThat(CDNOW.expectedTransactions(2, 30.43, 38.86, 39)).isCloseTo(1.226, within(0.001));
    }

    @Property
    void whatIsExpectedStaysWithinItsBoundsHoweverLargeTheNumbers(
            @ForAll @DoubleRange(min = 0.01, max = 1_000) double r,
            @ForAll @DoubleRange(min = 0.01, max = 10_000) double alpha,
            @ForAll @DoubleRange(min = 0.01, max = 1_000) double a,
            @ForAll @DoubleRange(min = 0.01, max = 10_000) double b,
            @ForAll @IntRange(max = 100_000) int x,
            @ForAll @DoubleRange(max = 1) double share,
            @ForAll @DoubleRange(max = 100_000) double age,
            @ForAll @DoubleRange(min = 0.01, max = 10_000) double time) {
        var model = new BetaGeometric(r, alpha, a, b);
        var recency = x == 0 ? 0 : share * age;

        assertThat(model.logLikelihood(x, recency, age)).isFinite();
        assertThat(model.probabilityAlive(x, recency, age)).isBetween(0.0, 1.0);
        var expected = model.expectedTransactionsIfAlive(x, age, time);
        // They leave after some purchases, so they buy less than at their mean rate throughout.
        assertThat(expected).isBetween(0.0, (r + x) / (alpha + age) * time * (1 + 1e-6));
        assertThat(model.expectedTransactionsIfAlive(x, age, 2 * time))
                .isBetween(expected * (1 - 1e-6), 2 * expected * (1 + 1e-6));
    }

    @Example
    void whoBoughtOnlyOnceIsThereForSureAndTheOthersTheLessTheLongerTheyAreSilent() {
        assertThat(CDNOW.probabilityAlive(0, 0, 38)).isEqualTo(1);
        assertThat(CDNOW.probabilityAlive(5, 30, 31)).isGreaterThan(CDNOW.probabilityAlive(5, 20, 31));
        assertThat(CDNOW.probabilityAlive(5, 10, 31)).isLessThan(0.1);
    }

    @Example
    void parametersAreRecoveredFromCustomersWhoLiveTheStory() {
        var customers = SimulatedCustomer.draw(TRUTH, 20_000, 0, 1);

        var histories = SimulatedCustomer.histories(customers, PurchaseHistories.inDays());

        var found = BetaGeometric.fit(histories).orElseThrow();

        assertThat(found.logLikelihood()).isCloseTo(found.model().logLikelihood(histories), within(1e-6));
        assertThat(2 * (found.logLikelihood() - TRUTH.logLikelihood(histories))).isBetween(0.0, LIKELIHOOD_RATIO);
        var fitted = found.model();
        assertThat(fitted.r()).isCloseTo(TRUTH.r(), withinPercentage(5));
        assertThat(fitted.alpha()).isCloseTo(TRUTH.alpha(), withinPercentage(8));
        assertThat(fitted.a()).isCloseTo(TRUTH.a(), withinPercentage(8));
        assertThat(fitted.b()).isCloseTo(TRUTH.b(), withinPercentage(12));
        assertThat(fitted.a() / (fitted.a() + fitted.b())).isCloseTo(0.2, withinPercentage(5));
    }

    @Example
    void theUnitOfTimeMakesNoDifference() {
        var customers = SimulatedCustomer.draw(TRUTH, 2_000, 0, 2);

        var inDays = BetaGeometric.fit(SimulatedCustomer.histories(customers, PurchaseHistories.inDays()))
                .orElseThrow()
                .model();
        var inWeeks = BetaGeometric.fit(SimulatedCustomer.histories(customers, PurchaseHistories.inWeeks()))
                .orElseThrow()
                .model();

        assertThat(inWeeks.alpha() * 7).isCloseTo(inDays.alpha(), withinPercentage(0.01));
        assertThat(inWeeks.r()).isCloseTo(inDays.r(), withinPercentage(0.01));
        assertThat(inWeeks.a()).isCloseTo(inDays.a(), withinPercentage(0.01));
        assertThat(inWeeks.b()).isCloseTo(inDays.b(), withinPercentage(0.01));
        assertThat(inWeeks.expectedTransactions(3, 100, 200, 52))
                .isCloseTo(inDays.expectedTransactions(3, 700, 1_400, 364), withinPercentage(0.01));
    }

    @Example
    void theFutureOfCustomersWhoLiveTheStoryIsAsExpected() {
        var days = 3_650;
        var customers = SimulatedCustomer.draw(TRUTH, 40_000, days, 3);
        var groups = customers.stream().collect(Collectors.groupingBy(customer -> Math.min(4, customer.frequency())));

        assertThat(groups).hasSize(5);
        groups.forEach((frequency, group) -> {
            var expected = group.stream()
                    .mapToDouble(customer -> TRUTH.expectedTransactions(
                            customer.frequency(), customer.recencyDays(), customer.ageDays(), days))
                    .sum();
            var bought = group.stream().mapToInt(SimulatedCustomer::future).sum();
            assertThat(expected).as("frequency %d", frequency).isCloseTo(bought, withinPercentage(4));
        });
        var all = customers.stream()
                .mapToInt(customer -> customer.purchases().size())
                .sum();
        var expected = customers.stream()
                .mapToDouble(customer -> TRUTH.expectedTransactions(customer.ageDays() + days))
                .sum();
        assertThat(expected).isCloseTo(all, withinPercentage(2));
    }

    @Example
    void customersWhoAreAlikeCountAsOftenAsThereAreOfThem() {
        var alike = PurchaseHistories.inWeeks();
        alike.add(2, 30, 70, 3);
        alike.add(0, 0, 14, 2);

        assertThat(CDNOW.logLikelihood(alike))
                .isCloseTo(3 * CDNOW.logLikelihood(2, 30 / 7.0, 10) + 2 * CDNOW.logLikelihood(0, 0, 2), within(1e-9));
        assertThat(alike.customers()).isEqualTo(5);
        assertThat(alike.repeatCustomers()).isEqualTo(3);
    }

    @Example
    void nobodyWhoBoughtAgainIsNothingToFitTo() {
        var once = PurchaseHistories.inWeeks();
        once.add(0, 0, 100, 1_000);

        assertThat(BetaGeometric.fit(once)).isEmpty();
        assertThat(BetaGeometric.fit(PurchaseHistories.inWeeks())).isEmpty();
    }

    @Example
    void whatCannotBeIsRefused() {
        var histories = PurchaseHistories.inWeeks();

        assertThatThrownBy(() -> histories.add(1, 20, 10, 1)).hasMessageContaining("recency 20 days, age 10 days");
        assertThatThrownBy(() -> histories.add(0, 5, 10, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BetaGeometric(1, 0, 1, 1)).hasMessageContaining("alpha 0.0");
    }
}
