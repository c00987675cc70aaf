package io.perennial.outreach.template;

/** A template that cannot be written with the values that it was given. */
class RenderingException extends RuntimeException {

    RenderingException(Throwable cause) {
        super(first(cause).getMessage(), null, false, false);
    }

    /** What the engine wraps a failure in says nothing. */
    private static Throwable first(Throwable failure) {
        var first = failure;
        while (first.getCause() != null) {
            first = first.getCause();
        }
        return first;
    }

    RenderingException(String reason) {
        super(reason, null, false, false);
    }
}
