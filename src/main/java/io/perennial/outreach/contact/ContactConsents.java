package io.perennial.outreach.contact;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.outreach.template.Medium;

/** What a customer has said about being contacted. A channel that nothing was said about is left out. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ContactConsents(
        UUID customerId,

        @Schema(description = "Whether the customer wants no contact at all, by any channel", examples = "false")
        boolean doNotContact,

        @Schema(description = "When that was said last, or taken back")
        Instant doNotContactNotedAt,

        Consent email,
        Consent sms,
        Consent push,
        Consent phone) {

    /** What was said about a channel. */
    public record Consent(
            @Schema(examples = "granted") ConsentStatus status,

            @Schema(
                    description =
                            "Where it was said: api, unsubscribe_link, one_click, complaint, sms_stop or what it was"
                                    + " called when it was sent",
                    examples = "api")
            String source,

            Instant notedAt) {}

    static ContactConsents of(UUID customer, Consent all, Map<Medium, Consent> channels) {
        return new ContactConsents(
                customer,
                all != null && all.status() == ConsentStatus.REFUSED,
                all == null ? null : all.notedAt(),
                channels.get(Medium.EMAIL),
                channels.get(Medium.SMS),
                channels.get(Medium.PUSH),
                channels.get(Medium.PHONE));
    }
}
