package io.perennial.outreach.template;

import java.util.Optional;

/**
 * Bounds what a source may ask of the parser: parsers descend into what is nested, so neither tags nor sections may go as
 * deep as somebody likes.
 */
final class Tags {

    /** The most characters of a tag. */
    static final int LONGEST = 200;

    /** The most sections of a part. */
    static final int MOST_SECTIONS = 60;

    private static final int NONE = -1;

    private Tags() {}

    /** The first thing that is too large, if there is one. */
    static Optional<TemplateError> tooLarge(String source) {
        var sections = 0;
        var at = 0;
        while (at < source.length()) {
            if (source.charAt(at) == '\\') {
                at += 2;
            } else if (source.charAt(at) != '{' || !startsTag(source, at + 1)) {
                at++;
            } else {
                var end = end(source, at);
                if (end - at > LONGEST && !isRemarkOrVerbatim(source, at)) {
                    return Optional.of(TemplateError.at(
                            source,
                            at,
                            "is a tag of more than %d characters, or one that does not end".formatted(LONGEST)));
                }
                if (source.charAt(at + 1) == '#' && ++sections > MOST_SECTIONS) {
                    return Optional.of(TemplateError.at(
                            source, at, "is a section too many; there may be %d".formatted(MOST_SECTIONS)));
                }
                at = end;
            }
        }
        return Optional.empty();
    }

    private static boolean startsTag(String source, int at) {
        return at < source.length()
                && (Character.isLetterOrDigit(source.charAt(at)) || "#/@!|_".indexOf(source.charAt(at)) >= 0);
    }

    private static boolean isRemarkOrVerbatim(String source, int at) {
        return "!|".indexOf(source.charAt(at + 1)) >= 0;
    }

    /** Where a tag ends; a brace within quotes does not end it. */
    private static int end(String source, int start) {
        var first = source.charAt(start + 1);
        if (first == '!' || first == '|') {
            var end = source.indexOf(first + "}", start + 2);
            return end == NONE ? source.length() : end + 2;
        }
        var quote = '\0';
        for (var at = start + 1; at < source.length(); at++) {
            var character = source.charAt(at);
            if (quote != '\0') {
                quote = character == quote ? '\0' : quote;
            } else if (character == '\'' || character == '"') {
                quote = character;
            } else if (character == '}') {
                return at + 1;
            }
        }
        return source.length();
    }
}
