package io.perennial.recovery.dunning;

import java.time.Duration;
import java.time.Instant;

import io.perennial.outreach.template.Medium;
import io.perennial.outreach.template.MessageStage;

/**
 * A message that a customer is to get.
 *
 * @param step from 1, in order
 * @param afterHours hours after the first message
 */
record PlannedStep(int step, MessageStage stage, Medium channel, int afterHours) {

    /** When it is due, if the first message is of the given instant. */
    Instant dueAt(Instant first) {
        return first.plus(Duration.ofHours(afterHours));
    }

    /**
     * Its place among the messages of its case: later ones wait for earlier ones, those of one hour, such as a call and a
     * mail, not for one another.
     */
    static int place(int afterHours) {
        return afterHours + 1;
    }
}
