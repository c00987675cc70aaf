package io.perennial.models.serve;

import static io.perennial.models.serve.LinearModels.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.perennial.models.serve.InferenceFailure.Reason;

class InferenceTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final LinearModels models = new LinearModels();
    private final SetClock clock = new SetClock();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Gate gate = new Gate();
    private Inference inference;

    private void start(String... settings) {
        inference = new Inference(Settings.of(settings), models, models, clock, meters);
    }

    @AfterEach
    void stop() {
        gate.open();
        inference.stop();
    }

    private CompletableFuture<Prediction> ask(ModelVersion version, float... row) {
        return inference.predict(version, row).subscribeAsCompletionStage();
    }

    private float answer(ModelVersion version, float... row) {
        return answer(ask(version, row));
    }

    private static float answer(CompletableFuture<Prediction> asked) {
        return asked.orTimeout(30, TimeUnit.SECONDS).join().value();
    }

    private static Reason reason(CompletableFuture<?> asked) {
        var failure =
                asked.orTimeout(30, TimeUnit.SECONDS).handle((answer, e) -> e).join();
        var cause = failure instanceof CompletionException ? failure.getCause() : failure;
        assertThat(cause).isInstanceOf(InferenceFailure.class);
        return ((InferenceFailure) cause).reason();
    }

    /** A worker comes to the gate with a row of this version and stays there. */
    private CompletableFuture<Prediction> holdAWorker(ModelVersion version) {
        models.deed = (scored, rows) -> {
            if (scored.equals(version)) {
                gate.pass();
            }
        };
        var held = ask(version, 1);
        gate.awaitArrival();
        return held;
    }

    @Test
    void aFewRowsOfSeveralCallersAreScoredTogetherByMember() {
        start("workers", "1");
        var version = models.add(1, 10);
        var held = holdAWorker(version);
        var three = inference.predictByMember(version, new float[] {1, 2, 3}).subscribeAsCompletionStage();
        var two = inference.predictByMember(version, new float[] {4, 5}).subscribeAsCompletionStage();
        var row = ask(version, 6);
        gate.open();

        assertThat(three.orTimeout(30, TimeUnit.SECONDS).join()).containsExactly(10, 20, 30);
        assertThat(two.orTimeout(30, TimeUnit.SECONDS).join()).containsExactly(40, 50);
        assertThat(answer(row)).isEqualTo(60);
        assertThat(answer(held)).isEqualTo(10);
        // What members say and what they say together is not scored in one batch.
        assertThat(models.batchSizes()).containsExactlyInAnyOrder(1, 5, 1);
    }

    @Test
    void halfARowIsRefused() {
        start();
        var version = models.add(1, 10, 20);
        assertThat(reason(inference
                        .predictByMember(version, new float[] {1, 2, 3})
                        .subscribeAsCompletionStage()))
                .isEqualTo(Reason.SCHEMA_CHANGED);
        assertThat(inference
                        .predictByMember(version, new float[] {1, 2, 3, 4})
                        .subscribeAsCompletionStage()
                        .orTimeout(30, TimeUnit.SECONDS)
                        .join())
                .containsExactly(50, 110);
    }

    @Test
    void everyCallerGetsTheirOwnAnswer() {
        start();
        var version = models.add(1, 2, 3);
        var rounds = 50;
        // Threads of the test's own: those of the common pool may have the class loader of a service test.
        var threads = Executors.newFixedThreadPool(64);
        try {
            var callers = IntStream.range(0, 64)
                    .mapToObj(caller -> CompletableFuture.supplyAsync(
                            () -> IntStream.range(0, rounds)
                                    .filter(round -> answer(version, caller, round) == 2 * caller + 3 * round)
                                    .count(),
                            threads))
                    .toList();

            assertThat(callers).allSatisfy(caller -> assertThat(caller.join()).isEqualTo(rounds));
        } finally {
            threads.shutdown();
        }
        assertThat(models.batchSizes().stream().mapToInt(size -> size).sum()).isEqualTo(64 * rounds);
        assertThat(models.batchSizes()).allMatch(size -> size <= 64);
        assertThat(models.fetched).hasValue(1);
    }

    @Test
    void thoseWhoWaitAreScoredTogetherButNoMoreThanABatchHolds() {
        start("workers", "1", "max-batch-size", "4");
        var version = models.add(1, 1);
        var held = holdAWorker(models.add(2, 1));
        var asked = IntStream.range(0, 10).mapToObj(i -> ask(version, i)).toList();
        gate.open();

        answer(held);
        assertThat(asked.stream().map(InferenceTest::answer)).containsExactly(0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f);
        assertThat(models.batchSizes()).containsExactly(1, 4, 4, 2);
        assertThat(meters.get("perennial.inference.batch.size").summary().max()).isEqualTo(4);
        assertThat(meters.get("perennial.inference.batch.size").summary().totalAmount())
                .isEqualTo(11);
    }

    @Test
    void whoeverIsAloneDoesNotWaitForOthers() {
        start("max-batch-delay", "1h");
        assertThat(answer(models.add(1, 5), 7)).isEqualTo(35);
    }

    @Test
    void whileAnotherWorkerWorksABatchGoesAsSoonAsItIsFull() {
        start("max-batch-delay", "1h", "max-batch-size", "3");
        var version = models.add(1, 1);
        var held = holdAWorker(models.add(2, 1));
        var asked = IntStream.range(0, 3).mapToObj(i -> ask(version, i)).toList();

        assertThat(asked.stream().map(InferenceTest::answer)).containsExactly(0f, 1f, 2f);
        assertThat(models.batchSizes()).containsExactly(3);
        assertThat(held).isNotDone();
    }

    @Test
    void aBatchThatIsNotFullGoesWhenNobodyWorksAnyMore() {
        start("max-batch-delay", "1h", "max-batch-size", "3");
        var version = models.add(1, 1);
        var held = holdAWorker(models.add(2, 1));
        var asked = IntStream.range(0, 2).mapToObj(i -> ask(version, i)).toList();
        assertThat(asked).noneMatch(CompletableFuture::isDone);
        gate.open();

        answer(held);
        assertThat(asked.stream().map(InferenceTest::answer)).containsExactly(0f, 1f);
        assertThat(models.batchSizes()).containsExactly(1, 2);
    }

    @Test
    void whileAnotherWorkerWorksABatchThatIsNotFullGoesAfterTheDelay() {
        start("max-batch-delay", "1ms", "max-batch-size", "3");
        var version = models.add(1, 1);
        var held = holdAWorker(models.add(2, 1));

        assertThat(answer(version, 4)).isEqualTo(4);
        assertThat(held).isNotDone();
    }

    @Test
    void versionsDoNotShareABatchAndTakeTurns() {
        start("workers", "1", "max-batch-size", "2");
        var one = models.add(1, 1);
        var two = models.add(2, 10);
        var held = holdAWorker(models.add(3, 1));
        var asked = new ArrayList<CompletableFuture<Prediction>>();
        for (var i = 1; i <= 4; i++) {
            asked.add(ask(one, i));
        }
        asked.add(ask(two, 5));
        gate.open();

        answer(held);
        assertThat(asked.stream().map(InferenceTest::answer)).containsExactly(1f, 2f, 3f, 4f, 50f);
        assertThat(models.batches.stream().skip(1).map(LinearModels.Batch::version))
                .containsExactly(one, two, one);
    }

    @Test
    void theModelThatWasNotUsedForLongestIsClosed() {
        start("workers", "1", "models-per-worker", "2");
        var versions = List.of(models.add(1, 1), models.add(2, 1), models.add(3, 1));
        answer(versions.get(0), 1);
        answer(versions.get(1), 1);
        answer(versions.get(0), 1);
        assertThat(models.closed).isEmpty();
        answer(versions.get(2), 1);
        assertThat(models.closed).containsExactly(versions.get(1));
        assertThat(models.loaded).hasValue(3);
        inference.stop();
        assertThat(models.closed).containsExactlyInAnyOrderElementsOf(versions);
    }

    @Test
    void aCorruptArtifactFailsWhoAsksForItAndNobodyElse() {
        start("failures-to-open", "2", "open-for", "30s");
        var corrupt = models.addCorrupt(1);
        var sound = models.add(2, 1);

        assertThat(reason(ask(corrupt, 1))).isEqualTo(Reason.UNREADABLE_ARTIFACT);
        assertThat(answer(sound, 3)).isEqualTo(3);
        assertThat(reason(ask(corrupt, 1))).isEqualTo(Reason.UNREADABLE_ARTIFACT);
        assertThat(reason(ask(corrupt, 1))).isEqualTo(Reason.CIRCUIT_OPEN);
        assertThat(answer(sound, 4)).isEqualTo(4);
        assertThat(meters.get("perennial.inference.failures")
                        .tag("reason", "unreadable_artifact")
                        .counter()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void aModelThatHasFailedTooOftenIsTriedAgainAfterAWhile() {
        start("failures-to-open", "2", "open-for", "30s");
        var version = models.add(1, 1);
        models.deed = (v, rows) -> {
            throw new IllegalStateException("Native trouble");
        };
        assertThat(reason(ask(version, 1))).isEqualTo(Reason.MODEL_FAILED);
        assertThat(reason(ask(version, 1))).isEqualTo(Reason.MODEL_FAILED);
        assertThat(models.closed).hasSize(2);
        models.deed = (v, rows) -> {};

        assertThat(reason(ask(version, 1))).isEqualTo(Reason.CIRCUIT_OPEN);
        clock.advance(LONG);
        assertThat(answer(version, 6)).isEqualTo(6);
        assertThat(answer(version, 7)).isEqualTo(7);
    }

    @Test
    void aBatchThatFailsCountsOnceHoweverManyWait() {
        start("workers", "1", "failures-to-open", "2");
        var version = models.add(1, 1);
        holdAWorker(models.add(2, 1));
        var asked = IntStream.range(0, 5).mapToObj(i -> ask(version, i)).toList();
        models.deed = (v, rows) -> {
            if (rows.count() == 5) {
                throw new IllegalStateException("Native trouble");
            }
        };
        gate.open();

        assertThat(asked).allSatisfy(one -> assertThat(reason(one)).isEqualTo(Reason.MODEL_FAILED));
        assertThat(answer(version, 6)).isEqualTo(6);
    }

    @Test
    void aWorkerThatDiesIsReplacedAndItsModelsAreClosed() {
        start("workers", "1");
        var version = models.add(1, 1);
        assertThat(answer(version, 1)).isEqualTo(1);
        models.deed = (v, rows) -> {
            throw new OutOfMemoryError("as a test");
        };
        assertThat(reason(ask(version, 1))).isEqualTo(Reason.WORKER_DIED);
        models.deed = (v, rows) -> {};

        assertThat(answer(version, 2)).isEqualTo(2);
        assertThat(models.closed).containsExactly(version);
        assertThat(models.batches.stream().map(LinearModels.Batch::thread))
                .containsExactly("inference-0", "inference-1");
        assertThat(meters.get("perennial.inference.workers.replaced").counter().count())
                .isEqualTo(1);
    }

    @Test
    void aWorkerThatDiesOfABlockLeavesRoomForTheNext() {
        start();
        var version = models.add(1, 1);
        models.deed = (v, rows) -> {
            throw new StackOverflowError("as a test");
        };
        assertThat(reason(block(version, 1, 2))).isEqualTo(Reason.WORKER_DIED);
        models.deed = (v, rows) -> {};

        assertThat(block(version, 1, 2).join()).containsExactly(1, 2);
    }

    @Test
    void aMissingEngineFailsTheJobAndLeavesTheWorkerAlone() {
        start("workers", "1");
        var version = models.add(1, 1);
        models.beforeLoading = () -> {
            throw new UnsatisfiedLinkError("no library");
        };
        assertThat(reason(ask(version, 1))).isEqualTo(Reason.ENGINE_MISSING);
        models.beforeLoading = () -> {};

        assertThat(answer(version, 2)).isEqualTo(2);
        assertThat(models.batches.get(0).thread()).isEqualTo("inference-0");
    }

    @Test
    void whenTheQueueIsFullTheNextFailsAtOnce() {
        start("workers", "1", "queue-capacity", "2");
        var version = models.add(1, 1);
        var held = holdAWorker(models.add(2, 1));
        var first = ask(version, 1);
        var second = ask(version, 2);
        assertThat(meters.get("perennial.inference.queue.depth").gauge().value())
                .isEqualTo(2);

        assertThat(reason(ask(version, 3))).isEqualTo(Reason.QUEUE_FULL);
        assertThat(held).isNotDone();
        gate.open();
        assertThat(answer(first)).isEqualTo(1);
        assertThat(answer(second)).isEqualTo(2);
        assertThat(answer(version, 4)).isEqualTo(4);
    }

    @Test
    void whatTakesTooLongFailsAndTheWorkerGoesOn() {
        start("workers", "1", "time-limit", "50ms", "block-time-limit", "1h");
        var version = models.add(1, 1);
        var held = holdAWorker(models.add(2, 1));
        var waiting = ask(version, 1);

        assertThat(reason(held)).isEqualTo(Reason.TIME_LIMIT);
        assertThat(reason(waiting)).isEqualTo(Reason.TIME_LIMIT);
        gate.open();
        assertThat(block(version, 3).join()).containsExactly(3);
        // Nobody waits for the row any more, so it is not scored.
        assertThat(models.batches.stream().map(batch -> batch.version().number()))
                .containsExactly(2, 1);
    }

    @Test
    void aBlockThatIsScoredByMemberMayTakeAsLongAsAnyBlock() {
        start("workers", "1", "time-limit", "50ms", "block-time-limit", "1h");
        var version = models.add(1, 1);
        var held = holdAWorker(models.add(2, 1));
        var block = inference.predictBlockByMember(version, rows(1, 3, 4)).subscribeAsCompletionStage();
        var few = inference.predictByMember(version, new float[] {5}).subscribeAsCompletionStage();

        assertThat(reason(held)).isEqualTo(Reason.TIME_LIMIT);
        assertThat(reason(few)).isEqualTo(Reason.TIME_LIMIT);
        assertThat(block).isNotDone();
        gate.open();
        assertThat(block.orTimeout(30, TimeUnit.SECONDS).join()).containsExactly(3, 4);
    }

    @Test
    void whoNoLongerWantsAnAnswerCausesNoWork() {
        start("workers", "1");
        var version = models.add(1, 1);
        var held = holdAWorker(models.add(2, 1));
        var cancelled = inference.predict(version, new float[] {1}).subscribe().with(answer -> {});
        var asked = ask(version, 2);
        cancelled.cancel();
        gate.open();

        answer(held);
        assertThat(answer(asked)).isEqualTo(2);
        assertThat(models.batchSizes()).containsExactly(1, 1);
    }

    @Test
    void otherFeaturesThanTheModelKnowsAreRefused() {
        start("workers", "1", "failures-to-open", "1");
        var version = models.add(1, 1, 1);
        var held = holdAWorker(models.add(2, 1));
        var right = ask(version, 1, 2);
        var wrong = ask(version, 1, 2, 3);
        gate.open();

        answer(held);
        assertThat(answer(right)).isEqualTo(3);
        assertThat(reason(wrong)).isEqualTo(Reason.SCHEMA_CHANGED);
        assertThat(reason(inference.predictBlock(version, rows(1, 1, 2)).subscribeAsCompletionStage()))
                .isEqualTo(Reason.SCHEMA_CHANGED);
        assertThat(answer(version, 2, 2)).isEqualTo(4);
    }

    @Test
    void blocksAreScoredAndExplained() {
        start();
        var version = models.add(1, 2, 3);
        var rows = rows(2, 1, 1, 10, 1);
        assertThat(inference.predictBlock(version, rows).await().atMost(LONG)).containsExactly(5, 23);
        assertThat(inference.explain(version, rows).await().atMost(LONG)).containsExactly(2, 3, 0, 20, 3, 0);
        assertThat(meters.get("perennial.inference.time")
                        .tag("job", "explanation")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    private CompletableFuture<float[]> block(ModelVersion version, float... values) {
        return inference.predictBlock(version, rows(1, values)).subscribeAsCompletionStage();
    }

    @Test
    void blocksLeaveAWorkerToTheRows() {
        start();
        var version = models.add(1, 1);
        models.deed = (v, rows) -> {
            if (rows.count() > 1) {
                gate.pass();
            }
        };
        var blocks = List.of(block(version, 1, 2), block(version, 3, 4));
        gate.awaitArrival();

        assertThat(answer(version, 5)).isEqualTo(5);
        assertThat(blocks).noneMatch(CompletableFuture::isDone);
        gate.open();
        assertThat(blocks.get(0).join()).containsExactly(1, 2);
        assertThat(blocks.get(1).join()).containsExactly(3, 4);
    }

    @Test
    void aVersionThatIsNotThereIsSaidToBeUnknown() {
        start();
        assertThat(reason(ask(new ModelVersion(LinearModels.ORGANIZATION, "churn", 9), 1)))
                .isEqualTo(Reason.UNKNOWN_VERSION);
    }

    @Test
    void anArtifactThatCouldNotBeFetchedIsFetchedTheNextTime() {
        start();
        var version = models.add(1, 1);
        models.sourceFailure = new IllegalStateException("The database is gone");
        assertThat(reason(ask(version, 1))).isEqualTo(Reason.SOURCE_UNAVAILABLE);
        models.sourceFailure = null;
        assertThat(answer(version, 1)).isEqualTo(1);
    }

    @Test
    void theAnswerComesOnTheContextOfTheCaller() {
        start();
        var version = models.add(1, 1);
        var vertx = Vertx.vertx();
        try {
            var context = vertx.getOrCreateContext();
            assertThat(contextOfTheAnswer(context, inference.predict(version, new float[] {1})))
                    .isSameAs(context);
            assertThat(contextOfTheAnswer(
                            context,
                            inference
                                    .predict(version, new float[] {1, 2})
                                    .onFailure()
                                    .recoverWithNull()))
                    .isSameAs(context);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static Context contextOfTheAnswer(Context context, Uni<?> question) {
        var seen = new CompletableFuture<Context>();
        context.runOnContext(none -> question.subscribe().with(answer -> seen.complete(Vertx.currentContext())));
        return seen.orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Test
    void whoeverHasNoContextIsAnsweredOnAThreadThatIsNotAWorkers() {
        start();
        var thread = inference
                .predict(models.add(1, 1), new float[] {1})
                .map(answer -> Thread.currentThread().getName())
                .await()
                .atMost(LONG);
        assertThat(thread).doesNotStartWith("inference-");
    }

    @Test
    void whoStillWaitsWhenTheServiceStopsIsTold() {
        start("workers", "1");
        var version = models.add(1, 1);
        var held = holdAWorker(models.add(2, 1));
        var waiting = ask(version, 1);
        var stopping = CompletableFuture.runAsync(inference::stop);

        assertThat(reason(waiting)).isEqualTo(Reason.STOPPED);
        gate.open();
        stopping.join();
        assertThat(answer(held)).isEqualTo(1);
        assertThat(reason(ask(version, 1))).isEqualTo(Reason.STOPPED);
        assertThat(models.closed).hasSize(1);
    }

    @Test
    void aFailureNamesTheVersion() {
        start();
        var corrupt = models.addCorrupt(3);
        assertThatExceptionOfType(InferenceFailure.class)
                .isThrownBy(() ->
                        inference.predict(corrupt, new float[] {1}).await().atMost(LONG))
                .withMessageContaining("churn-3")
                .withMessageContaining("artifact cannot be read");
    }
}
