package io.perennial.outreach.message;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

import io.perennial.outreach.template.TemplateKey;

/**
 * Something to be said to a customer.
 *
 * @param thread what it belongs to, such as a recovery case: of one customer's messages with the same one, an earlier place is
 *     sent first
 * @param place in the thread
 * @param priority from 1, the most urgent, to 9
 * @param idempotencyKey what whoever writes it calls it; a second message of the organization with it is not written
 * @param values for the placeholders of the template, by their labels; the links are made here
 * @param notBefore when it is sent at the earliest
 * @param linksValidFor how long the link to act leads anywhere
 */
public record Message(
        UUID organization,
        UUID customer,
        UUID thread,
        int place,
        int priority,
        String idempotencyKey,
        TemplateKey template,
        Map<String, Object> values,
        Instant notBefore,
        Duration linksValidFor) {

    /** The values are personal, so they are never written out. */
    @Override
    public String toString() {
        return "message of %s in %s, place %d".formatted(template.name(), thread, place);
    }
}
