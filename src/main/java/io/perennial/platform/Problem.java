package io.perennial.platform;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What every error answers: {@code application/problem+json} (RFC 9457). */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@Schema(description = "What went wrong (RFC 9457)")
@RegisterForReflection
public record Problem(
        @Schema(description = "Stable, for programs", examples = "urn:perennial:problem:unknown-customer")
        String type,

        @Schema(description = "The same for every problem of this type", examples = "There is no such customer")
        String title,

        @Schema(examples = "404") int status,

        @Schema(description = "This occurrence, for people", examples = "No customer CUST_00042 in this organization")
        String detail,

        @Schema(description = "The request, as the log names it", examples = "0b7c1d3e")
        String requestId,

        @Schema(description = "The offending fields or lines")
        List<InputError> errors) {

    /** The media type of a problem. */
    public static final String MEDIA_TYPE = "application/problem+json";

    static Problem of(ProblemType type, String detail, String requestId, List<InputError> errors) {
        return new Problem(type.urn(), type.title(), type.status(), detail, requestId, errors);
    }
}
