package io.perennial.platform;

import java.util.List;

/** A request that cannot be answered as asked; becomes a {@link Problem}. */
public class ProblemException extends RuntimeException {

    private final ProblemType type;
    private final transient List<InputError> errors;

    ProblemException(ProblemType type, String detail) {
        this(type, detail, List.of());
    }

    /** A problem with the places in the input that caused it. */
    public ProblemException(ProblemType type, String detail, List<InputError> errors) {
        super(detail, null, false, type.status() >= 500);
        this.type = type;
        this.errors = List.copyOf(errors);
    }

    /** A request that is not valid in these fields. */
    public static ProblemException invalid(List<InputError> errors) {
        return new ProblemException(ProblemType.INVALID_REQUEST, InputError.joined(errors), errors);
    }

    /** What is wrong. */
    public ProblemType type() {
        return type;
    }

    /** Where it is wrong. */
    public List<InputError> errors() {
        return errors;
    }
}
