package io.perennial.outreach.template;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How choices are written. */
final class Labels {

    private Labels() {}

    static String of(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads what {@link #of} writes.
     *
     * @throws IllegalArgumentException naming the choices there are
     */
    static <E extends Enum<E>> E read(Class<E> type, String label) {
        return Arrays.stream(type.getEnumConstants())
                .filter(choice -> of(choice).equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(Arrays.stream(type.getEnumConstants())
                        .map(Labels::of)
                        .collect(Collectors.joining(", ", "must be one of ", ""))));
    }
}
