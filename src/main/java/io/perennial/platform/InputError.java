package io.perennial.platform;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** One thing that is wrong with the input, and where. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@RegisterForReflection
public record InputError(
        @Schema(description = "Line of the file, counted from 1", examples = "17")
        Long line,

        @Schema(description = "Character of the line, counted from 1", examples = "12")
        Long column,

        @Schema(description = "Column of the file or field of the document", examples = "amount")
        String field,

        @Schema(examples = "is negative; a refund is a line with status refunded")
        String reason) {

    /** Something wrong with a line as a whole, or with a field. */
    public InputError(Long line, String field, String reason) {
        this(line, null, field, reason);
    }

    /** All of them in one line. */
    static String joined(List<InputError> errors) {
        return errors.stream().map(error -> error.field + " " + error.reason).collect(Collectors.joining("; "));
    }
}
