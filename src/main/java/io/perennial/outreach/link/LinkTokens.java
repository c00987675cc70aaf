package io.perennial.outreach.link;

import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import io.perennial.platform.DatabaseConfig;

/**
 * Signs the ids of links and tells which tokens are signed, so that nobody reaches the database with one that was made up: a
 * token is the URL-safe base64 of 12 random bytes, the id, and the first 9 bytes of the HMAC-SHA256 (RFC 2104) of the kind of
 * the link and the id. A made-up one is signed by chance once in 2⁷².
 */
@Singleton
class LinkTokens {

    /** Characters of a token. */
    static final int LENGTH = 28;

    private static final String ALGORITHM = "HmacSHA256";
    private static final int ID_BYTES = 12;
    private static final int SIGNATURE_BYTES = 9;
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{28}");
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final SecureRandom random = new SecureRandom();
    private final List<SecretKeySpec> secrets;

    LinkTokens(LinkConfig config, DatabaseConfig database) {
        var given = config.linkSecret().stream()
                .flatMap(List::stream)
                .map(String::strip)
                .filter(secret -> !secret.isEmpty())
                .map(LinkTokens::key)
                .toList();
        this.secrets = given.isEmpty() ? List.of(derived(database.servicePassword())) : given;
    }

    private static SecretKeySpec key(String secret) {
        return new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
    }

    private static SecretKeySpec derived(String password) {
        var digest = mac(key(password)).doFinal("perennial links".getBytes(StandardCharsets.UTF_8));
        return new SecretKeySpec(digest, ALGORITHM);
    }

    /** An id that nobody can guess. */
    byte[] newId() {
        var id = new byte[ID_BYTES];
        random.nextBytes(id);
        return id;
    }

    /** The token of an id, signed with the current secret. */
    String sign(LinkKind kind, byte[] id) {
        var token = Arrays.copyOf(id, ID_BYTES + SIGNATURE_BYTES);
        System.arraycopy(signature(secrets.get(0), kind, id), 0, token, ID_BYTES, SIGNATURE_BYTES);
        return ENCODER.encodeToString(token);
    }

    /** The id in a token; nothing for a token that was not signed here, or for another kind of link. */
    Optional<byte[]> verify(LinkKind kind, String token) {
        if (!TOKEN.matcher(token).matches()) {
            return Optional.empty();
        }
        var bytes = Base64.getUrlDecoder().decode(token);
        var id = Arrays.copyOf(bytes, ID_BYTES);
        var signature = Arrays.copyOfRange(bytes, ID_BYTES, bytes.length);
        return secrets.stream().anyMatch(secret -> MessageDigest.isEqual(signature, signature(secret, kind, id)))
                ? Optional.of(id)
                : Optional.empty();
    }

    private static byte[] signature(SecretKeySpec secret, LinkKind kind, byte[] id) {
        var mac = mac(secret);
        mac.update(kind.value().getBytes(StandardCharsets.US_ASCII));
        return Arrays.copyOf(mac.doFinal(id), SIGNATURE_BYTES);
    }

    private static Mac mac(SecretKeySpec key) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
