package io.perennial.outreach.template;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What is to be shown of a template, and to whom it would be said. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NewPreview(
        @Schema(
                description =
                        "Perennial's UUID of the customer or the organization's own id; an example of one unless given",
                examples = "CUST_00042")
        String customerId,

        @Schema(description = "One of the template's variants; the first unless given", examples = "default")
        String variant,

        @Valid @Schema(description = "Something to be shown instead of the template, before it is saved")
        Content content,

        @Size(max = 50)
        @Schema(
                description = "Values of placeholders, in place of those of the customer or the example",
                examples = "{\"plan\": \"Business\", \"amount\": 120.00, \"due_date\": \"2026-03-01\"}")
        Map<String, Object> values,

        @Size(max = Placeholder.MOST_OFFERS)
        @Schema(description = "What is offered; an example unless given, nothing if empty")
        List<@Valid OfferLine> offers) {}
