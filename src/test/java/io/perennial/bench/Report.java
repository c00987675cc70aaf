package io.perennial.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The table of all figures, printed and written after each benchmark: to the documentation when all of them are there and
 * the benchmarks had their full size, beside the build's other results otherwise.
 */
final class Report {

    private static final Path DOCUMENTATION = Path.of("docs", "benchmarks.md");
    private static final Path TRIAL = Path.of("target", "benchmarks.md");

    private static final String INTRODUCTION = """
            # Benchmarks

            Written by `mvn verify -Pbench`. Each figure is set against a floor that is measured in the same run, on the same
            machine and the same database, in turn with ours; both are medians of their rounds. What the floors are is
            said below.

            """;

    private static final String FLOORS = """

            - **Ingest.** Ours is one request to `upload-data`, customers, deduplication and merge included. The floor is
              `COPY` of the rows that came out of it, in the order of the file, into the same table with the same index.
            - **Segmentation.** Ours is one request to `segment`: features, breakpoints and segments of every customer. The
              floor is two statements by hand, one that groups the transactions by customer into `customer_feature`, and one
              that writes a constant segment for each of them, in one session with the settings of a run.
            - **Segment of a customer.** Ours is the endpoint with a viewer's key. The floor is a bare Vert.x route in the
              same process that answers with the row, read by its primary key with a prepared statement by the owner of the
              table, past row-level security. The isolated route does it as the service does: as the service's role and
              after `set local`, in a transaction whose statements travel together.
            - **Predictions.** Ours are 64 callers on event loops, each of whom asks for the next customer as soon as they
              have the last; a blend of boosted trees and a TabM network, of 30 features, answers. The floor is the same
              with batches of one. For blocks of 4,096 rows the floor is the same model, called by the thread that waits.
            - **Predictions of an organization.** Ours is the last step of the run `predictions`, by the driver of runs: features
              that are there are read by cursor, scored by a blend of boosted trees and TabM networks and stored, from no
              predictions to all. The floor is the same model over a tenth of the same rows, in memory, on as many threads as
              there are workers, with nothing else to do.
            - **Scoring.** Ours are the seconds in which a worker scored a block, and in place of a floor there are the seconds
              of everything: of that last step, and of a whole run, which computes the features from transactions first. As
              blocks leave one worker to single customers, two workers score one block at a time, and the share of the time
              of both is half as large. In the whole run those are scored who have bought within the churn horizon.
            - **Predictions over HTTP.** Ours is the endpoint with a viewer's key on 64 connections; it computes the features
              of the customer as of now and then asks the model. The floor is the same service with inference that takes
              batches of one, in the same process.
            - **Behavior.** Ours is one request to `analyze-behaviors`, from no results to all. The floor is one statement by
              hand, in one session with the settings of a run, that reads the same rows, counts them by customer and writes
              constants into both tables for each; reading alone is that statement without the writes. It is no floor,
              because to write a row for each customer into two tables takes longer than to read ten events of theirs.
            - **Value and lifecycle.** Ours is one run `standing`, from its beginning to its end, without a model: features,
              breakpoints, values and stages of every customer, from no results to all. The floor is three statements by
              hand in one session with the settings of a run: the features of the segmentation's floor, a constant value for
              each customer and a constant stage.
            """;

    /** Figures in all. */
    private static final int COMPLETE = 17;

    private static final List<Figure> FIGURES = new ArrayList<>();
    private static final List<Figure> PUBLISHED = new ArrayList<>();
    private static final List<String> NOTES = new ArrayList<>();
    private static final List<String> SECTIONS = new ArrayList<>();

    private Report() {}

    static void add(Figure figure) {
        FIGURES.add(figure);
    }

    /** A figure that needs data which not everybody has, so that the report is complete without it. */
    static void addPublished(Figure figure) {
        PUBLISHED.add(figure);
    }

    /** Something that the table has no column for. */
    static void note(String note) {
        NOTES.add(note);
    }

    /** Something that has a table of its own. */
    static void section(String title, String text) {
        SECTIONS.add("\n## %s\n\n%s".formatted(title, text));
    }

    /** Prints and writes what is known so far. */
    static void write(Owner owner) throws SQLException {
        var table = Stream.concat(FIGURES.stream(), PUBLISHED.stream())
                .map(Figure::row)
                .collect(Collectors.joining("\n"));
        var notes = NOTES.stream().map(note -> "- " + note + "\n").collect(Collectors.joining());
        var text = INTRODUCTION
                + machine(owner)
                + "\n| What | Ours | Floor | Ratio | Target |\n|---|---|---|---|---|\n"
                + table
                + "\n\n"
                + notes
                + FLOORS
                + String.join("", SECTIONS);
        System.out.println(text);
        try {
            var file = Size.FULL && FIGURES.size() == COMPLETE ? DOCUMENTATION : TRIAL;
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String machine(Owner owner) throws SQLException {
        var system = ManagementFactory.getOperatingSystemMXBean();
        return """
                Measured on %d cores (%s, %s), shared by the service, the database and the load; Java %s; PostgreSQL %s with
                `shared_buffers = %s`, `fsync = %s`, `synchronous_commit = %s`.
                """.formatted(
                        system.getAvailableProcessors(),
                        system.getName(),
                        system.getArch(),
                        Runtime.version(),
                        owner.setting("server_version"),
                        owner.setting("shared_buffers"),
                        owner.setting("fsync"),
                        owner.setting("synchronous_commit"));
    }
}
