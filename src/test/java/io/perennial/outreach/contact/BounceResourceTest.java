package io.perennial.outreach.contact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.perennial.outreach.message.Delivery;
import io.perennial.outreach.message.Listened;
import io.perennial.outreach.message.SentMessages;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.OwnerDatabase;
import io.perennial.testing.ServiceTest;

/** What is done about e-mails that come back and about people who complain. */
@ServiceTest
class BounceResourceTest {

    private UUID organization;
    private String secret;
    private UUID message;

    @BeforeEach
    void aMessageToACustomer() throws SQLException {
        organization = Api.organization("ecommerce");
        Api.upload(organization, "customers", """
                        customer_id,email
                        ada,ada@example.com
                        grace,Grace@Example.com
                        hopper,grace@example.com
                        """).then().statusCode(200);
        secret = Api.asAdmin()
                .get("/api/v1/organizations/{org_id}/webhook-secrets", organization)
                .then()
                .extract()
                .<List<String>>path("perennial")
                .get(0);
        message = SentMessages.sent(organization, "ada", "email", Instant.parse("2026-01-14T10:00:00Z"));
    }

    private static String signature(String secret, Instant at, String body) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            var digest = mac.doFinal((at.getEpochSecond() + "." + body).getBytes(StandardCharsets.UTF_8));
            return "t=%d,v1=%s".formatted(at.getEpochSecond(), HexFormat.of().formatHex(digest));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private Response send(String signature, String body) {
        return Api.withoutKey()
                .contentType("application/json; charset=utf-8")
                .header("Perennial-Signature", signature)
                .queryParam("organization", organization)
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post("/api/v1/webhooks/bounces");
    }

    private Response send(String body) {
        return send(signature(secret, Instant.now(), body), body);
    }

    private static String event(String type, String address, String more) {
        return "{\"type\":\"%s\",\"address\":\"%s\"%s}".formatted(type, address, more);
    }

    private String about(UUID message) {
        return ",\"message_id\":\"<%s@mail.harbor.example>\",\"occurred_at\":\"2026-01-14T10:05:00Z\",\"reason\":\"550\""
                .formatted(message);
    }

    private List<String> suppressed() {
        return Api.asAdmin()
                .get("/api/v1/outreach/organizations/{org_id}/suppressions", organization)
                .then()
                .extract()
                .path("items.reason");
    }

    private List<String> refusals() {
        return OwnerDatabase.strings("""
                select c.external_id || ' ' || s.channel || ' ' || s.status || ' ' || s.source
                from contact_consents s
                join customers c using (organization_id, customer_id)
                where organization_id = '%s'
                order by 1""".formatted(organization));
    }

    private String at(String column) throws SQLException {
        return Database.text(
                "select coalesce((%s at time zone 'UTC')::text, 'never') from outreach_messages where message_id = ?"
                        .formatted(column),
                message);
    }

    @Test
    void anAddressThatMessagesComeBackFromForGoodIsNotWrittenToAnyMore() throws SQLException {
        var body = "{\"events\":[" + event("hard_bounce", "ADA@example.com", about(message)) + "],\"more\":1}";

        for (var i = 0; i < 2; i++) {
            send(body).then().statusCode(200).body("events", equalTo(1));
        }

        assertThat(suppressed()).containsExactly("hard_bounce");
        assertThat(refusals()).isEmpty();
        assertThat(at("bounced_at")).isEqualTo("2026-01-14 10:05:00");
        assertThat(at("delivered_at")).isEqualTo("never");
        assertThat(Listened.of(message)).singleElement().satisfies(delivery -> {
            assertThat(delivery.kind()).isEqualTo(Delivery.Kind.BOUNCED);
            assertThat(delivery.reason()).isEqualTo("hard_bounce: 550");
            assertThat(delivery.at()).isEqualTo(Instant.parse("2026-01-14T10:05:00Z"));
        });
    }

    @Test
    void aMailboxThatIsFullForOnceIsWrittenToAgain() throws SQLException {
        send("{\"events\":[" + event("soft_bounce", "ada@example.com", about(message)) + "]}")
                .then()
                .statusCode(200);

        assertThat(suppressed()).isEmpty();
        assertThat(at("bounced_at")).isEqualTo("2026-01-14 10:05:00");
    }

    @Test
    void aMessageThatHasArrivedIsNoted() throws SQLException {
        send("{\"events\":[" + event("delivered", "ada@example.com", about(message)) + "]}")
                .then()
                .statusCode(200);

        assertThat(at("delivered_at")).isEqualTo("2026-01-14 10:05:00");
        assertThat(at("bounced_at")).isEqualTo("never");
        assertThat(Listened.of(message)).extracting(Delivery::kind).containsExactly(Delivery.Kind.DELIVERED);
    }

    @Test
    void whoComplainsHasRefusedEmail() throws SQLException {
        send("{\"events\":[" + event("complaint", "ada@example.com", about(message)) + "]}")
                .then()
                .statusCode(200);

        assertThat(suppressed()).containsExactly("complaint");
        assertThat(refusals()).containsExactly("ada email refused complaint");
        assertThat(at("delivered_at")).isEqualTo("2026-01-14 10:05:00");
    }

    @Test
    void aComplaintAboutNoMessageInParticularIsEverybodysWithTheAddress() {
        send("{\"events\":[" + event("complaint", "grace@EXAMPLE.com", "") + ","
                        + event("complaint", "stranger@example.com", "") + "]}")
                .then()
                .statusCode(200)
                .body("events", equalTo(2));

        assertThat(suppressed()).containsExactly("complaint", "complaint");
        assertThat(refusals()).containsExactly("grace email refused complaint", "hopper email refused complaint");
    }

    @Test
    void whatAnotherOrganizationsMessageBecameIsNotForThisOneToSay() throws SQLException {
        var other = Api.organization("ecommerce");
        Api.upload(other, "customers", "customer_id\nada\n").then().statusCode(200);
        var theirs = SentMessages.sent(other, "ada", "email", Instant.parse("2026-01-14T10:00:00Z"));

        send("{\"events\":[" + event("hard_bounce", "ada@example.com", about(theirs)) + "]}")
                .then()
                .statusCode(200);

        assertThat(Listened.of(theirs)).isEmpty();
        assertThat(Database.number("select count(*) from suppressed_addresses where organization_id = ?", other))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"events\":[]}",
                "{\"events\":[null]}",
                "{\"events\":{}}",
                "{\"events\":[{\"type\":\"hard_bounce\"}]}",
                "{\"events\":[{\"type\":\"sneeze\",\"address\":\"ada@example.com\"}]}",
                "{\"events\":[{\"type\":\"hard_bounce\",\"address\":\"ada@example.com\"},{\"type\":\"complaint\"}]}",
                "{\"events\":[{\"type\":\"hard_bounce\",\"address\":\"ada@example.com\",\"occurred_at\":\"soon\"}]}"
            })
    void whatCannotBeReadIsRefusedAsAWhole(String body) {
        var before = OwnerDatabase.rowsOf(organization);

        send(body).then().statusCode(400);

        assertThat(OwnerDatabase.rowsOf(organization)).isEqualTo(before);
    }

    @Test
    void moreEventsThanAHundredAreRefused() {
        var events = String.join(",", Collections.nCopies(101, event("delivered", "a@b", "")));

        send("{\"events\":[" + events + "]}")
                .then()
                .statusCode(400)
                .body("type", equalTo("urn:perennial:problem:webhook-refused"))
                .body("errors", hasSize(1))
                .body("detail", containsString("1 to 100"));
    }

    @Test
    void whoCannotSignChangesNothing() {
        var body = "{\"events\":[" + event("hard_bounce", "ada@example.com", "") + "]}";
        var now = Instant.now();
        var before = OwnerDatabase.rowsOf(organization);

        send("", body).then().statusCode(401);
        send(signature("another secret", now, body), body).then().statusCode(401);
        send(signature(secret, now, body + " "), body).then().statusCode(401);
        send(signature(secret, now.minusSeconds(600), body), body)
                .then()
                .statusCode(401)
                .body("type", equalTo("urn:perennial:problem:webhook-expired"));

        assertThat(OwnerDatabase.rowsOf(organization)).isEqualTo(before);
    }
}
