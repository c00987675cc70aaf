package io.perennial.outreach.template;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A template as an organization has it.
 *
 * @param version counts the changes; 0 for one that nobody has changed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MessageTemplate(
        @Schema(
                description = "Its name: trigger, tone, stage, channel and language",
                examples = "payment_failed.premium.dunning_1.email.en")
        String template,

        Trigger trigger,
        Tone tone,
        MessageStage stage,
        Medium channel,

        @Schema(description = "A language tag (BCP 47)", examples = "en")
        String language,

        @JsonProperty("is_edited")
        @Schema(description = "Whether it is the organization's own; it is as it came otherwise")
        boolean isEdited,

        List<Variant> variants,

        @Schema(description = "Counts the changes; the entity tag", examples = "3")
        int version,

        @Schema(description = "Absent where nobody has changed it")
        Instant updatedAt) {

    /** A template as it came. */
    static MessageTemplate asItCame(TemplateKey key, Content content, int version, Instant updatedAt) {
        return of(key, false, List.of(new Variant(Variant.DEFAULT, 1, content, 0)), version, updatedAt);
    }

    static MessageTemplate of(
            TemplateKey key, boolean isEdited, List<Variant> variants, int version, Instant updatedAt) {
        return new MessageTemplate(
                key.name(),
                key.trigger(),
                key.tone(),
                key.stage(),
                key.channel(),
                key.language(),
                isEdited,
                variants,
                version,
                updatedAt);
    }

    TemplateKey key() {
        return new TemplateKey(trigger, tone, stage, channel, language);
    }
}
