package io.perennial.intake;

/** A value of a record that cannot be taken; the record is reported and skipped. */
public final class InvalidValue extends Exception {

    private final String field;

    /** A value of a field that cannot be taken, and why. */
    public InvalidValue(String field, String reason) {
        super(reason, null, false, false);
        this.field = field;
    }

    /** Which field. */
    public String field() {
        return field;
    }
}
