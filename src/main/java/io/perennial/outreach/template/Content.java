package io.perennial.outreach.template;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What a message says, before it is said to anybody. Which of the parts there are follows from the channel.
 *
 * @param subject of an e-mail; the title of a push message or a task
 * @param html what stands between the organization's name and the footer, or a whole document
 * @param ctaText what the link to act says
 * @param ctaPath where the link leads, on the organization's own site
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Content(
        @Size(min = 1, max = 200)
        @Schema(
                description = "Of an e-mail; the title of a push message or of a task",
                examples = "Important: Payment Update Required for Your Premium Account")
        String subject,

        @NotBlank
        @Size(max = 10_000)
        @Schema(
                description = "The text, the body of a push message, or what a person is to say",
                examples = "Dear {customer_name}, please update your payment method: {cta_url}")
        String text,

        @Size(max = Sandbox.LONGEST_SOURCE)
        @Schema(
                description = "The same in HTML, for e-mails only: what stands above the footer, or a whole document",
                examples = "<p>Dear {customer_name},</p><p><a href=\"{cta_url}\">{cta_text}</a></p>")
        String html,

        @Size(min = 1, max = 60) @Schema(description = "What the link to act says", examples = "Update Payment Method")
        String ctaText,

        @Size(max = 200)
        @Pattern(
                regexp = "/|(/[A-Za-z0-9_.~-]+)+/?",
                message = "must be a path such as /billing/update, without parameters")
        @Schema(description = "Where the link leads on the organization's site", examples = "/billing/premium-update")
        String ctaPath) {}
