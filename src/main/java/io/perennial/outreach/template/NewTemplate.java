package io.perennial.outreach.template;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.InputError;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;

/** A template as an organization writes it. */
public record NewTemplate(
        @NotEmpty
        @Size(max = 10)
        @Schema(description = "At least one; of several, customers get one each, in proportion to their weights")
        List<@NotNull @Valid Variant> variants) {

    /**
     * Checks every part of every variant.
     *
     * @throws ProblemException naming everything that is wrong, and where
     */
    void validate(TemplateKey key) {
        var errors = new ArrayList<InputError>();
        if (variants.stream().map(Variant::name).distinct().count() < variants.size()) {
            errors.add(new InputError(null, "variants", "have the same name more than once"));
        }
        if (variants.stream().allMatch(variant -> variant.weight() == 0)) {
            errors.add(new InputError(null, "variants", "have no weight, so that nobody would get any"));
        }
        for (var i = 0; i < variants.size(); i++) {
            try {
                CompiledContent.of(key, variants.get(i).content(), "variants[%d].content".formatted(i));
            } catch (ProblemException e) {
                errors.addAll(e.errors());
            }
        }
        if (!errors.isEmpty()) {
            throw new ProblemException(ProblemType.INVALID_TEMPLATE, told(errors), errors);
        }
    }

    private static String told(List<InputError> errors) {
        return errors.stream()
                .map(error -> error.line() == null
                        ? "%s %s".formatted(error.field(), error.reason())
                        : "%s %d:%d %s".formatted(error.field(), error.line(), error.column(), error.reason()))
                .collect(Collectors.joining("; "));
    }
}
