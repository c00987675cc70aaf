package io.perennial.recovery.cases;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes the constants of enumerations as the API and the database do, and reads them. */
final class Labels {

    private Labels() {}

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /**
     * The constant that is written like this.
     *
     * @throws IllegalArgumentException when there is none, naming those that there are
     */
    static <E extends Enum<E>> E read(Class<E> type, String label) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> of(constant).equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of "
                        + Arrays.stream(type.getEnumConstants()).map(Labels::of).collect(Collectors.joining(", "))));
    }

    /** As {@link #read}; null stays null. */
    static <E extends Enum<E>> E readOrNull(Class<E> type, String label) {
        return label == null ? null : read(type, label);
    }
}
