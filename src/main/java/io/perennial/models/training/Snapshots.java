package io.perennial.models.training;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The instants that the rows of a training are as of. What the model is tested on lies after everything that was known when
 * it could have been trained: the window in which the outcomes of one part show ends before the next part begins.
 *
 * @param training the newest first
 */
record Snapshots(List<OffsetDateTime> training, OffsetDateTime validation, OffsetDateTime test) {

    /**
     * Plans the snapshots.
     *
     * @param first instant of which something is known
     * @param last instant of which something is known
     * @param windowDays in which the outcome shows
     * @throws TrainingRefusal when the history is too short
     */
    static Snapshots plan(OffsetDateTime first, OffsetDateTime last, int windowDays, TrainingConfig config) {
        var test = last.minusDays(windowDays);
        var validation = test.minusDays(windowDays);
        var earliest = first.plusDays(config.minHistoryDays());
        var training = new ArrayList<OffsetDateTime>();
        for (var at = validation.minusDays(windowDays);
                !at.isBefore(earliest) && training.size() < config.maxSnapshots();
                at = at.minusDays(config.snapshotSpacingDays())) {
            training.add(at);
        }
        if (training.isEmpty()) {
            throw new TrainingRefusal(
                    "The history is too short: it goes from %s to %s, which are %d days, and it takes %d, three times the %d"
                            + " days in which the outcome shows and %d before",
                    first.toLocalDate(),
                    last.toLocalDate(),
                    Duration.between(first, last).toDays(),
                    3 * windowDays + config.minHistoryDays(),
                    windowDays,
                    config.minHistoryDays());
        }
        return new Snapshots(List.copyOf(training), validation, test);
    }

    /** The instants of a {@link Watch}, which begins with the test. */
    List<OffsetDateTime> watched(int windowDays) {
        return IntStream.range(0, Watch.scorings(windowDays))
                .mapToObj(week -> test.plusDays((long) week * Watch.EVERY_DAYS))
                .toList();
    }

    JsonObject toJson() {
        var instants = new JsonArray();
        training.forEach(at -> instants.add(at.toInstant().toString()));
        return new JsonObject()
                .put("training", instants)
                .put("validation", validation.toInstant().toString())
                .put("test", test.toInstant().toString());
    }
}
