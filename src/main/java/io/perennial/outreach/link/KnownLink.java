package io.perennial.outreach.link;

import java.time.Instant;
import java.util.UUID;

import io.perennial.outreach.contact.OutreachSettings;

/**
 * A link that was made here, and what its page needs to know.
 *
 * @param company the organization's name
 * @param language of the customer; may be null
 * @param thread what the message belongs to; null where the message is gone
 */
record KnownLink(
        UUID organization,
        UUID customer,
        UUID message,
        String path,
        Instant expiresAt,
        String company,
        String language,
        UUID thread,
        OutreachSettings settings) {

    boolean isExpired(Instant now) {
        return !now.isBefore(expiresAt);
    }

    /** Where it leads, with nothing that says who follows it; null where the organization has not said where its site is. */
    String destination() {
        if (settings.siteUrl() == null) {
            return null;
        }
        var address = settings.siteUrl() + (path == null ? "/" : path);
        return thread == null ? address : address + "?case=" + thread;
    }
}
