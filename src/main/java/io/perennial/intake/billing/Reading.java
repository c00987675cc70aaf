package io.perennial.intake.billing;

import io.perennial.intake.InvalidValue;

/** What a webhook turned out to be. */
sealed interface Reading permits Reading.Told, Reading.Ignored, Reading.Refused {

    /** The source's own id of the event. */
    String eventId();

    /** The type as the source calls it. */
    String eventType();

    /** An event that is of interest. */
    record Told(String eventType, BillingEvent event) implements Reading {

        @Override
        public String eventId() {
            return event.eventId();
        }
    }

    /** A well-formed event that is not of interest. */
    record Ignored(String eventId, String eventType) implements Reading {}

    /**
     * An event that would be of interest if it made sense.
     *
     * @param body as it came
     */
    record Refused(String eventId, String eventType, InvalidValue why, String body) implements Reading {}
}
