package io.perennial.tenant;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * Ids that are derived rather than handed out. A customer's id follows from the organization and the key that the
 * organization itself uses, so the same customer has the same id in every upload, in any order and on any replica, with
 * nothing to look up; and because the ids are spread evenly, a range of them is a fair share of the customers.
 */
public final class CustomerId {

    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(() -> {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    });

    private CustomerId() {}

    /**
     * The id of a customer.
     *
     * @param externalId the organization's own key
     */
    public static UUID of(UUID organization, String externalId) {
        return derive(organization, externalId);
    }

    /**
     * A UUID of version 8 (RFC 9562) made of the first 122 bits of the SHA-256 of a scope and a text.
     *
     * @param scope what the text is unique within
     */
    public static UUID derive(UUID scope, String text) {
        var digest = SHA_256.get();
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        var input = ByteBuffer.allocate(16 + bytes.length)
                .putLong(scope.getMostSignificantBits())
                .putLong(scope.getLeastSignificantBits())
                .put(bytes);
        var hash = ByteBuffer.wrap(digest.digest(input.array()));
        var high = (hash.getLong() & ~0xF000L) | 0x8000L;
        var low = (hash.getLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
        return new UUID(high, low);
    }
}
