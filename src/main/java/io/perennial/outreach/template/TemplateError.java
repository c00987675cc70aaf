package io.perennial.outreach.template;

/**
 * Something that is wrong with a part of a template.
 *
 * @param line from 1
 * @param column from 1
 */
record TemplateError(int line, int column, String reason) {

    /** At a place in a source. */
    static TemplateError at(String source, int index, String reason) {
        var before = source.substring(0, index);
        var lineStart = before.lastIndexOf('\n') + 1;
        return new TemplateError(
                (int) before.chars().filter(c -> c == '\n').count() + 1, index - lineStart + 1, reason);
    }
}
