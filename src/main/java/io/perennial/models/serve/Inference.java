package io.perennial.models.serve;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.util.HashedWheelTimer;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import io.perennial.models.learn.Rows;
import io.perennial.models.serve.InferenceFailure.Reason;

/**
 * Has models answer, on a bounded number of threads of their own. Customers that are asked for one at a time are gathered per
 * model version and scored together: whoever comes while no worker is busy is taken at once, and while one is more gather for a moment.
 *
 * <p>Nothing here blocks the caller. Answers come on the Vert.x context that the caller subscribed on, if there is one, and
 * on a thread of the executor otherwise. Whatever goes wrong, the caller gets an {@link InferenceFailure} and the next job is
 * served: a version that keeps failing is left alone for a while, and a worker that dies is replaced.
 */
@ApplicationScoped
public class Inference {

    /** Far more than are active at a time; those that were not asked for longest are forgotten. */
    private static final int KNOWN_VERSIONS = 10_000;

    private static final int MILLISECONDS_PER_TICK = 10;

    private final InferenceConfig config;
    private final ModelSource source;
    private final JobQueue queue;
    private final Workers workers;
    private final InferenceMeters meters;
    private final HashedWheelTimer timer;
    private final AsyncCache<ModelVersion, byte[]> artifacts;
    private final Cache<ModelVersion, CircuitBreaker> breakers;
    private final Clock clock;

    Inference(
            InferenceConfig config, ModelSource source, Predictor.Loader loader, Clock clock, MeterRegistry registry) {
        this.config = config;
        this.source = source;
        this.clock = clock;
        this.queue = new JobQueue(config);
        this.meters = new InferenceMeters(registry, queue);
        this.workers = new Workers(config, queue, loader, meters);
        this.timer = new HashedWheelTimer(
                new DefaultThreadFactory("inference-time-limit", true), MILLISECONDS_PER_TICK, TimeUnit.MILLISECONDS);
        this.artifacts = Caffeine.newBuilder()
                .maximumWeight(config.artifactBytes())
                .weigher((ModelVersion version, byte[] artifact) -> artifact.length)
                .buildAsync();
        this.breakers = Caffeine.newBuilder().maximumSize(KNOWN_VERSIONS).build();
    }

    /**
     * Scores one row together with those that others ask for at the same time.
     *
     * @param row a value for each feature of the schema that the model was trained on, in its order; NaN when missing
     * @return fails with an {@link InferenceFailure}
     */
    public Uni<Prediction> predict(ModelVersion version, float[] row) {
        return answer(version, Job.Kind.ROW, null, row, config.timeLimit())
                .map(values -> new Prediction(version, values));
    }

    /**
     * Scores a few rows by each member of an ensemble, together with those that others ask for at the same time.
     *
     * @param rows one after the other, each as of {@link #predict}
     * @return yields, row after row, as many values each as the ensemble has members; fails with an {@link InferenceFailure}
     */
    public Uni<float[]> predictByMember(ModelVersion version, float[] rows) {
        return answer(version, Job.Kind.MEMBERS, null, rows, config.timeLimit());
    }

    /**
     * Scores many rows at once.
     *
     * @return yields, row after row, as many values each as the model has outputs; fails with an {@link InferenceFailure}
     */
    public Uni<float[]> predictBlock(ModelVersion version, Rows rows) {
        return answer(version, Job.Kind.BLOCK, rows, null, config.blockTimeLimit());
    }

    /**
     * Scores many rows at once by each member of an ensemble.
     *
     * @return as {@link #predictByMember}
     */
    public Uni<float[]> predictBlockByMember(ModelVersion version, Rows rows) {
        return answer(version, Job.Kind.MEMBERS_OF_BLOCK, rows, null, config.blockTimeLimit());
    }

    /**
     * What each feature contributes to the score of each row.
     *
     * @return yields, row after row, a contribution for each feature and, last, what every row begins with, which together
     *     are the score of the row; fails with an {@link InferenceFailure}
     */
    public Uni<float[]> explain(ModelVersion version, Rows rows) {
        return answer(version, Job.Kind.EXPLANATION, rows, null, config.blockTimeLimit());
    }

    private Uni<float[]> answer(ModelVersion version, Job.Kind kind, Rows rows, float[] row, Duration limit) {
        return Uni.createFrom().deferred(() -> {
            var breaker = breaker(version);
            return Uni.createFrom()
                    .<float[]>emitter(
                            emitter -> submit(new Job(version, kind, rows, row, breaker, meters, emitter), limit))
                    .emitOn(whereTheCallerIs());
        });
    }

    private CircuitBreaker breaker(ModelVersion version) {
        return breakers.get(version, v -> new CircuitBreaker(clock, config.failuresToOpen(), config.openFor()));
    }

    /** What follows on an answer must not take the time of a worker. */
    private static Executor whereTheCallerIs() {
        var context = Vertx.currentContext();
        return context == null
                ? Infrastructure.getDefaultExecutor()
                : command -> context.runOnContext(none -> command.run());
    }

    private void submit(Job job, Duration limit) {
        if (!job.breaker().allows()) {
            job.fail(Reason.CIRCUIT_OPEN, null);
        } else if (!limit(job, limit)) {
            job.fail(Reason.STOPPED, null);
        } else {
            artifacts
                    .get(
                            job.version(),
                            (version, executor) -> source.artifact(version).subscribeAsCompletionStage())
                    .whenComplete((artifact, failure) -> enqueue(job, artifact, failure));
        }
    }

    /** Says whether the timer still runs. */
    private boolean limit(Job job, Duration limit) {
        try {
            job.limit(timer.newTimeout(timeout -> outOfTime(job), limit.toNanos(), TimeUnit.NANOSECONDS));
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private static void outOfTime(Job job) {
        if (job.isSettled()) {
            return;
        }
        if (job.hasBegun()) {
            job.breaker().failed();
        } else {
            job.breaker().undecided();
        }
        job.fail(Reason.TIME_LIMIT, null);
    }

    private void enqueue(Job job, byte[] artifact, Throwable failure) {
        if (failure != null) {
            job.breaker().failed();
            job.fail(Reason.SOURCE_UNAVAILABLE, failure instanceof CompletionException e ? e.getCause() : failure);
        } else if (artifact == null) {
            job.breaker().undecided();
            job.fail(Reason.UNKNOWN_VERSION, null);
        } else {
            job.enter(queue, artifact);
        }
    }

    /** Fails what waits, and waits a little for what is being scored. */
    @PreDestroy
    void stop() {
        workers.stop();
        timer.stop();
    }
}
