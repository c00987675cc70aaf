package io.perennial.outreach.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusMock;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.perennial.outreach.channel.TwilioSigner;
import io.perennial.outreach.template.Medium;
import io.perennial.tenant.TenantDatabase;
import io.perennial.testing.Api;
import io.perennial.testing.Carriers;
import io.perennial.testing.Database;
import io.perennial.testing.MovableClock;
import io.perennial.testing.ServiceTest;

@ServiceTest
class MessageResourceTest {

    private static final String MESSAGES = "/api/v1/outreach/organizations/{org_id}/messages";

    @Inject
    TenantDatabase database;

    @Inject
    Messages messages;

    @Inject
    OutboxDriver outbox;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-03-02T12:00:00Z"));
    private final Carriers carriers = new Carriers();
    private Correspondence correspondence;

    @BeforeEach
    void carriersListen() throws SQLException {
        QuarkusMock.installMockForType(clock, Clock.class);
        Database.execute("delete from outreach_messages");
        carriers.start();
        correspondence = new Correspondence(database, messages, clock).withCustomers(3);
    }

    @AfterEach
    void nobodyListens() {
        carriers.stop();
    }

    @Test
    void messagesAreListedLatestFirstInPagesWithoutWhatTheySay() {
        var first = correspondence.write(correspondence.message(1, Medium.SMS, "1"));
        clock.advance(Duration.ofSeconds(1));
        var second = correspondence.write(correspondence.message(2, Medium.PHONE, "2"));
        clock.advance(Duration.ofSeconds(1));
        var third = correspondence.write(correspondence.message(3, Medium.SMS, "3"));

        var page = list("", 2)
                .then()
                .statusCode(200)
                .body("items.id", contains(third.toString(), second.toString()))
                .body("items[0].status", is("pending"))
                .body("items[0].channel", is("sms"))
                .body("items[0].template", is("payment_failed.friendly.dunning_1.sms.en"))
                .body("items[0].due_at", is("2026-03-02T12:00:02Z"))
                .body("items[0].text", nullValue())
                .extract();
        assertThat(page.asString()).doesNotContain("Alex", "go.example", "+1555");
        list("&after=" + page.path("next"), 2)
                .then()
                .body("items.id", contains(first.toString()))
                .body("next", nullValue());
        list("&channel=phone", 10).then().body("items.id", contains(second.toString()));
        list("&status=sent", 10).then().body("items", is(List.of()));
        list("&status=lost", 10).then().statusCode(400);
        list("&channel=pigeon", 10).then().statusCode(400);
    }

    private Response list(String more, int limit) {
        return Api.asAdmin().get(MESSAGES + "?limit=" + limit + more, correspondence.organization());
    }

    @Test
    void oneThatWasGivenUpIsReplayedOnceForAKey() throws SQLException {
        carriers.refuse(400, "{\"code\": 21211}");
        var message = correspondence.write(correspondence.message(1, Medium.SMS, "1"));
        outbox.send();
        get(message).then().statusCode(200).body("status", is("dead")).body("closed_at", is("2026-03-02T12:00:00Z"));
        carriers.up();
        clock.advance(Duration.ofMinutes(1));

        var answer = replay(message);
        answer.then()
                .statusCode(200)
                .body("status", is("pending"))
                .body("due_at", is("2026-03-02T12:01:00Z"))
                .body("reason", nullValue());
        assertThat(outbox.send()).isEqualTo(1);
        assertThat(replay(message).asString()).isEqualTo(answer.asString());

        get(message)
                .then()
                .body("status", is("sent"))
                .body("attempts", is(2))
                .body("provider_id", is("SM00000000000000000000000000000001"));
        Api.asAdmin()
                .post(MESSAGES + "/{message_id}/replay", correspondence.organization(), message)
                .then()
                .statusCode(409)
                .body("detail", is("Message %s is sent; only dead ones can be replayed".formatted(message)));
        Api.asAdmin()
                .post(MESSAGES + "/{message_id}/replay", correspondence.organization(), UUID.randomUUID())
                .then()
                .statusCode(404)
                .body("type", is("urn:perennial:problem:unknown-message"));
    }

    private Response get(UUID message) {
        return Api.asAdmin().get(MESSAGES + "/{message_id}", correspondence.organization(), message);
    }

    private Response replay(UUID message) {
        return Api.asAdmin()
                .header("Idempotency-Key", "replay " + message)
                .post(MESSAGES + "/{message_id}/replay", correspondence.organization(), message);
    }

    @Test
    void allThatWereGivenUpAreReplayedTogether() {
        carriers.refuse(400, "{}");
        correspondence.write(correspondence.message(1, Medium.SMS, "1"));
        correspondence.write(correspondence.message(2, Medium.PHONE, "2"));
        correspondence.write(correspondence.message(3, Medium.SMS, "3"));
        outbox.send();
        channels().body("[1].channel", is("sms")).body("[1].dead", is(2)).body("[1].pending", is(0));

        Api.asAdmin()
                .post(MESSAGES + "/replay?channel=sms", correspondence.organization())
                .then()
                .statusCode(200)
                .body("messages", is(2));

        channels()
                .body("[1].dead", is(0))
                .body("[1].pending", is(2))
                .body("[1].due", is(2))
                .body("[1].oldest_due_at", is("2026-03-02T12:00:00Z"))
                .body("[1].configured", is(true))
                .body("[1].circuit", is("closed"))
                .body("[3].channel", is("phone"))
                .body("[3].dead", is(1));
    }

    private ValidatableResponse channels() {
        return Api.asAdmin()
                .get("/api/v1/outreach/organizations/{org_id}/channels", correspondence.organization())
                .then()
                .statusCode(200);
    }

    @ParameterizedTest
    @CsvSource({
        "delivered, delivered_at, bounced_at, DELIVERED",
        "undelivered, bounced_at, delivered_at, BOUNCED",
        "failed, bounced_at, delivered_at, BOUNCED"
    })
    void twilioSaysWhatBecameOfATextMessage(String status, String noted, String other, Delivery.Kind kind)
            throws SQLException {
        var told = Told.of(correspondence.organization());
        var message = correspondence.write(correspondence.message(1, Medium.SMS, "1"));
        outbox.send();
        var url = callbackOf(message);
        clock.advance(Duration.ofMinutes(1));
        var form = new TreeMap<>(Map.of(
                "MessageSid",
                "SM00000000000000000000000000000001",
                "MessageStatus",
                status,
                "To",
                Correspondence.phone(1)));
        if (kind == Delivery.Kind.BOUNCED) {
            form.put("ErrorCode", "30003");
        }

        for (var i = 0; i < 2; i++) {
            callBack(url, form, TwilioSigner.sign(url, form)).then().statusCode(204);
        }

        assertThat(correspondence.column(message, noted + " at time zone 'UTC'"))
                .isEqualTo("2026-03-02 12:01:00");
        assertThat(correspondence.column(message, other)).isNull();
        assertThat(told.kinds()).containsExactly(Delivery.Kind.SENT, kind);
        assertThat(told.deliveries().get(1).reason()).isEqualTo(kind == Delivery.Kind.BOUNCED ? "code 30003" : null);
    }

    @Test
    void whatTwilioDidNotSignChangesNothing() throws SQLException {
        var message = correspondence.write(correspondence.message(1, Medium.SMS, "1"));
        var other = correspondence.write(correspondence.message(2, Medium.SMS, "2"));
        outbox.send();
        var url = callbackOf(message);
        var form = Map.of("MessageStatus", "delivered");
        var signature = TwilioSigner.sign(url, form);

        callBack(url, Map.of("MessageStatus", "failed"), signature).then().statusCode(401);
        callBack(url.replace(message.toString(), other.toString()), form, signature)
                .then()
                .statusCode(401)
                .body("type", is("urn:perennial:problem:webhook-signature-invalid"));
        callBack(url, form, "").then().statusCode(401);
        callBack(url.replaceAll("&message=.*", ""), form, signature).then().statusCode(401);

        assertThat(correspondence.column(message, "delivered_at")).isNull();
        assertThat(correspondence.column(other, "delivered_at")).isNull();
    }

    @Test
    void statusesBetweenChangeNothing() throws SQLException {
        var message = correspondence.write(correspondence.message(1, Medium.SMS, "1"));
        outbox.send();
        var url = callbackOf(message);
        var form = Map.of("MessageStatus", "sending");

        callBack(url, form, TwilioSigner.sign(url, form)).then().statusCode(204);

        assertThat(correspondence.column(message, "concat(delivered_at, bounced_at)"))
                .isEmpty();
    }

    private String callbackOf(UUID message) {
        return "https://go.example/api/v1/webhooks/twilio?organization=%s&customer=%s&message=%s"
                .formatted(correspondence.organization(), get(message).path("customer_id"), message);
    }

    private static Response callBack(String url, Map<String, String> form, String signature) {
        var body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return Api.withoutKey()
                .contentType("application/x-www-form-urlencoded")
                .header("X-Twilio-Signature", signature)
                .body(body)
                .post(url.replace("https://go.example", ""));
    }
}
