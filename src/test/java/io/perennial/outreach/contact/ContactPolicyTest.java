package io.perennial.outreach.contact;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.perennial.outreach.contact.Decision.Verdict;
import io.perennial.outreach.message.SentMessages;
import io.perennial.tenant.CustomerId;
import io.perennial.tenant.TenantDatabase;
import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

/** Who may be written to, by which channel, and when. */
@ServiceTest
class ContactPolicyTest {

    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final Instant NOON = Instant.parse("2026-01-14T12:00:00Z");
    private static final Instant NIGHT = Instant.parse("2026-01-14T23:00:00Z");
    private static final String SETTINGS = "/api/v1/outreach/organizations/{org_id}/settings";

    @Inject
    ContactPolicy policy;

    @Inject
    TenantDatabase database;

    private UUID organization;

    @BeforeEach
    void anOrganizationWithCustomers() {
        organization = Api.organization("ecommerce");
        Api.upload(organization, "customers", """
                        customer_id,email,phone,timezone
                        ada,Ada@Example.com,+351 210 000 000,UTC
                        grace,,,UTC
                        kenji,kenji@example.com,+81300000000,Asia/Tokyo
                        nina,nina@example.com,+4930000000,Atlantis/Center
                        otto,otto@example.com,none,
                        """).then().statusCode(200);
    }

    private Decision decide(String customer, String channel, Instant now) {
        return database.transaction(
                        organization,
                        connection -> policy.decide(
                                connection, organization, CustomerId.of(organization, customer), channel, now))
                .await()
                .atMost(WAIT);
    }

    private void consents(String customer, Map<String, Object> said) {
        Api.as(Api.key(organization, "operator"))
                .contentType("application/json")
                .body(said)
                .put("/api/v1/outreach/customers/{customer_id}/consents", customer)
                .then()
                .statusCode(200);
    }

    private void device(String customer, String token) {
        Api.as(Api.key(organization, "operator"))
                .contentType("application/json")
                .body(Map.of("token", token))
                .post("/api/v1/outreach/customers/{customer_id}/devices", customer)
                .then()
                .statusCode(200);
    }

    private void suppress(String channel, String address) {
        Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("channel", channel, "address", address))
                .post("/api/v1/outreach/organizations/{org_id}/suppressions", organization)
                .then()
                .statusCode(200);
    }

    private void settings(Map<String, Object> changes) {
        Map<String, Object> settings = Api.asAdmin()
                .get(SETTINGS, organization)
                .then()
                .statusCode(200)
                .extract()
                .path("$");
        settings.putAll(changes);
        Api.asAdmin()
                .contentType("application/json")
                .body(settings)
                .put(SETTINGS, organization)
                .then()
                .statusCode(200);
    }

    /** What is known and said before it is asked about a channel. */
    private interface Given {
        void in(ContactPolicyTest test);
    }

    private record Case(String what, Given given, String customer, String channel, Verdict verdict, String expected) {

        @Override
        public String toString() {
            return what;
        }
    }

    private static final Given NOTHING = test -> {};

    private static Case sends(String what, Given given, String customer, String channel, String address) {
        return new Case(what, given, customer, channel, Verdict.SEND, address);
    }

    private static Case refuses(String what, Given given, String customer, String channel, String reason) {
        return new Case(what, given, customer, channel, Verdict.REFUSE, reason);
    }

    static Stream<Case> cases() {
        Given noContact = test -> test.consents("ada", Map.of("do_not_contact", true, "sms", "granted"));
        return Stream.of(
                sends("e-mail needs no consent", NOTHING, "ada", "email", "Ada@Example.com"),
                sends("a call needs none", NOTHING, "ada", "phone", "+351 210 000 000"),
                refuses("a text message needs consent", NOTHING, "ada", "sms", "not_granted"),
                sends(
                        "a text message with consent",
                        test -> test.consents("ada", Map.of("sms", "granted")),
                        "ada",
                        "sms",
                        "+351 210 000 000"),
                refuses("a push message needs a device", NOTHING, "ada", "push", "no_address"),
                sends("a device is the consent", test -> test.device("ada", "token-1"), "ada", "push", null),
                refuses(
                        "unless the organization asks for more",
                        test -> {
                            test.device("ada", "token-1");
                            test.settings(Map.of("needs_consent", List.of("push", "email")));
                        },
                        "ada",
                        "push",
                        "not_granted"),
                refuses(
                        "for e-mail too",
                        test -> test.settings(Map.of("needs_consent", List.of("push", "email"))),
                        "ada",
                        "email",
                        "not_granted"),
                sends(
                        "and no longer for text messages",
                        test -> test.settings(Map.of("needs_consent", List.of("push", "email"))),
                        "ada",
                        "sms",
                        "+351 210 000 000"),
                refuses("no mailbox", NOTHING, "grace", "email", "no_address"),
                refuses("no number to call", NOTHING, "grace", "phone", "no_address"),
                refuses("a number without digits", NOTHING, "otto", "phone", "no_address"),
                refuses("nobody there", NOTHING, "nobody", "email", "no_address"),
                refuses(
                        "e-mail refused",
                        test -> test.consents("ada", Map.of("email", "refused")),
                        "ada",
                        "email",
                        "refused"),
                sends(
                        "another channel refused",
                        test -> test.consents("ada", Map.of("phone", "refused")),
                        "ada",
                        "email",
                        "Ada@Example.com"),
                refuses("no contact, by e-mail", noContact, "ada", "email", "do_not_contact"),
                refuses("no contact, whatever was granted", noContact, "ada", "sms", "do_not_contact"),
                refuses("no contact by a person either", noContact, "ada", "phone", "do_not_contact"),
                sends(
                        "no contact, taken back",
                        test -> {
                            noContact.in(test);
                            test.consents("ada", Map.of("do_not_contact", false));
                        },
                        "ada",
                        "email",
                        "Ada@Example.com"),
                refuses(
                        "a mailbox that messages come back from, however it is written",
                        test -> test.suppress("email", " ADA@example.com"),
                        "ada",
                        "email",
                        "suppressed"),
                sends(
                        "another one",
                        test -> test.suppress("email", "ada@example.org"),
                        "ada",
                        "email",
                        "Ada@Example.com"),
                refuses(
                        "a number, however it is written",
                        test -> {
                            test.consents("ada", Map.of("sms", "granted"));
                            test.suppress("sms", "+351-210-000-000");
                        },
                        "ada",
                        "sms",
                        "suppressed"),
                refuses(
                        "no device left",
                        test -> {
                            test.device("ada", "token-2");
                            test.suppress("push", "token-2");
                        },
                        "ada",
                        "push",
                        "suppressed"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void itIsDecidedByWhatIsKnownNow(Case one) {
        one.given().in(this);

        var decision = decide(one.customer(), one.channel(), NOON);

        assertThat(decision.verdict()).isEqualTo(one.verdict());
        assertThat(one.verdict() == Verdict.SEND ? decision.address() : decision.reason())
                .isEqualTo(one.expected());
        assertThat(decision.until()).isNull();
    }

    @Test
    void pushMessagesGoToTheDevicesThatAreLeft() {
        device("ada", "token-1");
        device("ada", "token-2");
        device("ada", "token-3");
        suppress("push", "token-2");

        assertThat(decide("ada", "push", NOON).devices()).containsExactly("token-1", "token-3");

        device("kenji", "token-3");
        assertThat(decide("ada", "push", NOON).devices()).containsExactly("token-1");
    }

    @Test
    void quietHoursAreWaitedForWhereTheCustomerIs() {
        // 23:00 in UTC, which is 08:00 in Tokyo.
        assertThat(decide("ada", "phone", NIGHT))
                .isEqualTo(Decision.waiting(Instant.parse("2026-01-15T08:00:00Z"), "quiet_hours"));
        assertThat(decide("kenji", "phone", NIGHT).verdict()).isEqualTo(Verdict.SEND);
        assertThat(decide("kenji", "phone", NIGHT.minusSeconds(1))).isEqualTo(Decision.waiting(NIGHT, "quiet_hours"));
        // E-mail does not ring.
        assertThat(decide("ada", "email", NIGHT).verdict()).isEqualTo(Verdict.SEND);
        // A place that there is not is none: the organization's clock counts.
        assertThat(decide("nina", "phone", NIGHT).until()).isEqualTo(Instant.parse("2026-01-15T08:00:00Z"));
    }

    @Test
    void theOrganizationSaysWhenItIsQuietAndForWhat() {
        settings(Map.of("quiet_hours", Map.of("from", "11:30", "until", "13:00", "channels", List.of("email"))));

        assertThat(decide("ada", "email", NOON))
                .isEqualTo(Decision.waiting(Instant.parse("2026-01-14T13:00:00Z"), "quiet_hours"));
        assertThat(decide("ada", "phone", NIGHT).verdict()).isEqualTo(Verdict.SEND);
    }

    @Test
    void whoRefusesIsNotMadeToWait() {
        consents("ada", Map.of("phone", "refused"));

        assertThat(decide("ada", "phone", NIGHT)).isEqualTo(Decision.refused("refused"));
    }

    @Test
    void afterThreeMessagesInADayTheNextOneWaits() throws SQLException {
        SentMessages.sent(organization, "ada", "email", NOON.minus(Duration.ofHours(20)));
        SentMessages.sent(organization, "ada", "sms", NOON.minus(Duration.ofHours(10)));
        SentMessages.sent(organization, "ada", "phone", NOON.minus(Duration.ofHours(9)));
        SentMessages.sent(organization, "kenji", "email", NOON.minus(Duration.ofHours(8)));
        assertThat(decide("ada", "email", NOON).verdict()).isEqualTo(Verdict.SEND);

        SentMessages.sent(organization, "ada", "email", NOON.minus(Duration.ofHours(1)));
        assertThat(decide("ada", "email", NOON))
                .isEqualTo(Decision.waiting(NOON.plus(Duration.ofHours(4)), "rate_limit"));
        assertThat(decide("ada", "email", NOON.plus(Duration.ofHours(4))).verdict())
                .isEqualTo(Verdict.SEND);
        // A person who calls is not counted, and not held back.
        assertThat(decide("ada", "phone", NOON).verdict()).isEqualTo(Verdict.SEND);

        settings(Map.of("messages_per_day", 4));
        assertThat(decide("ada", "email", NOON).verdict()).isEqualTo(Verdict.SEND);
    }

    @Test
    void anotherOrganizationsCustomerIsNotThere() {
        var other = Api.organization("ecommerce");

        var decision = database.transaction(
                        other,
                        connection ->
                                policy.decide(connection, other, CustomerId.of(organization, "ada"), "email", NOON))
                .await()
                .atMost(WAIT);

        assertThat(decision).isEqualTo(Decision.refused("no_address"));
    }
}
