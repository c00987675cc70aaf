package io.perennial.outreach.contact;

/**
 * How addresses are compared: by the SHA-256 of how they are written once what makes no difference is taken away, the case and
 * surrounding blanks of a mailbox, everything but digits and the plus of a number. It is done in SQL only, so that there is one
 * way of doing it.
 */
final class Addresses {

    private Addresses() {}

    /**
     * An SQL expression for the hash of an address.
     *
     * @param channel an SQL expression for the channel
     * @param address an SQL expression for the address
     */
    static String hash(String channel, String address) {
        return """
                sha256(convert_to(
                    case %s
                        when 'email' then lower(btrim(%2$s))
                        when 'sms' then regexp_replace(%2$s, '[^0-9+]', '', 'g')
                        else %2$s
                    end, 'UTF8'))""".formatted(channel, address);
    }
}
