package io.perennial.bench;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.perennial.models.learn.Model;
import io.perennial.models.learn.Rows;
import io.perennial.models.serve.Inference;
import io.perennial.models.serve.TrainedModels;
import io.perennial.testing.ServiceTest;

/** Predictions for single customers, together and one by one, and of blocks, against the engine alone. */
@ServiceTest
@Tag("bench")
class InferenceBenchmark {

    private static final int FEATURES = 30;
    private static final int CALLERS = 64;
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 4;
    private static final long MINUTES = 10;

    private final Report report = new Report("Inference", """
            Ours are 64 callers on event loops, each of whom asks for the next customer as soon as they have the last; a blend of
            boosted trees and TabM networks, of 30 features, answers. The floor is the same with batches of one. For blocks of 4,096
            rows the floor is the same model, called by the thread that waits.
            """);

    @Inject
    @DataSource("owner")
    AgroalDataSource source;

    @Inject
    Vertx vertx;

    @Test
    void predictions() throws Exception {
        var models = new TrainedModels(FEATURES, TrainedModels.learners());
        var together = models.serve("time-limit", "1m");
        var oneByOne = models.serve("time-limit", "1m", "max-batch-size", "1", "max-batch-delay", "0s");
        var rows = models.rows(BLOCK, 3);
        try (var model = models.model()) {
            compareCallers(rows, together, oneByOne);
            compareBlocks(rows, together, model);
        } finally {
            TrainedModels.stop(together);
            TrainedModels.stop(oneByOne);
        }
        report.write(new Owner(source));
    }

    private void compareCallers(Rows rows, Inference together, Inference oneByOne) {
        var ours = new Series("together", new Callers(vertx, together, rows));
        var floor = new Series("one by one", new Callers(vertx, oneByOne, rows));
        for (var round = 0; round < Size.ROUNDS; round++) {
            floor.measure(round);
            ours.measure(round);
        }
        report.add(Figure.throughput(
                "Predictions for %d callers, together against one by one".formatted(CALLERS),
                "predictions",
                Size.median(ours.perSecond),
                Size.median(floor.perSecond),
                4));
        report.add(Figure.latency(
                "99 of 100 predictions for %d callers, together against one by one".formatted(CALLERS),
                Size.median(ours.p99),
                Size.median(floor.p99),
                1));
    }

    private void compareBlocks(Rows rows, Inference inference, Model model) {
        var ours = new double[Size.ROUNDS];
        var floor = new double[Size.ROUNDS];
        for (var round = -1; round < Size.ROUNDS; round++) {
            var bare = perSecond(() -> model.predict(rows));
            var served = perSecond(() ->
                    inference.predictBlock(TrainedModels.VERSION, rows).await().indefinitely());
            System.out.printf("blocks: bare %.0f/s, served %.0f/s%n", bare, served);
            if (round >= 0) {
                ours[round] = served;
                floor[round] = bare;
            }
        }
        report.add(Figure.throughput(
                        "Predictions of blocks, against the engine alone",
                        "rows",
                        Size.median(ours),
                        Size.median(floor),
                        0)
                .withoutTarget());
    }

    private static double perSecond(Runnable block) {
        var start = System.nanoTime();
        for (var i = 0; i < BLOCKS; i++) {
            block.run();
        }
        return BLOCKS * BLOCK / ((System.nanoTime() - start) / 1e9);
    }

    /** The rounds of one way to predict. */
    private static final class Series {

        private final String name;
        private final Callers callers;
        private final double[] perSecond = new double[Size.ROUNDS];
        private final double[] p99 = new double[Size.ROUNDS];

        /** Loads the model and warms up. */
        Series(String name, Callers callers) {
            this.name = name;
            this.callers = callers;
            callers.run(Size.REQUESTS / 2);
        }

        void measure(int round) {
            var outcome = callers.run(Size.REQUESTS);
            perSecond[round] = outcome.perSecond();
            p99[round] = outcome.p99();
            System.out.printf("inference, %s: %.0f/s, p99 %.1f ms%n", name, outcome.perSecond(), outcome.p99());
        }
    }

    /** Callers on event loops, each of whom asks for the next customer as soon as they have the last. */
    private record Callers(Vertx vertx, Inference inference, Rows rows) {

        record Outcome(double perSecond, double p99) {}

        Outcome run(int requests) {
            var latencies = new long[requests];
            var next = new AtomicInteger();
            var left = new AtomicInteger(requests);
            var end = new CompletableFuture<Void>();
            var start = System.nanoTime();
            for (var i = 0; i < CALLERS; i++) {
                vertx.getOrCreateContext().runOnContext(none -> ask(next, left, latencies, end));
            }
            end.orTimeout(MINUTES, TimeUnit.MINUTES).join();
            var seconds = (System.nanoTime() - start) / 1e9;
            Arrays.sort(latencies);
            return new Outcome(requests / seconds, latencies[(int) (requests * 0.99)] / 1e6);
        }

        private void ask(AtomicInteger next, AtomicInteger left, long[] latencies, CompletableFuture<Void> end) {
            var request = next.getAndIncrement();
            if (request >= latencies.length) {
                return;
            }
            var from = request % rows.count() * FEATURES;
            var start = System.nanoTime();
            inference
                    .predict(TrainedModels.VERSION, Arrays.copyOfRange(rows.values(), from, from + FEATURES))
                    .subscribe()
                    .with(
                            prediction -> {
                                latencies[request] = System.nanoTime() - start;
                                if (left.decrementAndGet() == 0) {
                                    end.complete(null);
                                }
                                ask(next, left, latencies, end);
                            },
                            end::completeExceptionally);
        }
    }
}
