package io.perennial.models.serve;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.perennial.models.serve.InferenceFailure.Reason;

/** What is seen of inference from outside. */
final class InferenceMeters {

    private final DistributionSummary batchSize;
    private final Map<Job.Kind, Timer> times;
    private final Map<Reason, Counter> failures;
    private final Counter deaths;

    InferenceMeters(MeterRegistry registry, JobQueue queue) {
        registry.gauge("perennial.inference.queue.depth", queue, JobQueue::depth);
        batchSize = registry.summary("perennial.inference.batch.size");
        times = Stream.of(Job.Kind.values())
                .collect(Collectors.toMap(
                        Function.identity(),
                        kind -> registry.timer("perennial.inference.time", "job", word(kind)),
                        (one, other) -> one,
                        () -> new EnumMap<>(Job.Kind.class)));
        failures = Stream.of(Reason.values())
                .collect(Collectors.toMap(
                        Function.identity(),
                        reason -> registry.counter("perennial.inference.failures", "reason", word(reason)),
                        (one, other) -> one,
                        () -> new EnumMap<>(Reason.class)));
        deaths = registry.counter("perennial.inference.workers.replaced");
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** A batch was scored. */
    void scored(Job.Kind kind, int rows, long nanoseconds) {
        if (kind.isGathered()) {
            batchSize.record(rows);
        }
        times.get(kind).record(nanoseconds, TimeUnit.NANOSECONDS);
    }

    void failed(Reason reason) {
        failures.get(reason).increment();
    }

    void workerReplaced() {
        deaths.increment();
    }
}
