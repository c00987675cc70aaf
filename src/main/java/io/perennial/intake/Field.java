package io.perennial.intake;

import java.util.List;
import java.util.Locale;

/**
 * A field that an import understands.
 *
 * @param name as Perennial writes it
 * @param required whether a file without it is refused
 * @param aliases other names that people use for it; compared without case, spaces and punctuation
 */
public record Field(String name, boolean required, List<String> aliases) {

    /** A field that a file cannot do without. */
    public static Field required(String name, String... aliases) {
        return new Field(name, true, List.of(aliases));
    }

    /** A field that a file may have. */
    public static Field optional(String name, String... aliases) {
        return new Field(name, false, List.of(aliases));
    }

    /** Whether a header of a file means this field, by its own name or by another. */
    boolean isNamed(String header) {
        var plain = plain(header);
        return plain.equals(plain(name)) || aliases.stream().anyMatch(alias -> plain.equals(plain(alias)));
    }

    private static String plain(String header) {
        return header.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]", "");
    }
}
