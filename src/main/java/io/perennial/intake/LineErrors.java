package io.perennial.intake;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import io.perennial.platform.InputError;

/** The lines that could not be taken: all counted, the first ones kept to be shown. */
final class LineErrors {

    private final List<InputError> shown = new ArrayList<>();
    private long count;

    void add(long line, String field, String reason) {
        count++;
        if (shown.size() < ImportReport.ERRORS_SHOWN) {
            shown.add(new InputError(line, field, reason));
        }
    }

    /**
     * Adds lines that name customers who are not there.
     *
     * @param unknown how many there are
     * @param lines the first of them, and {@code customers} the names in them
     */
    void addUnknown(long unknown, Long[] lines, String[] customers) {
        for (var i = 0; i < lines.length; i++) {
            add(lines[i], "customer_id", "Customer %s not found in organization".formatted(customers[i]));
        }
        count += unknown - lines.length;
    }

    long count() {
        return count;
    }

    /** In the order of the lines. */
    List<InputError> shown() {
        return shown.stream().sorted(Comparator.comparingLong(InputError::line)).toList();
    }
}
