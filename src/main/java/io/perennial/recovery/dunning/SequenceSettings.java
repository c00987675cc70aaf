package io.perennial.recovery.dunning;

import static io.perennial.outreach.template.MessageStage.DUNNING_1;
import static io.perennial.outreach.template.MessageStage.DUNNING_2;
import static io.perennial.outreach.template.MessageStage.DUNNING_3;
import static io.perennial.outreach.template.MessageStage.DUNNING_4;
import static io.perennial.outreach.template.MessageStage.DUNNING_5;
import static io.perennial.outreach.template.MessageStage.FEEDBACK_REQUEST;
import static io.perennial.outreach.template.MessageStage.FINAL_ATTEMPT;
import static io.perennial.outreach.template.MessageStage.IMMEDIATE_OFFER;
import static io.perennial.outreach.template.MessageStage.VALUE_REMINDER;
import static io.perennial.recovery.risk.RecoveryRiskLevel.CRITICAL;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.outreach.template.Trigger;
import io.perennial.platform.InputError;
import io.perennial.platform.ProblemException;
import io.perennial.recovery.risk.RecoveryRiskLevel;

/**
 * When an organization says what, by what has happened. A trigger that is not named has no messages.
 *
 * @param endsAfterDays days after the last message after which a customer who has not stayed is given up
 */
public record SequenceSettings(
        @NotNull @Schema(description = "By trigger: payment_failed, subscription_cancelled, downgrade, churn_risk")
        Map<String, @NotEmpty @Size(max = 20) List<@NotNull @Valid SequenceStep>> sequences,

        @NotNull
        @Min(0)
        @Max(365)
        @Schema(
                description = "Days after the last message after which a customer who has not stayed is given up",
                examples = "7")
        Integer endsAfterDays) {

    /** What every organization begins with. */
    static final SequenceSettings DEFAULT = new SequenceSettings(byTrigger(), 7);

    private static Map<String, List<SequenceStep>> byTrigger() {
        var sequences = new LinkedHashMap<String, List<SequenceStep>>();
        for (var trigger : Trigger.values()) {
            sequences.put(trigger.value(), trigger == Trigger.PAYMENT_FAILED ? afterFailedPayment() : otherwise());
        }
        return sequences;
    }

    private static List<SequenceStep> afterFailedPayment() {
        return List.of(
                SequenceStep.of(DUNNING_1, StepChannel.PHONE, 0).only(CRITICAL),
                SequenceStep.of(DUNNING_1, StepChannel.EMAIL, 0),
                SequenceStep.of(DUNNING_2, StepChannel.EMAIL, 24),
                SequenceStep.of(DUNNING_3, StepChannel.EMAIL, 72),
                SequenceStep.of(DUNNING_4, StepChannel.FOLLOW_UP, 120),
                SequenceStep.of(DUNNING_5, StepChannel.EMAIL, 168));
    }

    private static List<SequenceStep> otherwise() {
        return List.of(
                SequenceStep.of(IMMEDIATE_OFFER, StepChannel.PHONE, 0).only(CRITICAL),
                SequenceStep.of(IMMEDIATE_OFFER, StepChannel.EMAIL, 0),
                SequenceStep.of(VALUE_REMINDER, StepChannel.EMAIL, 24),
                SequenceStep.of(FEEDBACK_REQUEST, StepChannel.EMAIL, 72),
                SequenceStep.of(FINAL_ATTEMPT, StepChannel.EMAIL, 168));
    }

    /** What is said after a trigger, in the order in which it is listed; nothing when it is not named. */
    List<SequenceStep> after(Trigger trigger) {
        return sequences.getOrDefault(trigger.value(), List.of());
    }

    /**
     * The settings themselves.
     *
     * @throws ProblemException when they name a trigger that there is not, a stage that does not follow it, or the same step
     *     twice for the same customers
     */
    SequenceSettings validated() {
        var errors = new ArrayList<InputError>();
        sequences.forEach((name, steps) -> {
            var field = "sequences." + name;
            var trigger = trigger(name);
            if (trigger.isEmpty()) {
                errors.add(new InputError(null, field, "is not a trigger"));
            } else {
                check(errors, field, trigger.get(), steps);
            }
        });
        if (!errors.isEmpty()) {
            throw ProblemException.invalid(errors);
        }
        return this;
    }

    private static Optional<Trigger> trigger(String name) {
        return Arrays.stream(Trigger.values())
                .filter(trigger -> trigger.value().equals(name))
                .findFirst();
    }

    /** A step for one level of risk. */
    private record Slot(String stage, StepChannel channel, RecoveryRiskLevel level) {}

    private static void check(List<InputError> errors, String field, Trigger trigger, List<SequenceStep> steps) {
        var taken = new HashSet<Slot>();
        for (var place = 0; place < steps.size(); place++) {
            var step = steps.get(place);
            var where = "%s[%d]".formatted(field, place);
            if (!step.stage().follows(trigger)) {
                errors.add(new InputError(null, where + ".stage", "does not follow " + trigger.value()));
            }
            for (var level : RecoveryRiskLevel.values()) {
                if (step.isFor(level) && !taken.add(new Slot(step.stage().value(), step.channel(), level))) {
                    errors.add(new InputError(null, where, "is there before, for " + level.label()));
                }
            }
        }
    }
}
