package io.perennial.models.serve;

import io.netty.util.Timeout;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.concurrent.atomic.AtomicBoolean;

import io.perennial.models.learn.Rows;
import io.perennial.models.serve.InferenceFailure.Reason;

/** What one caller wants of a model version, until it is answered. It is answered once, whoever comes first. */
final class Job {

    /** What is wanted. */
    enum Kind {
        /** The score of one row, to be gathered with others. */
        ROW,
        /** The scores of one or a few rows by each member of the ensemble, to be gathered with others. */
        MEMBERS,
        /** The scores of many rows. */
        BLOCK,
        /** The scores of many rows by each member of the ensemble. */
        MEMBERS_OF_BLOCK,
        /** The contributions to the scores of many rows. */
        EXPLANATION;

        /** Whether it is scored together with others of its version. */
        boolean isGathered() {
            return this == ROW || this == MEMBERS;
        }
    }

    private final ModelVersion version;
    private final Kind kind;
    private final Rows rows;
    private final float[] row;
    private final CircuitBreaker breaker;
    private final InferenceMeters meters;
    private final UniEmitter<? super float[]> emitter;
    private final AtomicBoolean settled = new AtomicBoolean();
    private Timeout limit;
    private byte[] artifact;
    private long waitingSince;
    private volatile boolean begun;

    /**
     * What is wanted.
     *
     * @param rows null when it is gathered
     * @param row one row after the other, of what is gathered; null otherwise
     */
    Job(
            ModelVersion version,
            Kind kind,
            Rows rows,
            float[] row,
            CircuitBreaker breaker,
            InferenceMeters meters,
            UniEmitter<? super float[]> emitter) {
        this.version = version;
        this.kind = kind;
        this.rows = rows;
        this.row = row;
        this.breaker = breaker;
        this.meters = meters;
        this.emitter = emitter;
        emitter.onTermination(this::forget);
    }

    ModelVersion version() {
        return version;
    }

    Kind kind() {
        return kind;
    }

    Rows rows() {
        return rows;
    }

    float[] row() {
        return row;
    }

    CircuitBreaker breaker() {
        return breaker;
    }

    byte[] artifact() {
        return artifact;
    }

    /** By {@link System#nanoTime}. */
    long waitingSince() {
        return waitingSince;
    }

    /** Whether nobody waits for the answer any more. */
    boolean isSettled() {
        return settled.get();
    }

    /** A worker has taken it. */
    void begin() {
        begun = true;
    }

    /** Whether a worker has taken it. */
    boolean hasBegun() {
        return begun;
    }

    /** Cancels the limit as soon as there is an answer. */
    void limit(Timeout timeout) {
        limit = timeout;
        if (isSettled()) {
            timeout.cancel();
        }
    }

    /** Begins to wait for a worker, who may load the model from the artifact. */
    void enter(JobQueue queue, byte[] artifactOfTheVersion) {
        artifact = artifactOfTheVersion;
        waitingSince = System.nanoTime();
        var refusal = queue.add(this);
        if (refusal != null) {
            breaker.undecided();
            fail(refusal, null);
        }
    }

    /** Answers, and says whether the caller had still been waiting. */
    boolean complete(float[] values) {
        var first = settle();
        if (first) {
            emitter.complete(values);
        }
        return first;
    }

    /** Answers that there is no answer, and says whether the caller had still been waiting. */
    boolean fail(Reason reason, Throwable cause) {
        var first = settle();
        if (first) {
            meters.failed(reason);
            emitter.fail(new InferenceFailure(version, reason, cause));
        }
        return first;
    }

    /** The caller does not want it any more. */
    private void forget() {
        if (settle()) {
            breaker.undecided();
        }
    }

    private boolean settle() {
        var first = settled.compareAndSet(false, true);
        if (first && limit != null) {
            limit.cancel();
        }
        return first;
    }
}
