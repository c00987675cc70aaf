package io.perennial.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import de.siegmar.fastcsv.reader.CsvReader;
import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.perennial.offers.policy.Candidate;
import io.perennial.offers.policy.DecisionLog;
import io.perennial.offers.policy.Estimate;
import io.perennial.offers.policy.Estimators;
import io.perennial.offers.policy.RewardModel;
import io.perennial.testing.ServiceTest;

/**
 * What one policy would have earned, told from the log of another one, on a published pair of logs of which both are known:
 * the Open Bandit data (Saito et al. 2021), campaign "men". They are looked for under {@code -Dbench.data=<folder>}.
 */
@ServiceTest
@Tag("bench")
class PolicyBenchmark {

    private static final String EXPLANATION = """
            The click rate of a Bernoulli Thompson sampling policy, estimated from the log of a random one (%,d decisions with
            %d clicks, worth %,.0f of the other policy's own), taking that policy as its average logged propensity for each
            item and position, made to add up to 1 over the items of a position. On its own log of %,d decisions it has %s.

            | Estimator | Click rate | 95 %% interval | On-policy rate covered |
            |---|---|---|---|
            %s
            """;

    @Inject
    @DataSource("owner")
    AgroalDataSource source;

    /** Where an item was shown, or might have been. */
    private record Place(int item, int position) {}

    /** A decision of a log. */
    private record Shown(Place place, double propensity, double click) {}

    @Test
    void aPolicyFromTheLogOfAnother() throws IOException, SQLException {
        var data = System.getProperty("bench.data");
        assumeTrue(data != null, "-Dbench.data does not name the folder of the public data sets");
        var folder = Path.of(data, "open-bandit");
        var random = read(folder.resolve("random/men/men.csv"));
        var thompson = read(folder.resolve("bts/men/men.csv"));

        var log = log(random);
        var estimators = new Estimators(log, candidate(random, thompson));
        var own = log(thompson);
        var truth = new Estimators(own, Candidate.ofTheLog(own)).inversePropensity();
        var estimates = List.of(estimators.inversePropensity(), estimators.selfNormalised(), estimators.doublyRobust());

        var names = List.of("IPS", "Self-normalised IPS", "Doubly robust");
        var rows = new ArrayList<String>();
        for (var i = 0; i < names.size(); i++) {
            rows.add("| %s | %.5f | %s | %s |"
                    .formatted(
                            names.get(i),
                            estimates.get(i).value(),
                            interval(estimates.get(i)),
                            estimates.get(i).covers(truth.value()) ? "yes" : "no"));
        }
        new Report(
                        "Policy evaluation",
                        EXPLANATION.formatted(
                                log.count(),
                                (int) Arrays.stream(log.rewards()).sum(),
                                estimators.effectiveSampleSize(),
                                own.count(),
                                "%.5f (%s)".formatted(truth.value(), interval(truth)),
                                String.join("\n", rows)))
                .write(new Owner(source));
        assertThat(estimates).allMatch(estimate -> estimate.covers(truth.value()));
    }

    private static String interval(Estimate estimate) {
        return "%.5f … %.5f".formatted(estimate.lower(), estimate.upper());
    }

    private static List<Shown> read(Path file) throws IOException {
        var shown = new ArrayList<Shown>();
        try (var reader = CsvReader.builder().ofNamedCsvRecord(file)) {
            for (var line : reader) {
                shown.add(new Shown(
                        new Place(
                                Integer.parseInt(line.getField("item_id")),
                                Integer.parseInt(line.getField("position"))),
                        Double.parseDouble(line.getField("propensity_score")),
                        Double.parseDouble(line.getField("click"))));
            }
        }
        return shown;
    }

    private static DecisionLog log(List<Shown> shown) {
        return new DecisionLog(
                shown.stream().mapToDouble(Shown::propensity).toArray(),
                shown.stream().mapToDouble(Shown::click).toArray());
    }

    /**
     * The propensities are logged of what was shown only, which makes their means too large: those of a position add up to
     * about 2 over the items. So they are divided by their sum.
     */
    private static Map<Place, Double> policy(List<Shown> shown) {
        var sums = new HashMap<Place, Double>();
        var counts = new HashMap<Place, Integer>();
        for (var one : shown) {
            sums.merge(one.place(), one.propensity(), Double::sum);
            counts.merge(one.place(), 1, Integer::sum);
        }
        var totals = new HashMap<Integer, Double>();
        sums.replaceAll((place, sum) -> sum / counts.get(place));
        sums.forEach((place, mean) -> totals.merge(place.position(), mean, Double::sum));
        sums.replaceAll((place, mean) -> mean / totals.get(place.position()));
        return sums;
    }

    private static Candidate candidate(List<Shown> random, List<Shown> thompson) {
        var policy = policy(thompson);
        var items = 1
                + random.stream().mapToInt(shown -> shown.place().item()).max().orElseThrow();
        var model = RewardModel.fit(
                random.stream().mapToInt(shown -> shown.place().item()).toArray(),
                random.stream().mapToDouble(Shown::click).toArray(),
                items);
        var probabilities = new double[random.size()];
        var rewards = new double[random.size()];
        var values = new double[random.size()];
        for (var i = 0; i < probabilities.length; i++) {
            var place = random.get(i).place();
            probabilities[i] = policy.getOrDefault(place, 0.0);
            rewards[i] = model.expected(i, place.item());
            for (var item = 0; item < items; item++) {
                values[i] += policy.getOrDefault(new Place(item, place.position()), 0.0) * model.expected(i, item);
            }
        }
        return new Candidate(probabilities, rewards, values, 0);
    }
}
