package io.perennial.intake.billing;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import io.perennial.platform.ProblemType;

/**
 * A signature as Stripe writes it, and Perennial too: {@code t=<seconds since 1970>,v1=<hexadecimal HMAC-SHA256 of the time, a
 * point and the body>}, with as many {@code v1} as there are secrets while they are exchanged.
 *
 * @see <a href="https://docs.stripe.com/webhooks#verify-manually">Stripe: verify webhook signatures manually</a>
 */
public final class Signature {

    private static final String ALGORITHM = "HmacSHA256";

    /** A sender has two secrets at most; whoever sends more only wants them computed. */
    private static final int MOST = 8;

    private static final int LONGEST = 2_000;
    private static final Pattern SECONDS = Pattern.compile("\\d{1,11}");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-fA-F]{64}");

    private final String header;
    private final String seconds;
    private final List<byte[]> digests;

    private Signature(String header, String seconds, List<byte[]> digests) {
        this.header = header;
        this.seconds = seconds;
        this.digests = digests;
    }

    /**
     * Reads the header that carries a signature. Schemes other than {@code v1} are passed over.
     *
     * @param header its name, for what is answered
     * @param value may be null
     * @throws io.perennial.platform.ProblemException when there is none, or it is not written like one
     */
    public static Signature read(String header, String value) {
        String seconds = null;
        var digests = new ArrayList<byte[]>();
        if (value != null && value.length() <= LONGEST) {
            for (var part : value.split(",")) {
                var equals = part.indexOf('=');
                var name = equals < 0 ? "" : part.substring(0, equals).strip();
                var text = part.substring(equals + 1).strip();
                if (name.equals("t") && SECONDS.matcher(text).matches()) {
                    seconds = text;
                } else if (name.equals("v1") && DIGEST.matcher(text).matches()) {
                    digests.add(HexFormat.of().parseHex(text));
                }
            }
        }
        if (seconds == null || digests.isEmpty() || digests.size() > MOST) {
            throw ProblemType.WEBHOOK_SIGNATURE_INVALID.problem(
                    "Send %s: t=<seconds since 1970>,v1=<HMAC-SHA256 of the time, a point and the body>", header);
        }
        return new Signature(header, seconds, digests);
    }

    /**
     * Checks that the body was signed with one of the secrets, and not long ago. All comparisons take the same time, whatever
     * the digests are.
     *
     * @param body every byte as it came
     * @param secrets that are valid now
     * @throws io.perennial.platform.ProblemException when it was not
     */
    public void verify(byte[] body, List<String> secrets, Instant now, Duration tolerance) {
        var isValid = false;
        for (var secret : secrets) {
            var expected = digest(secret, seconds, body);
            for (var digest : digests) {
                isValid |= MessageDigest.isEqual(expected, digest);
            }
        }
        if (!isValid) {
            throw ProblemType.WEBHOOK_SIGNATURE_INVALID.problem(
                    "%s is not the signature of this body with a secret of this organization", header);
        }
        var age = Duration.between(Instant.ofEpochSecond(Long.parseLong(seconds)), now)
                .abs();
        if (age.compareTo(tolerance) > 0) {
            throw ProblemType.WEBHOOK_EXPIRED.problem(
                    "The signature is of %s, which is more than %d seconds from now; sign every delivery anew",
                    Instant.ofEpochSecond(Long.parseLong(seconds)), tolerance.toSeconds());
        }
    }

    /** A header that {@link #verify} accepts. */
    public static String sign(String secret, Instant at, byte[] body) {
        var seconds = String.valueOf(at.getEpochSecond());
        return "t=%s,v1=%s".formatted(seconds, HexFormat.of().formatHex(digest(secret, seconds, body)));
    }

    private static byte[] digest(String secret, String seconds, byte[] body) {
        var mac = mac(secret);
        mac.update(seconds.getBytes(StandardCharsets.US_ASCII));
        mac.update((byte) '.');
        return mac.doFinal(body);
    }

    /** An HMAC-SHA256 with a text for its key. */
    static Mac mac(String key) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            return mac;
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException(e);
        }
    }
}
