package io.perennial.recovery.dunning;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.perennial.outreach.template.Medium;
import io.perennial.outreach.template.MessageStage;
import io.perennial.outreach.template.Trigger;
import io.perennial.recovery.risk.RecoveryRiskLevel;

/**
 * What a customer gets to hear of a sequence, and when.
 *
 * @param steps in the order of time
 * @param endsAfterDays days after the last of them after which the customer is given up
 */
record Timeline(List<PlannedStep> steps, int endsAfterDays) {

    /** What cannot be there twice. */
    record Slot(MessageStage stage, Medium channel) {}

    /**
     * The part of a sequence that is for a customer.
     *
     * @param preferred how the customer prefers to be contacted, as somebody wrote it; null when not known
     */
    static Timeline of(SequenceSettings settings, Trigger trigger, RecoveryRiskLevel level, String preferred) {
        return beyond(settings, trigger, level, preferred, Set.of(), 0);
    }

    /**
     * What a customer gets besides what was planned for them, because the risk has risen.
     *
     * @param known what was planned
     * @param lastStep its last number
     */
    static Timeline beyond(
            SequenceSettings settings,
            Trigger trigger,
            RecoveryRiskLevel level,
            String preferred,
            Set<Slot> known,
            int lastStep) {
        var channels = level.strategy().channels();
        var taken = new HashSet<>(known);
        var steps = new ArrayList<PlannedStep>();
        settings.after(trigger).stream()
                .filter(step -> step.isFor(level))
                .sorted(Comparator.comparing(SequenceStep::afterHours))
                .forEach(step -> step.channel()
                        .channel(channels, preferred)
                        .filter(channel -> taken.add(new Slot(step.stage(), channel)))
                        .ifPresent(channel -> steps.add(new PlannedStep(
                                lastStep + steps.size() + 1, step.stage(), channel, step.afterHours()))));
        return new Timeline(steps, settings.endsAfterDays());
    }

    /** When the customer is given up, if the first message is of the given instant. */
    Instant endsAt(Instant first) {
        var last = steps.isEmpty() ? first : steps.get(steps.size() - 1).dueAt(first);
        return last.plus(Duration.ofDays(endsAfterDays));
    }
}
