package io.perennial.offers.sync;

/** Why a source could not be read, in words that its users may read. */
final class SourceFailure extends RuntimeException {

    /** Whose fault it is, and whether it may pass. */
    enum Kind {
        /** The source may be back in a moment. */
        PASSING,
        /** The source answers what cannot be used. */
        LASTING,
        /** The service is not set up to ask it. */
        OURS
    }

    private final Kind kind;

    SourceFailure(Kind kind, String reason) {
        super(reason, null, false, false);
        this.kind = kind;
    }

    static SourceFailure lasting(String reason, Object... arguments) {
        return new SourceFailure(Kind.LASTING, reason.formatted(arguments));
    }

    static SourceFailure passing(String reason, Object... arguments) {
        return new SourceFailure(Kind.PASSING, reason.formatted(arguments));
    }

    static SourceFailure ours(String reason, Object... arguments) {
        return new SourceFailure(Kind.OURS, reason.formatted(arguments));
    }

    Kind kind() {
        return kind;
    }
}
