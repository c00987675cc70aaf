package io.perennial.outreach.contact;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Pattern;
import java.util.EnumMap;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.outreach.template.Medium;

/** What a customer says about being contacted. What is left out stays as it is. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NewConsents(
        @Schema(description = "Whether the customer wants no contact at all, by any channel", examples = "false")
        Boolean doNotContact,

        @Schema(description = "granted or refused", examples = "granted")
        ConsentStatus email,

        @Schema(description = "granted or refused", examples = "granted")
        ConsentStatus sms,

        @Schema(description = "granted or refused", examples = "refused")
        ConsentStatus push,

        @Schema(description = "granted or refused", examples = "refused")
        ConsentStatus phone,

        @Pattern(regexp = "[a-z][a-z_]{0,49}", message = "must be a word in lower case, such as preference_center")
        @Schema(description = "Where it was said; api unless given", examples = "preference_center")
        String source) {

    /** What is said, by channel. */
    Map<Medium, ConsentStatus> channels() {
        var channels = new EnumMap<Medium, ConsentStatus>(Medium.class);
        put(channels, Medium.EMAIL, email);
        put(channels, Medium.SMS, sms);
        put(channels, Medium.PUSH, push);
        put(channels, Medium.PHONE, phone);
        return channels;
    }

    private static void put(Map<Medium, ConsentStatus> channels, Medium channel, ConsentStatus status) {
        if (status != null) {
            channels.put(channel, status);
        }
    }
}
