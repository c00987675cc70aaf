package io.perennial.bench;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.perennial.models.learn.BinaryMetrics;
import io.perennial.models.learn.CrossValidation;
import io.perennial.models.learn.GradientBoosting;
import io.perennial.models.learn.Metrics;
import io.perennial.models.learn.ModelFitting;
import io.perennial.models.learn.TabularNetwork;
import io.perennial.testing.ServiceTest;

/**
 * How well the service's learners predict rows that they have not seen, on tables that others have published figures for,
 * or on any other: {@code -Dbench.table.file=… -Dbench.table.target=…}, and where they are not the usual ones
 * {@code -Dbench.table.separator=;}, {@code positive=yes}, {@code drop=a,b}, {@code categorical=c,d} (columns of numbers
 * that are names), {@code distinct=true}, {@code folds=5}, {@code fits=5} and {@code seed=1}. The published ones are looked for under
 * {@code -Dbench.data=<folder>}.
 */
@ServiceTest
@Tag("bench")
class TableBenchmark {

    private static final String SETTING = "bench.table.";

    /** One in so many of the rows that a fold learns from tells when to stop, weighs, calibrates and promotes. */
    private static final int VALIDATION_SHARE = 2;

    private static final String HEADER = """
            The learners that the service trains with, on public tables. Every row is predicted by models that were fitted
            without it, in %d folds, each learner learning %d times a fold; area under the ROC curve of the promoted model and
            of each learner, log-loss and expected calibration error (10 bins of equally many rows) of the promoted one.
            Targets are the best that scikit-learn's gradient boosting and logistic regression do untuned.

            | Table | Rows | Happened | AUC | Target | %s | Log-loss | Calibration error | Target |
            |---|---|---|---|---|---|---|---|---|---|---|
            """;

    private static final List<String> CANDIDATES = List.of("xgboost", "tabm", "blend");

    @Inject
    @DataSource("owner")
    AgroalDataSource source;

    /**
     * A table and what is asked of it.
     *
     * @param auc at least; null when nothing is asked
     * @param calibrationError at most; null when nothing is asked
     */
    private record Case(Table table, Double auc, Double calibrationError) {}

    @Test
    void predictionsOfUnseenRows() throws IOException, SQLException {
        var cases = cases();
        assumeTrue(!cases.isEmpty(), "-Dbench.data does not name the folder of the public data sets");
        var rows = new ArrayList<String>();
        for (var asked : cases) {
            rows.add(measure(asked));
        }
        var text = HEADER.formatted(folds(), fits(), String.join(" | ", CANDIDATES)) + String.join("\n", rows);
        if (isOwnTable()) {
            System.out.println(text);
        } else {
            new Report("Learning from tables", text).write(new Owner(source));
        }
    }

    private static boolean isOwnTable() {
        return System.getProperty(SETTING + "file") != null;
    }

    private static List<Case> cases() {
        if (isOwnTable()) {
            return List.of(new Case(ownTable(), null, null));
        }
        var data = System.getProperty("bench.data");
        return data == null ? List.of() : published(Path.of(data));
    }

    private static Table ownTable() {
        var file = Path.of(setting("file", null));
        return new Table(
                file.getFileName().toString(),
                file,
                setting("separator", ",").charAt(0),
                setting("target", null),
                setting("positive", "1"),
                columns("drop"),
                columns("categorical"),
                Boolean.parseBoolean(setting("distinct", "false")));
    }

    private static List<Case> published(Path data) {
        return List.of(
                new Case(
                        new Table(
                                "Telco customers (IBM)",
                                data.resolve("telco-ibm/Telco-Customer-Churn.csv"),
                                ',',
                                "Churn",
                                "Yes",
                                Set.of("customerID"),
                                Set.of(),
                                false),
                        0.849,
                        0.02),
                new Case(
                        new Table(
                                "Iranian telecom churn, without repeated rows",
                                data.resolve("iranian-churn/Customer_Churn.csv"),
                                ',',
                                "Churn",
                                "1",
                                Set.of(),
                                Set.of(),
                                true),
                        0.984,
                        null),
                new Case(
                        new Table(
                                "Credit card default (UCI)",
                                data.resolve("uci-credit-default/UCI_Credit_Card.csv"),
                                ',',
                                "default.payment.next.month",
                                "1",
                                Set.of("ID"),
                                Set.of(),
                                false),
                        0.784,
                        0.02),
                new Case(
                        new Table(
                                "Bank marketing (UCI), without the duration of the call",
                                data.resolve("bank-marketing/bank-additional-full.csv"),
                                ';',
                                "y",
                                "yes",
                                Set.of("duration"),
                                Set.of(),
                                false),
                        0.805,
                        0.02));
    }

    private static int folds() {
        return Integer.parseInt(setting("folds", "5"));
    }

    private static int fits() {
        return Integer.parseInt(setting("fits", "5"));
    }

    private static String setting(String name, String usual) {
        var value = System.getProperty(SETTING + name, usual);
        if (value == null) {
            throw new IllegalArgumentException("-D%s%s is missing".formatted(SETTING, name));
        }
        return value;
    }

    private static Set<String> columns(String name) {
        var value = setting(name, "");
        return value.isEmpty() ? Set.of() : Set.of(value.split(","));
    }

    private static String measure(Case asked) throws IOException {
        var content = asked.table().read();
        var seed = Long.parseLong(setting("seed", "1"));
        var fitting = new ModelFitting(List.of(new GradientBoosting(1), new TabularNetwork()), fits());

        var predictions =
                new CrossValidation(fitting, folds(), VALIDATION_SHARE).predict(content.task(), content.rows(), seed);

        var labels = content.rows().labels();
        var promoted = metrics(content, predictions, CrossValidation.PROMOTED);
        var candidates = CANDIDATES.stream()
                .map(name ->
                        "%.4f".formatted(metrics(content, predictions, name).auc()))
                .toList();
        var discriminates = asked.auc() == null || promoted.auc() >= asked.auc();
        var isCalibrated =
                asked.calibrationError() == null || promoted.expectedCalibrationError() <= asked.calibrationError();
        return "| %s | %,d | %.4f | %.4f | %s | %s | %.4f | %.4f | %s |"
                .formatted(
                        asked.table().name(),
                        labels.length,
                        promoted.prevalence(),
                        promoted.auc(),
                        verdict("≥ %.3f", asked.auc(), discriminates),
                        String.join(" | ", candidates),
                        promoted.logLoss(),
                        promoted.expectedCalibrationError(),
                        verdict("≤ %.2f", asked.calibrationError(), isCalibrated));
    }

    private static BinaryMetrics metrics(Table.Content content, Map<String, float[]> predictions, String name) {
        return (BinaryMetrics) Metrics.of(content.task(), content.rows().labels(), predictions.get(name));
    }

    private static String verdict(String format, Double target, boolean met) {
        return target == null ? "" : format.formatted(target) + (met ? ", met" : ", missed");
    }
}
