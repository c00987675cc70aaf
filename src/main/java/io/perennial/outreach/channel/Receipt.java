package io.perennial.outreach.channel;

import java.util.List;

/**
 * That a channel has taken a message.
 *
 * @param providerId what the channel calls it; null when it does not say
 * @param unregistered devices that are no longer there
 */
public record Receipt(String providerId, List<String> unregistered) {

    static Receipt of(String providerId) {
        return new Receipt(providerId, List.of());
    }
}
