package io.perennial.outreach.template;

import java.util.List;
import java.util.stream.Collectors;

/** A part of a template that cannot be used, and why. */
class TemplateSyntaxException extends RuntimeException {

    private final transient List<TemplateError> errors;

    TemplateSyntaxException(List<TemplateError> errors) {
        super(
                errors.stream()
                        .map(error -> "%d:%d %s".formatted(error.line(), error.column(), error.reason()))
                        .collect(Collectors.joining("; ")),
                null,
                false,
                false);
        this.errors = List.copyOf(errors);
    }

    List<TemplateError> errors() {
        return errors;
    }
}
