package io.perennial.outreach.template;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A template as a customer would see it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Preview(
        @Schema(examples = "payment_failed.friendly.dunning_1.sms.en")
        String template,

        @Schema(examples = "default") String variant,

        @Schema(description = "Of an e-mail; the title of a push message or of a task")
        String subject,

        @Schema(examples = "Hey Alex! Your payment to Harbor Outfitters didn't go through. Fix it here: https://…")
        String text,

        @Schema(description = "Of an e-mail, a whole document")
        String html,

        @Schema(description = "Of a text message: how many of the 160 characters of GSM-7 it takes", examples = "118")
        Integer septets,

        @Schema(description = "The placeholders whose values are examples: nobody knows better yet")
        List<String> examples) {}
