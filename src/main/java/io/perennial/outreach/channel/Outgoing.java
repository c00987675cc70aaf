package io.perennial.outreach.channel;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A message on its way to a customer. It is personal throughout, so it never writes itself out.
 *
 * @param message its id, which tells whoever gets it twice that it is the same
 * @param address an e-mail address or a telephone number; null of a push message
 * @param devices where a push message goes to
 * @param subject null of a text message
 * @param html of an e-mail, or null
 * @param unsubscribeUrl where one request unsubscribes (RFC 8058); null but of an e-mail
 * @param priority from 1, the most urgent, to 9
 * @param attempt from 1: which time it is that it is tried; after the first, an earlier one may have come through
 */
public record Outgoing(
        UUID organization,
        UUID customer,
        UUID message,
        Sender sender,
        String address,
        List<String> devices,
        String subject,
        String text,
        String html,
        String unsubscribeUrl,
        int priority,
        Instant createdAt,
        int attempt) {

    /**
     * Whom a message is from.
     *
     * @param name of the organization, as customers know it
     * @param address null for the address of the service
     * @param replyTo null for the address that it is from
     */
    public record Sender(String name, String address, String replyTo) {}

    @Override
    public String toString() {
        return "message " + message;
    }
}
