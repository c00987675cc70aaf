package io.perennial.models.sentiment;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A sentence of which it is known what it expresses.
 *
 * @param feeling index of {@link #FEELINGS}
 */
record Sentence(String text, int feeling) {

    /** How files mark sentences, and the order of the classes: negative, neutral, positive. */
    static final String FEELINGS = "-=+";

    /** Reads lines of a mark, a space and the sentence; those that begin with {@code #} are headings. */
    static List<Sentence> read(InputStream file) throws IOException {
        try (var reader = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(Sentence::parse)
                    .toList();
        }
    }

    private static Sentence parse(String line) {
        var feeling = FEELINGS.indexOf(line.charAt(0));
        if (feeling < 0 || line.length() < 3) {
            throw new IllegalArgumentException("No sentence: " + line);
        }
        return new Sentence(line.substring(2), feeling);
    }
}
