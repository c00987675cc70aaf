package io.perennial.outreach.contact;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.LocalTime;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.outreach.template.Medium;

/**
 * How an organization writes to its customers.
 *
 * @param siteUrl where the links in messages lead, without a slash at its end; null while there is no such site
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@RegisterForReflection
public record OutreachSettings(
        @NotNull @Valid Quiet quietHours,

        @NotNull
        @Min(1)
        @Max(MOST_MESSAGES)
        @Schema(
                description = "The most messages that a customer gets in 24 hours, tasks for people left aside",
                examples = "3")
        Integer messagesPerDay,

        @NotNull
        @Min(1)
        @Max(MOST_MESSAGES)
        @Schema(
                description = "The most messages that a customer gets in seven days, tasks for people left aside",
                examples = "8")
        Integer messagesPerWeek,

        @NotNull
        @Schema(
                description = "The channels by which only those are written to who have granted it. Of push messages a"
                        + " registered device is enough unless they are named here.",
                examples = "[\"sms\"]")
        Set<@NotNull Medium> needsConsent,

        @Size(max = 500)
        @Pattern(
                regexp = "https?://[A-Za-z0-9.-]+(:\\d{1,5})?(/[A-Za-z0-9_.~-]+)*",
                message = "must be an address such as https://shop.example.com, without a slash at its end")
        @Schema(
                description = "Where the links in messages lead, before the path of the template",
                examples = "https://harbor.example")
        String siteUrl,

        @Size(min = 1, max = 100)
        @Pattern(regexp = ONE_LINE, message = IN_ONE_LINE)
        @Schema(
                description = "Who e-mails are from; the organization's name unless given",
                examples = "Harbor Outfitters")
        String senderName,

        @Email
        @Size(max = 254)
        @Pattern(regexp = ONE_LINE, message = IN_ONE_LINE)
        @Schema(
                description = "The mailbox that e-mails are from; the instance's unless given",
                examples = "care@harbor.example")
        String senderAddress,

        @Email
        @Size(max = 254)
        @Pattern(regexp = ONE_LINE, message = IN_ONE_LINE)
        @Schema(description = "Where answers to e-mails go", examples = "care@harbor.example")
        String replyTo,

        @Size(min = 1, max = 80)
        @Pattern(regexp = ONE_LINE, message = IN_ONE_LINE)
        @Schema(
                description = "An address or a number of the support, as messages tell it",
                examples = "care@harbor.example")
        String supportContact,

        @NotNull
        @Schema(description = "Whether e-mails carry a picture that tells when they are opened", examples = "true")
        Boolean trackOpens,

        @NotNull @Schema(description = "Whether it is noted when the link in a message is followed", examples = "true")
        Boolean trackClicks) {

    /** The most messages in a day or in a week that can be allowed. */
    static final int MOST_MESSAGES = 100;

    private static final String ONE_LINE = "[^\\p{Cntrl}]*";
    private static final String IN_ONE_LINE = "must be one line";

    /**
     * When customers are not disturbed, by the clock where they are.
     *
     * @param from equal to {@code until} for never
     * @param until on the next day where it is the earlier one
     */
    @RegisterForReflection
    public record Quiet(
            @NotNull
            @JsonFormat(pattern = "HH:mm")
            @Schema(type = org.eclipse.microprofile.openapi.annotations.enums.SchemaType.STRING, examples = "21:00")
            LocalTime from,

            @NotNull
            @JsonFormat(pattern = "HH:mm")
            @Schema(
                    type = org.eclipse.microprofile.openapi.annotations.enums.SchemaType.STRING,
                    description = "On the next day where it is the earlier one; the same as `from` for no quiet hours",
                    examples = "08:00")
            LocalTime until,

            @NotNull
            @Schema(
                    description = "The channels that are quiet then; e-mail does not ring unless it is named",
                    examples = "[\"sms\", \"push\", \"phone\"]")
            List<@NotNull Medium> channels) {}

    /** What every organization begins with. */
    public static final OutreachSettings DEFAULT = new OutreachSettings(
            new Quiet(LocalTime.of(21, 0), LocalTime.of(8, 0), List.of(Medium.SMS, Medium.PUSH, Medium.PHONE)),
            3,
            8,
            Set.of(Medium.SMS),
            null,
            null,
            null,
            null,
            null,
            true,
            true);
}
