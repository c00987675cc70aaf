package io.perennial.recovery.dunning;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.outreach.template.MessageStage;
import io.perennial.recovery.risk.RecoveryRiskLevel;

/**
 * One message of a sequence, as an organization wants it.
 *
 * @param afterHours hours after the first message
 * @param riskLevels the levels of risk that get it; null for all
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SequenceStep(
        @NotNull
        @Schema(
                type = SchemaType.STRING,
                description = "Says which template is used and what is offered",
                examples = "dunning_1",
                enumeration = {
                    "dunning_1",
                    "dunning_2",
                    "dunning_3",
                    "dunning_4",
                    "dunning_5",
                    "immediate_offer",
                    "value_reminder",
                    "feedback_request",
                    "final_attempt"
                })
        MessageStage stage,

        @NotNull
        @Schema(
                type = SchemaType.STRING,
                description =
                        "follow_up is what the strategy for the risk has besides e-mail and phone, or what the customer"
                                + " prefers of SMS and push; without one, there is no such step",
                examples = "email",
                enumeration = {"email", "sms", "push", "phone", "follow_up"})
        StepChannel channel,

        @NotNull
        @Min(0)
        @Max(SequenceStep.MOST_HOURS)
        @Schema(description = "Hours after the first message", examples = "24")
        Integer afterHours,

        @Size(min = 1)
        @Schema(
                description = "Who gets it: low, medium, high, critical; everybody when absent",
                examples = "[\"critical\"]")
        List<@NotNull RecoveryRiskLevel> riskLevels) {

    /** A year. */
    static final int MOST_HOURS = 8760;

    /** A step for everybody. */
    static SequenceStep of(MessageStage stage, StepChannel channel, int afterHours) {
        return new SequenceStep(stage, channel, afterHours, null);
    }

    /** The same, for customers of some levels of risk only. */
    SequenceStep only(RecoveryRiskLevel... levels) {
        return new SequenceStep(stage, channel, afterHours, List.of(levels));
    }

    boolean isFor(RecoveryRiskLevel level) {
        return riskLevels == null || riskLevels.contains(level);
    }
}
