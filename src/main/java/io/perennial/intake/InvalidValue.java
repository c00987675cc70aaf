package io.perennial.intake;

/** A value of a record that cannot be taken; the record is reported and skipped. */
final class InvalidValue extends Exception {

    private final String field;

    InvalidValue(String field, String reason) {
        super(reason, null, false, false);
        this.field = field;
    }

    String field() {
        return field;
    }
}
