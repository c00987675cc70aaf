package io.perennial.outreach.link;

import java.time.Instant;
import java.util.UUID;

/**
 * A link that is to be made for a message.
 *
 * @param path where it leads on the organization's site, for a link to act; null otherwise
 * @param expiresAt from when on it is good for nothing; one to unsubscribe is good for {@link Links#UNSUBSCRIBE_AT_LEAST}
 *     whatever is said here
 */
public record NewLink(UUID organization, UUID customer, UUID message, LinkKind kind, String path, Instant expiresAt) {}
