package io.perennial.outreach.channel;

import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.quarkus.arc.All;
import io.quarkus.test.junit.QuarkusMock;
import jakarta.inject.Inject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.perennial.outreach.template.Medium;
import io.perennial.testing.Carriers;
import io.perennial.testing.MovableClock;
import io.perennial.testing.Providers;
import io.perennial.testing.ServiceTest;

/** What carriers of messages are sent, and how their answers are understood. */
@ServiceTest
class ChannelTest {

    private static final UUID ORGANIZATION = UUID.fromString("6f1c2b1e-0d51-4c58-9c7e-3f0d9f6a2b10");
    private static final UUID CUSTOMER = UUID.fromString("8a3f5c1e-92b4-8d07-a6e1-4f0b7c2d9e58");
    private static final UUID MESSAGE = UUID.fromString("5d2c0e6b-1f7a-8d0e-8a35-6b1f0c9d7e42");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Inject
    @All
    List<Channel> channels;

    @Inject
    ChannelConfig config;

    @Inject
    AccessTokens tokens;

    @Inject
    ObjectMapper json;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-03-02T12:00:00Z"));
    private final Carriers carriers = new Carriers();

    @BeforeEach
    void everybodyListens() {
        QuarkusMock.installMockForType(clock, Clock.class);
        tokens.forget();
        carriers.start();
    }

    @AfterEach
    void nobodyListens() {
        carriers.stop();
    }

    private Receipt send(Medium medium) {
        var channel = channels.stream()
                .filter(known -> known.medium() == medium)
                .findFirst()
                .orElseThrow();
        return channel.send(new Outgoing(
                        ORGANIZATION,
                        CUSTOMER,
                        MESSAGE,
                        new Outgoing.Sender("Harbor", null, null),
                        medium == Medium.PUSH ? null : "+15558675310",
                        medium == Medium.PUSH ? List.of("dU4x:APA91b") : List.of(),
                        medium == Medium.SMS ? null : "Your payment",
                        "Zahlung über 49,00 € & mehr: https://go.example/r/x?a=b",
                        null,
                        null,
                        2,
                        Instant.parse("2026-03-02T11:59:00Z"),
                        1))
                .await()
                .atMost(PATIENCE);
    }

    private record Expected(
            Medium medium, String path, Map<String, String> headers, Map<String, String> fields, String providerId) {

        @Override
        public String toString() {
            return medium.value();
        }
    }

    static Stream<Expected> requests() {
        var account = Providers.ACCOUNT + ":" + Providers.AUTH_TOKEN;
        var text = "Zahlung über 49,00 € & mehr: https://go.example/r/x?a=b";
        return Stream.of(
                new Expected(
                        Medium.SMS,
                        Carriers.MESSAGES,
                        Map.of(
                                "Authorization",
                                "Basic " + Base64.getEncoder().encodeToString(account.getBytes(StandardCharsets.UTF_8)),
                                "Content-Type",
                                "application/x-www-form-urlencoded",
                                "Accept",
                                "application/json"),
                        Map.of(
                                "To",
                                "+15558675310",
                                "From",
                                Providers.SMS_FROM,
                                "Body",
                                text,
                                "StatusCallback",
                                "https://go.example/api/v1/webhooks/twilio?organization=%s&customer=%s&message=%s"
                                        .formatted(ORGANIZATION, CUSTOMER, MESSAGE)),
                        "SM00000000000000000000000000000001"),
                new Expected(
                        Medium.PUSH,
                        Carriers.SEND,
                        Map.of(
                                "Authorization", "Bearer ya29.token",
                                "Content-Type", "application/json; charset=UTF-8"),
                        Map.of(
                                "/message/token",
                                "dU4x:APA91b",
                                "/message/notification/title",
                                "Your payment",
                                "/message/notification/body",
                                text,
                                "/message/data/message_id",
                                MESSAGE.toString(),
                                "/message/android/collapse_key",
                                MESSAGE.toString(),
                                "/message/android/notification/tag",
                                MESSAGE.toString(),
                                "/message/apns/headers/apns-collapse-id",
                                MESSAGE.toString(),
                                "/message/webpush/headers/Topic",
                                "5d2c0e6b1f7a8d0e8a356b1f0c9d7e42"),
                        "projects/perennial-test/messages/0:1"),
                new Expected(
                        Medium.PHONE,
                        Carriers.TASKS,
                        Map.of(
                                "Content-Type",
                                "application/json; charset=UTF-8",
                                "Idempotency-Key",
                                MESSAGE.toString()),
                        Map.of(
                                "/name",
                                "Your payment",
                                "/description",
                                text,
                                "/priority",
                                "2",
                                "/phone_number",
                                "+15558675310",
                                "/task_id",
                                MESSAGE.toString(),
                                "/organization_id",
                                ORGANIZATION.toString(),
                                "/customer_id",
                                CUSTOMER.toString(),
                                "/created_at",
                                "2026-03-02T11:59:00Z"),
                        "task-1"));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void everyFieldOfARequestIsAsItsCarrierWantsIt(Expected expected) throws JsonProcessingException {
        var receipt = send(expected.medium());

        assertThat(receipt.providerId()).isEqualTo(expected.providerId());
        var requests = carriers.server().findAll(postRequestedFor(urlPathEqualTo(expected.path())));
        assertThat(requests).hasSize(1);
        expected.headers()
                .forEach((name, value) ->
                        assertThat(requests.get(0).getHeader(name)).as(name).isEqualTo(value));
        assertThat(fields(requests.get(0))).isEqualTo(expected.fields());
    }

    private Map<String, String> fields(LoggedRequest request) throws JsonProcessingException {
        if (request.getHeader("Content-Type").contains("form")) {
            return new QueryStringDecoder(request.getBodyAsString(), false)
                    .parameters().entrySet().stream()
                            .collect(toMap(Map.Entry::getKey, field -> String.join(",", field.getValue())));
        }
        var fields = new HashMap<String, String>();
        flatten("", json.readTree(request.getBodyAsString()), fields);
        return fields;
    }

    private static void flatten(String path, JsonNode node, Map<String, String> fields) {
        if (node.isValueNode()) {
            fields.put(path, node.asText());
        }
        node.properties().forEach(child -> flatten(path + "/" + child.getKey(), child.getValue(), fields));
    }

    @Test
    void aTaskIsSignedAsPerennialSignsItsWebhooks() {
        send(Medium.PHONE);

        var task = carriers.posted(Carriers.TASKS).get(0);
        io.perennial.intake.billing.Signature.read("Perennial-Signature", task.getHeader("Perennial-Signature"))
                .verify(task.getBody(), List.of(Providers.TASK_SECRET), clock.instant(), Duration.ZERO);
    }

    @Test
    void theAccessTokenIsAskedForWithASignedAssertionAndKeptUntilItExpires()
            throws GeneralSecurityException, JsonProcessingException {
        send(Medium.PUSH);
        clock.advance(Duration.ofMinutes(58));
        send(Medium.PUSH);

        assertThat(carriers.posted("/token")).hasSize(1);
        var form = new QueryStringDecoder(carriers.posted("/token").get(0).getBodyAsString(), false).parameters();
        assertThat(form.get("grant_type")).containsExactly("urn:ietf:params:oauth:grant-type:jwt-bearer");
        var parts = form.get("assertion").get(0).split("\\.");
        assertThat(decoded(parts[0])).isEqualTo(json.readTree("{\"alg\": \"RS256\", \"typ\": \"JWT\"}"));
        var claims = decoded(parts[1]);
        assertThat(claims.path("iss").asText()).isEqualTo(Providers.CLIENT_EMAIL);
        assertThat(claims.path("scope").asText()).isEqualTo("https://www.googleapis.com/auth/firebase.messaging");
        assertThat(claims.path("aud").asText())
                .isEqualTo(config.push().tokenUrl().toString());
        assertThat(claims.path("iat").asLong())
                .isEqualTo(Instant.parse("2026-03-02T12:00:00Z").getEpochSecond());
        assertThat(claims.path("exp").asLong() - claims.path("iat").asLong()).isEqualTo(3600);
        assertThat(isSigned(parts)).isTrue();

        clock.advance(Duration.ofMinutes(1));
        send(Medium.PUSH);
        assertThat(carriers.posted("/token")).hasSize(2);
    }

    private JsonNode decoded(String part) throws JsonProcessingException {
        return json.readTree(new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8));
    }

    private boolean isSigned(String[] parts) throws GeneralSecurityException {
        var pem = config.push().privateKey().orElseThrow().replaceAll("\\\\n|-----[A-Z ]+-----|\\s", "");
        var factory = KeyFactory.getInstance("RSA");
        var secret = (RSAPrivateCrtKey) factory.generatePrivate(
                new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
        var signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(factory.generatePublic(publicKey(secret.getModulus(), secret.getPublicExponent())));
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        return signature.verify(Base64.getUrlDecoder().decode(parts[2]));
    }

    private static RSAPublicKeySpec publicKey(BigInteger modulus, BigInteger exponent) {
        return new RSAPublicKeySpec(modulus, exponent);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SMS | 500 | {} | PASSING | answered 500, code 0",
                "SMS | 429 | {\"code\": 20429} | PASSING | answered 429, code 20429",
                "SMS | 401 | {\"code\": 20003} | PASSING | answered 401, code 20003",
                "SMS | 400 | {\"code\": 21211} | LASTING | answered 400, code 21211",
                "SMS | 400 | {\"code\": 21610} | OPTED_OUT | opted_out",
                "SMS | 502 | <html> | PASSING | answered 502, code 0",
                "PHONE | 503 | {} | PASSING | answered 503",
                "PHONE | 422 | {} | LASTING | answered 422",
                "PUSH | 503 | {} | PASSING | gave no access token: answered 503",
            })
    void whatIsRefusedIsTriedAgainUnlessItIsRefusedForGood(
            Medium medium, int status, String body, ChannelFailure.Kind kind, String reason) {
        carriers.refuse(status, body);

        var failure = catchThrowableOfType(ChannelFailure.class, () -> send(medium));

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure).hasMessage(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "404, UNREGISTERED, LASTING, unregistered, true",
        "403, SENDER_ID_MISMATCH, LASTING, unregistered, true",
        "400, INVALID_ARGUMENT, LASTING, answered 400 INVALID_ARGUMENT, false",
        "429, QUOTA_EXCEEDED, PASSING, answered 429 QUOTA_EXCEEDED, false",
        "503, UNAVAILABLE, PASSING, answered 503 UNAVAILABLE, false",
        "401, THIRD_PARTY_AUTH_ERROR, PASSING, answered 401 THIRD_PARTY_AUTH_ERROR, false"
    })
    void firebaseSaysWhetherADeviceIsGone(
            int status, String code, ChannelFailure.Kind kind, String reason, boolean isGone) {
        carriers.refuse(Carriers.SEND, status, """
                {"error": {"code": %d, "message": "Not this time.", "status": "SOMETHING", "details": [
                    {"@type": "type.googleapis.com/google.rpc.BadRequest"},
                    {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": "%s"}]}}""".formatted(status, code));

        var failure = catchThrowableOfType(ChannelFailure.class, () -> send(Medium.PUSH));

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure).hasMessage(reason);
        assertThat(failure.unregistered()).isEqualTo(isGone ? List.of("dU4x:APA91b") : List.of());
    }

    @Test
    void whoIsNotThereMayBeLater() {
        carriers.down();

        var failure = catchThrowableOfType(ChannelFailure.class, () -> send(Medium.PHONE));

        assertThat(failure.kind()).isEqualTo(ChannelFailure.Kind.PASSING);
        assertThat(failure).hasMessage("cannot be reached");
    }

    @Test
    void aChannelThatWasToldNothingSaysSo() {
        var nothing = Unconfigured.NOTHING;
        assertThat(Stream.of(
                        new EmailChannel(null, nothing),
                        new SmsChannel(null, nothing, null),
                        new PushChannel(null, null, nothing),
                        new PhoneChannel(null, nothing, clock)))
                .noneMatch(Channel::isConfigured);
        assertThat(channels).hasSize(4).allMatch(Channel::isConfigured);
    }

    /** The example of Twilio's documentation of how requests are validated. */
    @Test
    void callbacksAreSignedAsTwilioSignsThem() {
        var form = Map.of(
                "CallSid", "CA1234567890ABCDE",
                "Caller", "+12349013030",
                "Digits", "1234",
                "From", "+12349013030",
                "To", "+18005551212");

        assertThat(StatusCallbacks.sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form))
                .isEqualTo("0/KCTR6DLpKmkAf8muzZqo1nDgQ=");
    }
}
