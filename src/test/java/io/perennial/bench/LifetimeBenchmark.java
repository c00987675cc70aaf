package io.perennial.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.perennial.models.lifetime.BetaGeometric;
import io.perennial.models.lifetime.GammaGamma;
import io.perennial.models.lifetime.PurchaseHistories;
import io.perennial.models.lifetime.SpendHistories;
import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

/**
 * The models of lifetime value against the numbers published of the CDNOW sample, the purchases of 2,357 customers of a shop
 * for records: fitted to the file itself, and by the service to what was uploaded. The data are in the folder {@code cdnow} of
 * the one that {@code -Dbench.data} names.
 */
@ServiceTest
@Tag("bench")
class LifetimeBenchmark {

    private static final String DATA = System.getProperty("bench.data");

    /** The last day of the 39 weeks that the models are fitted to. */
    private static final LocalDate END = LocalDate.of(1997, 9, 30);

    /** Fader, Hardie and Lee 2005; Fader and Hardie 2013. */
    private static final List<Published> PUBLISHED = List.of(
            new Published("BG/NBD r", "bg_nbd.r", 3, 0.243, 0.001),
            new Published("BG/NBD alpha", "bg_nbd.alpha", 3, 4.414, 0.002),
            new Published("BG/NBD a", "bg_nbd.a", 3, 0.793, 0.001),
            new Published("BG/NBD b", "bg_nbd.b", 3, 2.426, 0.002),
            new Published("BG/NBD log-likelihood", "bg_nbd.log_likelihood", 1, -9582.4, 0.1),
            new Published("Gamma-Gamma p", "gamma_gamma.p", 2, 6.25, 0.02),
            new Published("Gamma-Gamma q", "gamma_gamma.q", 2, 3.74, 0.02),
            new Published("Gamma-Gamma v", "gamma_gamma.v", 2, 15.44, 0.02));

    /** A number of the papers, and where the service says its own. */
    private record Published(String what, String path, int decimals, double value, double within) {}

    /** What a customer bought, by the day. */
    private record Customer(TreeMap<LocalDate, Double> days) {

        int frequency() {
            return days.size() - 1;
        }

        int recencyDays() {
            return daysFromFirstTo(days.lastKey());
        }

        int ageDays() {
            return daysFromFirstTo(END);
        }

        private int daysFromFirstTo(LocalDate day) {
            return (int) ChronoUnit.DAYS.between(days.firstKey(), day);
        }

        double meanValue() {
            return days.tailMap(days.firstKey(), false).values().stream()
                    .mapToDouble(amount -> amount)
                    .average()
                    .orElse(0);
        }
    }

    /** A line of the sample. */
    private record Purchase(int customer, LocalDate day, double amount) {}

    @Inject
    @DataSource("owner")
    AgroalDataSource source;

    @Test
    void publishedParameters() throws Exception {
        assumeTrue(DATA != null, "-Dbench.data does not name the folder of the public data sets");
        historiesAreThePublishedOnes();
        theFileGivesThePublishedParameters();
        theServiceFindsThePublishedParameters();
    }

    private static Path file(String name) {
        return Path.of(DATA, "cdnow", name);
    }

    private static List<Purchase> sample() throws IOException {
        return Files.readAllLines(file("CDNOW_sample.txt")).stream()
                .filter(line -> !line.isBlank())
                .map(line -> line.trim().split("\\s+"))
                .map(fields -> new Purchase(
                        Integer.parseInt(fields[1]),
                        LocalDate.parse(fields[2], DateTimeFormatter.BASIC_ISO_DATE),
                        Double.parseDouble(fields[4])))
                .toList();
    }

    private static Map<Integer, Customer> customers() throws IOException {
        var customers = new TreeMap<Integer, Customer>();
        for (var purchase : sample()) {
            if (!purchase.day().isAfter(END)) {
                customers
                        .computeIfAbsent(purchase.customer(), id -> new Customer(new TreeMap<>()))
                        .days()
                        .merge(purchase.day(), purchase.amount(), Double::sum);
            }
        }
        return customers;
    }

    private void historiesAreThePublishedOnes() throws IOException {
        var customers = customers();
        var published = Files.readAllLines(file("cdnow_customers_summary.csv")).stream()
                .skip(1)
                .map(line -> line.split(","))
                .toList();

        assertThat(customers).hasSameSizeAs(published).hasSize(2_357);
        for (var line : published) {
            var customer = customers.get(Integer.parseInt(line[0]));
            assertThat(customer.frequency()).as(line[0]).isEqualTo(Integer.parseInt(line[1]));
            assertThat(customer.recencyDays() / 7.0)
                    .as(line[0])
                    .isCloseTo(Double.parseDouble(line[2]), within(0.005001));
            assertThat(customer.ageDays() / 7.0).as(line[0]).isCloseTo(Double.parseDouble(line[3]), within(0.005001));
        }
    }

    private void theFileGivesThePublishedParameters() throws IOException {
        var purchases = PurchaseHistories.inWeeks();
        var spend = new SpendHistories();
        for (var customer : customers().values()) {
            purchases.add(customer.frequency(), customer.recencyDays(), customer.ageDays(), 1);
            if (customer.frequency() > 0) {
                spend.add(customer.frequency(), customer.meanValue(), 1);
            }
        }

        var fittedPurchases = BetaGeometric.fit(purchases).orElseThrow();
        var fittedSpend = GammaGamma.fit(spend).orElseThrow().model();

        var model = fittedPurchases.model();
        requirePublished(
                "the file",
                List.of(
                        model.r(),
                        model.alpha(),
                        model.a(),
                        model.b(),
                        fittedPurchases.logLikelihood(),
                        fittedSpend.p(),
                        fittedSpend.q(),
                        fittedSpend.v()));
    }

    private void theServiceFindsThePublishedParameters() throws Exception {
        var organization = Api.organization("ecommerce");
        var csv = sample().stream()
                .map(purchase -> "%d,%s,%s".formatted(purchase.customer(), purchase.day(), purchase.amount()))
                .collect(Collectors.joining("\n", "customer_id,occurred_at,amount\n", "\n"));
        Api.uploadTransactions(organization, csv).then().statusCode(200);

        var begin = System.nanoTime();
        var run = Api.run(organization, "lifetime_value", END + "T23:59:59Z");

        assertThat(run.getString("status")).as(run.getString("failure")).isEqualTo("completed");
        assertThat(run.getInt("totals.customers")).isEqualTo(2_357);
        System.out.printf(
                "lifetime_value of the sample: %.1f s, %s%n", (System.nanoTime() - begin) / 1e9, run.getMap("totals"));
        var found = new ArrayList<Double>();
        for (var published : PUBLISHED) {
            found.add(run.getDouble("totals.model." + published.path()));
        }
        report(found);
        requirePublished("the service", found);
    }

    private void report(List<Double> found) throws SQLException {
        var report = new Report("Lifetime value", """
                Ours is what the run `lifetime_value` finds after the CDNOW sample was uploaded. In place of a floor there is
                what Fader, Hardie and Lee (2005) and Fader and Hardie (2013) published.
                """);
        for (var i = 0; i < found.size(); i++) {
            var published = PUBLISHED.get(i);
            report.add(Figure.published(
                    published.what() + " of the CDNOW sample, as published",
                    published.decimals(),
                    found.get(i),
                    published.value(),
                    published.within()));
        }
        report.write(new Owner(source));
    }

    private static void requirePublished(String what, List<Double> found) {
        for (var i = 0; i < found.size(); i++) {
            var published = PUBLISHED.get(i);
            assertThat(found.get(i))
                    .as("%s of %s", published.what(), what)
                    .isCloseTo(published.value(), within(published.within()));
        }
    }
}
