package io.perennial.intake;

import java.util.ArrayList;
import java.util.List;

import io.perennial.platform.InputError;

/** The lines that could not be taken: all counted, the first ones kept to be shown. */
final class LineErrors {

    static final int SHOWN = 100;

    private final List<InputError> shown = new ArrayList<>();
    private long count;

    void add(long line, String field, String reason) {
        count++;
        if (shown.size() < SHOWN) {
            shown.add(new InputError(line, field, reason));
        }
    }

    long count() {
        return count;
    }

    List<InputError> shown() {
        return List.copyOf(shown);
    }
}
