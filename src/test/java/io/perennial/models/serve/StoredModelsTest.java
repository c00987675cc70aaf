package io.perennial.models.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import io.perennial.models.learn.GradientBoosting;
import io.perennial.models.serve.InferenceFailure.Reason;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StoredModelsTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int FEATURES = 5;

    private TrainedModels models;
    private Inference inference;

    @BeforeAll
    void train() {
        models = new TrainedModels(FEATURES, List.of(new GradientBoosting(1)));
        inference = models.serve("time-limit", "1m");
    }

    @AfterAll
    void stop() {
        inference.stop();
    }

    @Test
    void customersWhoAreScoredTogetherGetWhatTheModelSaysOfEach() {
        var rows = models.rows(200, 3);
        var asked = IntStream.range(0, rows.count())
                .mapToObj(i -> Arrays.copyOfRange(rows.values(), i * FEATURES, (i + 1) * FEATURES))
                .map(row -> inference.predict(TrainedModels.VERSION, row).subscribeAsCompletionStage())
                .toList();
        try (var model = models.model()) {
            var alone = model.predict(rows);
            for (var i = 0; i < rows.count(); i++) {
                assertThat(asked.get(i).orTimeout(60, TimeUnit.SECONDS).join().value())
                        .isCloseTo(alone[i], within(1e-6f));
            }
            assertThat(inference
                            .predictBlock(TrainedModels.VERSION, rows)
                            .await()
                            .atMost(LONG))
                    .containsExactly(alone);
            assertThat(inference.explain(TrainedModels.VERSION, rows).await().atMost(LONG))
                    .containsExactly(model.explain(rows));
        }
    }

    @Test
    void whatNoTrainingHasLeftCannotBeRead() {
        var other = new ModelVersion(TrainedModels.VERSION.organization(), "churn", 2);
        assertThatExceptionOfType(InferenceFailure.class)
                .isThrownBy(() ->
                        inference.predict(other, new float[FEATURES]).await().atMost(LONG))
                .satisfies(failure -> assertThat(failure.reason()).isEqualTo(Reason.UNREADABLE_ARTIFACT));
    }
}
