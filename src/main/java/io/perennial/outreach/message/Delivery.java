package io.perennial.outreach.message;

import java.time.Instant;
import java.util.UUID;

/**
 * Something that became of a message.
 *
 * @param thread what the message belongs to, such as a recovery case
 * @param place of the message in its thread
 * @param channel {@code email}, {@code sms}, {@code push} or {@code phone}
 * @param reason why it was withheld, given up, cancelled or returned; null otherwise
 */
public record Delivery(
        UUID organization,
        UUID customer,
        UUID message,
        UUID thread,
        int place,
        String channel,
        Kind kind,
        String reason,
        Instant at) {

    /** What can become of a message. */
    public enum Kind {
        /** A channel has taken it. */
        SENT,
        /** The customer may not be written to, and will not be. */
        WITHHELD,
        /** It was tried for too long and is given up, until somebody replays it. */
        DEAD,
        /** It is no longer wanted. */
        CANCELLED,
        /** It has reached the customer's mailbox or device, as the channel says. */
        DELIVERED,
        OPENED,
        CLICKED,
        /** It came back. */
        BOUNCED
    }
}
