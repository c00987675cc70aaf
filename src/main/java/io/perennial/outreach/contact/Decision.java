package io.perennial.outreach.contact;

import java.time.Instant;
import java.util.List;

/**
 * Whether a customer may be written to by a channel right now.
 *
 * @param until when to ask again; null but when it is to wait
 * @param reason why not, or why later: {@code no_address}, {@code refused}, {@code not_granted}, {@code do_not_contact},
 *     {@code suppressed}, {@code quiet_hours}, {@code rate_limit}; null when it is to be sent
 * @param address where to: of e-mail the mailbox, of text messages and calls the number; null otherwise
 * @param devices where push messages go to; empty of the other channels
 */
public record Decision(Verdict verdict, Instant until, String reason, String address, List<String> devices) {

    /** What is to be done with a message. */
    public enum Verdict {
        SEND,
        WAIT,
        REFUSE
    }

    static Decision send(String address, List<String> devices) {
        return new Decision(Verdict.SEND, null, null, address, devices);
    }

    static Decision waiting(Instant until, String reason) {
        return new Decision(Verdict.WAIT, until, reason, null, List.of());
    }

    static Decision refused(String reason) {
        return new Decision(Verdict.REFUSE, null, reason, null, List.of());
    }
}
