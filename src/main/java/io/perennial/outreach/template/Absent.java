package io.perennial.outreach.template;

/** A value that is not there: empty to ask for, and nothing to write. */
final class Absent implements CharSequence {

    static final Absent VALUE = new Absent();

    private Absent() {}

    @Override
    public int length() {
        return 0;
    }

    @Override
    public char charAt(int index) {
        throw new IndexOutOfBoundsException(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return "";
    }

    @Override
    public String toString() {
        return "";
    }
}
