package io.perennial.outreach.channel;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The access token of a service account of Google, asked for with a signed assertion and kept until shortly before it expires.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7523#section-2.1">RFC 7523, 2.1: JWTs as authorization grants</a>
 */
@ApplicationScoped
class AccessTokens {

    private static final String GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private static final String SCOPE = "https://www.googleapis.com/auth/firebase.messaging";
    private static final Duration ASSERTED_FOR = Duration.ofHours(1);
    private static final Duration BEFORE_IT_EXPIRES = Duration.ofMinutes(1);

    private final ProviderClient client;
    private final ChannelConfig.Push config;
    private final Clock clock;
    private final AtomicReference<Token> current = new AtomicReference<>();

    AccessTokens(ProviderClient client, ChannelConfig config, Clock clock) {
        this.client = client;
        this.config = config.push();
        this.clock = clock;
    }

    private record Token(String value, Instant until) {}

    /** A token that is valid. Fails with {@link ChannelFailure}. */
    Uni<String> get() {
        var known = current.get();
        return known != null && clock.instant().isBefore(known.until())
                ? Uni.createFrom().item(known.value())
                : Uni.createFrom().deferred(this::ask).invoke(current::set).map(Token::value);
    }

    /** Has the next one asked for anew: this one was not accepted. */
    void forget() {
        current.set(null);
    }

    private Uni<Token> ask() {
        var now = clock.instant();
        var body = "grant_type=%s&assertion=%s"
                .formatted(URLEncoder.encode(GRANT, StandardCharsets.UTF_8), assertion(now));
        return client.ask(
                        HttpMethod.POST,
                        config.tokenUrl(),
                        Map.of("Content-Type", "application/x-www-form-urlencoded"),
                        Buffer.buffer(body),
                        config.timeLimit())
                .map(answer -> token(answer, now));
    }

    private static Token token(ProviderClient.Answer answer, Instant now) {
        var json = answer.json();
        if (!answer.isGood() || !(json.getValue("access_token") instanceof String value)) {
            throw ChannelFailure.passing("gave no access token: answered %d", answer.status());
        }
        var validFor = json.getValue("expires_in") instanceof Number seconds ? seconds.longValue() : 0;
        return new Token(value, now.plusSeconds(validFor).minus(BEFORE_IT_EXPIRES));
    }

    private String assertion(Instant now) {
        var header = new JsonObject().put("alg", "RS256").put("typ", "JWT");
        var claims = new JsonObject()
                .put("iss", config.clientEmail().orElseThrow())
                .put("scope", SCOPE)
                .put("aud", config.tokenUrl().toString())
                .put("iat", now.getEpochSecond())
                .put("exp", now.plus(ASSERTED_FOR).getEpochSecond());
        var signed = base64(header.toBuffer().getBytes()) + "."
                + base64(claims.toBuffer().getBytes());
        try {
            var signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + base64(signature.sign());
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw ChannelFailure.passing("the private key of the service account is not one: PKCS #8 in PEM");
        }
    }

    private PrivateKey key() throws GeneralSecurityException {
        var pem = config.privateKey().orElseThrow().replace("\\n", "\n").replaceAll("-----[A-Z ]+-----|\\s", "");
        return KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
