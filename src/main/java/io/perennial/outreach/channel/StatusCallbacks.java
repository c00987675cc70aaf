package io.perennial.outreach.channel;

import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import io.perennial.outreach.link.LinkConfig;

/**
 * Where Twilio says what became of a text message, and how it is known that Twilio says it.
 *
 * @see <a href="https://www.twilio.com/docs/usage/security#validating-requests">Twilio: validating requests</a>
 */
@ApplicationScoped
public class StatusCallbacks {

    /** The header with the signature. */
    public static final String SIGNATURE = "X-Twilio-Signature";

    private static final String ALGORITHM = "HmacSHA1";
    private static final String THIS_MACHINE = "http://localhost";

    private final ChannelConfig.Sms config;
    private final LinkConfig links;

    StatusCallbacks(ChannelConfig config, LinkConfig links) {
        this.config = config.sms();
        this.links = links;
    }

    /** The address for a message; none where Twilio could not reach it. */
    Optional<String> of(Outgoing message) {
        return links.publicUrl().startsWith(THIS_MACHINE)
                ? Optional.empty()
                : Optional.of(url(message.organization(), message.customer(), message.message()));
    }

    private String url(UUID organization, UUID customer, UUID message) {
        return "%s/api/v1/webhooks/twilio?organization=%s&customer=%s&message=%s"
                .formatted(links.publicUrl(), organization, customer, message);
    }

    /**
     * Whether a callback comes from Twilio: the signature is the HMAC-SHA1, with the account's secret, of the address and of all
     * fields of the form, by their names.
     *
     * @param form every field, each once, as Twilio sends it
     * @param signature may be null
     */
    public boolean isSigned(
            UUID organization, UUID customer, UUID message, Map<String, String> form, String signature) {
        return signature != null
                && config.authToken()
                        .filter(secret -> MessageDigest.isEqual(
                                sign(secret, url(organization, customer, message), form)
                                        .getBytes(StandardCharsets.UTF_8),
                                signature.getBytes(StandardCharsets.UTF_8)))
                        .isPresent();
    }

    /** A signature that {@link #isSigned} accepts. */
    static String sign(String secret, String url, Map<String, String> form) {
        var signed = new StringBuilder(url);
        new TreeMap<>(form).forEach((name, value) -> signed.append(name).append(value));
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            return Base64.getEncoder()
                    .encodeToString(mac.doFinal(signed.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
