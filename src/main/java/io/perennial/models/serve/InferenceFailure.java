package io.perennial.models.serve;

/** Why a model did not answer. The caller has the rules to fall back to, and says so. */
public class InferenceFailure extends RuntimeException {

    private final transient ModelVersion version;
    private final Reason reason;

    /** The cause may be null. */
    public InferenceFailure(ModelVersion version, Reason reason, Throwable cause) {
        super("%s did not answer: %s".formatted(version.label(), reason.words), cause);
        this.version = version;
        this.reason = reason;
    }

    /** What can go wrong. */
    public enum Reason {
        /** There is no such version. */
        UNKNOWN_VERSION("there is no such version"),
        /** The artifact could not be fetched: most likely the database is gone. */
        SOURCE_UNAVAILABLE("its artifact cannot be fetched"),
        /** The artifact is not what a training leaves. */
        UNREADABLE_ARTIFACT("its artifact cannot be read"),
        /** The rows have other features than those that the model was trained on. */
        SCHEMA_CHANGED("it was trained on other features"),
        /** The native library of the model's engine cannot be loaded. */
        ENGINE_MISSING("its engine cannot be loaded"),
        /** The model has failed while it scored. */
        MODEL_FAILED("it failed while scoring"),
        /** The worker died of it, out of memory for one, and was replaced. */
        WORKER_DIED("its worker died"),
        /** Too many jobs are waiting. */
        QUEUE_FULL("too many jobs are waiting"),
        /** It took too long, waiting included. */
        TIME_LIMIT("it took too long"),
        /** It has failed so often that it is left alone for a while. */
        CIRCUIT_OPEN("it has failed too often and is left alone for a while"),
        /** The service is stopping. */
        STOPPED("the service is stopping");

        private final String words;

        Reason(String words) {
            this.words = words;
        }
    }

    /** The version that was asked. */
    public ModelVersion version() {
        return version;
    }

    /** What went wrong. */
    public Reason reason() {
        return reason;
    }
}
