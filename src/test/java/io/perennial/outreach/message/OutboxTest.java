package io.perennial.outreach.message;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import io.quarkus.test.junit.QuarkusMock;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.outreach.channel.Channel;
import io.perennial.outreach.channel.Receipt;
import io.perennial.outreach.channel.Unconfigured;
import io.perennial.outreach.contact.ContactPolicy;
import io.perennial.outreach.contact.OutreachSettingsStore;
import io.perennial.outreach.template.Medium;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Organizations;
import io.perennial.tenant.TenantDatabase;
import io.perennial.testing.Api;
import io.perennial.testing.Carriers;
import io.perennial.testing.Database;
import io.perennial.testing.MailServer;
import io.perennial.testing.MovableClock;
import io.perennial.testing.Providers;
import io.perennial.testing.ServiceTest;

@ServiceTest
class OutboxTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path LOG = Path.of("target", "test.log");
    private static final String MAIL_SERVER_OF_THE_TEST = "[com.ice.gre.";

    @Inject
    TenantDatabase database;

    @Inject
    Messages messages;

    @Inject
    Outbox outbox;

    @Inject
    OutboxStore store;

    @Inject
    MessageHistory history;

    @Inject
    ContactPolicy policy;

    @Inject
    OutreachSettingsStore settings;

    @Inject
    Organizations organizations;

    @Inject
    @All
    List<Channel> channels;

    @Inject
    OutboxConfig config;

    @Inject
    MeterRegistry meters;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-03-02T12:00:00Z"));
    private final MailServer mail = new MailServer();
    private final Carriers carriers = new Carriers();
    private Correspondence correspondence;

    @BeforeEach
    void everybodyListens() throws SQLException {
        QuarkusMock.installMockForType(clock, Clock.class);
        Database.execute("delete from outreach_messages");
        mail.start();
        carriers.start();
        correspondence = new Correspondence(database, messages, clock).withCustomers(3);
    }

    @AfterEach
    void nobodyListens() {
        mail.stop();
        carriers.stop();
    }

    private int send() {
        return outbox.sendDue().await().atMost(PATIENCE);
    }

    /** As another replica would have it, or this one after it was started again. */
    private Outbox another(List<Channel> ways) {
        return new Outbox(
                store,
                database,
                policy,
                settings,
                organizations,
                ways,
                new Circuits(clock, config),
                config,
                clock,
                meters);
    }

    @Test
    void anEmailHasBothPartsAnIdThatStaysAndUnsubscribesWithOneClick()
            throws SQLException, MessagingException, IOException {
        var id = correspondence.write(correspondence.message(1, Medium.EMAIL, "case 1 step 1"));

        assertThat(send()).isEqualTo(1);

        var sent = mail.mails();
        assertThat(sent).hasSize(1);
        var message = sent.get(0);
        assertThat(message.getAllRecipients()[0]).hasToString(correspondence.email(1));
        assertThat(message.getFrom()[0]).hasToString("Test <no-reply@perennial.example>");
        assertThat(message.getMessageID()).isEqualTo("<%s@perennial.example>".formatted(id));
        assertThat(message.getHeader("Message-ID")).hasSize(1);
        assertThat(message.getHeader("List-Unsubscribe-Post")).containsExactly("List-Unsubscribe=One-Click");
        assertThat(message.getHeader("List-Unsubscribe"))
                .singleElement()
                .asString()
                .matches("<https://go\\.example/u/[A-Za-z0-9_-]{28}>");
        var parts = (MimeMultipart) message.getContent();
        assertThat(parts.getContentType()).startsWith("multipart/alternative");
        assertThat(parts.getBodyPart(0).getContentType()).startsWith("text/plain");
        assertThat((String) parts.getBodyPart(0).getContent())
                .contains("49.00")
                .containsPattern("https://go\\.example/r/[A-Za-z0-9_-]{28}");
        assertThat(parts.getBodyPart(1).getContentType()).startsWith("text/html");
        assertThat((String) parts.getBodyPart(1).getContent())
                .containsPattern("<img src=\"https://go\\.example/o/[A-Za-z0-9_-]{28}\" width=\"1\"")
                .containsPattern("https://go\\.example/u/[A-Za-z0-9_-]{28}");
        assertThat(correspondence.state(id)).isEqualTo("sent");
        assertThat(correspondence.column(id, "attempts")).isEqualTo("1");
        assertThat(correspondence.column(id, "sent_at at time zone 'UTC'")).isEqualTo("2026-03-02 12:00:00");
        assertThat(Database.number("select count(*) from message_outcomes where message_id = ?", id))
                .isEqualTo(1);
    }

    @Test
    void anEmailIsFromWhomTheOrganizationSays() throws MessagingException {
        var path = "/api/v1/outreach/organizations/{org_id}/settings";
        var rules = new HashMap<>(Api.asAdmin()
                .get(path, correspondence.organization())
                .jsonPath()
                .<String, Object>getMap(""));
        rules.put("sender_name", "Café \"Zoë\", Inc.");
        rules.put("sender_address", "care@harbor.example");
        rules.put("reply_to", "answers@harbor.example");
        Api.asAdmin()
                .contentType("application/json")
                .body(rules)
                .put(path, correspondence.organization())
                .then()
                .statusCode(200);
        correspondence.write(correspondence.message(1, Medium.EMAIL, "case 1 step 1"));

        send();

        var message = mail.mails().get(0);
        var from = (InternetAddress) message.getFrom()[0];
        assertThat(from.getPersonal()).isEqualTo("Café Zoë, Inc.");
        assertThat(from.getAddress()).isEqualTo("care@harbor.example");
        assertThat(message.getReplyTo()[0]).hasToString("answers@harbor.example");
    }

    @Test
    void aMessageIsWrittenOnceHoweverOftenItIsAskedFor() throws SQLException {
        var first = correspondence.write(correspondence.message(1, Medium.EMAIL, "case 1 step 1"));
        var second = correspondence.write(correspondence.message(1, Medium.EMAIL, "case 1 step 1"));
        send();
        var third = correspondence.write(correspondence.message(1, Medium.EMAIL, "case 1 step 1"));
        send();

        assertThat(List.of(second, third)).containsOnly(first);
        assertThat(mail.mails()).hasSize(1);
        assertThat(Database.number("select count(*) from outreach_links where message_id = ?", first))
                .isEqualTo(3);
    }

    @Test
    void whatIsDecidedInVainIsNotSaid() throws SQLException {
        var message = correspondence.message(1, Medium.EMAIL, "case 1 step 1");
        var decision = database.transaction(
                correspondence.organization(),
                transaction -> messages.write(transaction, message)
                        .chain(() -> Uni.createFrom().<UUID>failure(new IllegalStateException("undecided"))));

        assertThatThrownBy(() -> decision.await().atMost(PATIENCE)).hasMessage("undecided");

        assertThat(send()).isZero();
        assertThat(mail.mails()).isEmpty();
    }

    @Test
    void aStrangerIsNotWrittenTo() {
        var message = correspondence.message(99, Medium.EMAIL, "case 1 step 1");

        assertThatThrownBy(() -> correspondence.write(message))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.type()).isEqualTo(ProblemType.UNKNOWN_CUSTOMER));
    }

    @Test
    void laterPlacesOfAThreadWaitForEarlierOnes() throws SQLException {
        var thread = UUID.randomUUID();
        var second = correspondence.write(correspondence.message(1, Medium.EMAIL, "second", thread, 2));
        var other = correspondence.write(correspondence.message(1, Medium.EMAIL, "other", UUID.randomUUID(), 5));
        mail.down();
        var first = correspondence.write(correspondence.message(1, Medium.SMS, "first", thread, 1));
        carriers.refuse(503, "{}");

        send();
        assertThat(correspondence.state(first)).isEqualTo("pending answered 503, code 0");
        assertThat(correspondence.column(second, "attempts")).isEqualTo("0");
        assertThat(correspondence.column(other, "attempts")).isEqualTo("1");

        mail.up();
        carriers.up();
        clock.advance(Duration.ofMinutes(1));
        send();
        assertThat(List.of(correspondence.state(first), correspondence.state(second), correspondence.state(other)))
                .containsOnly("sent");
    }

    @Test
    void whatIsNotDueWaitsAndWhatIsCancelledIsNotSent() throws SQLException {
        var told = Told.of(correspondence.organization());
        var thread = UUID.randomUUID();
        var now = correspondence.message(1, Medium.EMAIL, "now", thread, 1);
        var later = new Message(
                now.organization(),
                now.customer(),
                thread,
                2,
                2,
                "later",
                now.template(),
                now.values(),
                clock.instant().plus(Duration.ofDays(1)),
                now.linksValidFor());
        var sent = correspondence.write(now);
        var waiting = correspondence.write(later);

        send();
        assertThat(correspondence.state(waiting)).isEqualTo("pending");
        assertThat(correspondence.cancel(1, thread)).isEqualTo(1);
        assertThat(correspondence.cancel(1, thread)).isZero();
        clock.advance(Duration.ofDays(1));

        assertThat(send()).isZero();
        assertThat(mail.mails()).hasSize(1);
        assertThat(correspondence.state(sent)).isEqualTo("sent");
        assertThat(correspondence.state(waiting)).isEqualTo("cancelled recovered");
        assertThat(told.kinds()).containsExactly(Delivery.Kind.SENT, Delivery.Kind.CANCELLED);
        assertThat(told.deliveries().get(1))
                .isEqualTo(new Delivery(
                        correspondence.organization(),
                        correspondence.customer(1),
                        waiting,
                        thread,
                        2,
                        "email",
                        Delivery.Kind.CANCELLED,
                        "recovered",
                        Instant.parse("2026-03-02T12:00:00Z")));
    }

    @Test
    void whoMayNotBeWrittenToIsAskedForAtTheLastMoment() throws SQLException {
        var told = Told.of(correspondence.organization());
        var message = correspondence.write(correspondence.message(1, Medium.EMAIL, "case 1 step 1"));
        Database.execute("""
                insert into contact_consents (organization_id, customer_id, channel, status, source, noted_at)
                values ('%s', '%s', 'all', 'refused', 'api', now())""".formatted(correspondence.organization(), correspondence.customer(1)));

        send();

        assertThat(mail.mails()).isEmpty();
        assertThat(correspondence.state(message)).isEqualTo("withheld do_not_contact");
        assertThat(told.deliveries()).extracting(Delivery::reason).containsExactly("do_not_contact");
    }

    @Test
    void inQuietHoursATextMessageWaitsForTheMorning() throws SQLException {
        clock.advance(Duration.ofHours(10));
        var message = correspondence.write(correspondence.message(1, Medium.SMS, "case 1 step 1"));

        send();
        assertThat(correspondence.state(message)).isEqualTo("pending quiet_hours");
        assertThat(correspondence.column(message, "attempts")).isEqualTo("0");
        assertThat(correspondence.column(message, "due_at at time zone 'UTC'")).isEqualTo("2026-03-03 08:00:00");

        clock.advance(Duration.ofHours(10));
        send();
        assertThat(correspondence.state(message)).isEqualTo("sent");
    }

    @Test
    void aCustomerGetsNoMoreThanThreeMessagesADayHoweverManyAreDue() throws SQLException {
        for (var i = 0; i < 5; i++) {
            correspondence.write(correspondence.message(1, Medium.EMAIL, "email " + i));
        }

        send();

        assertThat(mail.mails()).hasSize(3);
        clock.advance(Duration.ofDays(1));
        send();
        assertThat(mail.mails()).hasSize(5);
    }

    @Test
    void withoutAChannelMessagesSayThatThereIsNone() throws SQLException {
        var told = Told.of(correspondence.organization());
        var message = correspondence.write(correspondence.message(1, Medium.PHONE, "case 1 step 1"));
        var unconfigured = Unconfigured.phone();

        another(List.of(unconfigured)).sendDue().await().atMost(PATIENCE);

        assertThat(correspondence.state(message)).isEqualTo("withheld channel_not_configured");
        assertThat(told.kinds()).containsExactly(Delivery.Kind.WITHHELD);
    }

    @Test
    void whatACrashedReplicaHadClaimedIsSentByAnotherWhenItsLeaseIsOver() throws SQLException, MessagingException {
        var message = correspondence.write(correspondence.message(1, Medium.EMAIL, "case 1 step 1"));
        var claimed = store.claim(
                        correspondence.organization(), Medium.EMAIL, 10, clock.instant(), Duration.ofMinutes(3))
                .await()
                .atMost(PATIENCE);
        assertThat(claimed).extracting(ClaimedMessage::id).containsExactly(message);

        var other = another(channels);
        assertThat(other.sendDue().await().atMost(PATIENCE)).isZero();
        clock.advance(Duration.ofMinutes(3));
        assertThat(other.sendDue().await().atMost(PATIENCE)).isEqualTo(1);

        assertThat(mail.mails()).hasSize(1);
        assertThat(mail.mails().get(0).getMessageID()).contains(message.toString());
        assertThat(correspondence.column(message, "attempts")).isEqualTo("2");
    }

    @Test
    void whoLostItsLeaseKeepsNothing() throws SQLException {
        var message = correspondence.write(correspondence.message(1, Medium.EMAIL, "case 1 step 1"));
        var lost = store.claim(correspondence.organization(), Medium.EMAIL, 1, clock.instant(), Duration.ofMinutes(3))
                .await()
                .atMost(PATIENCE)
                .get(0);
        clock.advance(Duration.ofMinutes(3));
        store.claim(correspondence.organization(), Medium.EMAIL, 1, clock.instant(), Duration.ofMinutes(3))
                .await()
                .atMost(PATIENCE);

        store.close(lost, Delivery.Kind.DEAD, "too late", clock.instant())
                .await()
                .atMost(PATIENCE);
        store.release(lost).await().atMost(PATIENCE);

        assertThat(correspondence.state(message)).isEqualTo("pending");
        assertThat(correspondence.column(message, "attempts")).isEqualTo("2");
    }

    @Test
    void whatIsCancelledWhileAChannelTakesItIsSentAfterAll() throws SQLException {
        var thread = UUID.randomUUID();
        var message = correspondence.write(correspondence.message(1, Medium.EMAIL, "first", thread, 1));
        var claimed = store.claim(
                        correspondence.organization(), Medium.EMAIL, 1, clock.instant(), Duration.ofMinutes(3))
                .await()
                .atMost(PATIENCE)
                .get(0);
        correspondence.cancel(1, thread);

        store.sent(claimed, new Receipt("id", List.of()), clock.instant(), true)
                .await()
                .atMost(PATIENCE);

        assertThat(correspondence.state(message)).isEqualTo("sent");
        assertThat(correspondence.column(message, "closed_at")).isNull();
    }

    @Test
    void twoReplicasSendEachMessageOnce() throws SQLException, MessagingException {
        correspondence.withCustomers(120);
        var written = new HashSet<String>();
        for (var i = 1; i <= 120; i++) {
            var id = correspondence.write(correspondence.message(i, Medium.EMAIL, "to " + i));
            written.add("<%s@perennial.example>".formatted(id));
        }

        var tried = Uni.combine()
                .all()
                .unis(another(channels).sendDue(), another(channels).sendDue())
                .asTuple()
                .await()
                .atMost(PATIENCE);

        var sent = new ArrayList<String>();
        for (var message : mail.mails()) {
            sent.add(message.getMessageID());
        }
        assertThat(sent).containsExactlyInAnyOrderElementsOf(written);
        assertThat(tried.getItem1() + tried.getItem2()).isEqualTo(120);
    }

    @Test
    void aListenerThatFailsDoesNotHaveItSentTwice() throws SQLException {
        Told.of(correspondence.organization()).fail();
        var message = correspondence.write(correspondence.message(1, Medium.EMAIL, "case 1 step 1"));

        send();
        clock.advance(Duration.ofHours(1));
        send();

        assertThat(mail.mails()).hasSize(1);
        assertThat(correspondence.state(message)).isEqualTo("sent");
    }

    @Test
    void whatNobodyTakesForADayIsGivenUpAndCanBeReplayed() throws SQLException {
        var told = Told.of(correspondence.organization());
        var message = correspondence.write(correspondence.message(1, Medium.EMAIL, "case 1 step 1"));
        mail.down();

        for (var i = 0; i < 60; i++) {
            send();
            clock.advance(Duration.ofMinutes(30));
        }

        assertThat(correspondence.state(message)).isEqualTo("dead cannot be reached");
        assertThat(told.kinds()).containsExactly(Delivery.Kind.DEAD);
        assertThat(Duration.between(
                        Instant.parse("2026-03-02T12:00:00Z"),
                        told.deliveries().get(0).at()))
                .isBetween(Duration.ofHours(23), Duration.ofHours(24));

        mail.up();
        var replayed = history.replayAll(correspondence.organization(), Medium.EMAIL, null)
                .await()
                .atMost(PATIENCE);
        assertThat(replayed.messages()).isEqualTo(1);
        clock.advance(Duration.ofMinutes(1));
        send();
        assertThat(mail.mails()).hasSize(1);
        assertThat(correspondence.state(message)).isEqualTo("sent");
        assertThat(told.kinds()).containsExactly(Delivery.Kind.DEAD, Delivery.Kind.SENT);
    }

    @Test
    void aNumberThatIsNoneIsGivenUpAtOnce() throws SQLException {
        carriers.refuse(400, "{\"code\": 21211, \"message\": \"The 'To' number is not valid\", \"status\": 400}");
        var message = correspondence.write(correspondence.message(1, Medium.SMS, "case 1 step 1"));

        send();

        assertThat(correspondence.state(message)).isEqualTo("dead answered 400, code 21211");
    }

    @Test
    void whoAnsweredStopIsNotWrittenToAgain() throws SQLException {
        carriers.refuse(400, "{\"code\": 21610, \"message\": \"Attempt to send to unsubscribed recipient\"}");
        var message = correspondence.write(correspondence.message(1, Medium.SMS, "1"));
        send();
        carriers.up();
        var next = correspondence.write(correspondence.message(1, Medium.SMS, "2"));
        send();

        assertThat(correspondence.state(message)).isEqualTo("withheld opted_out");
        assertThat(correspondence.state(next)).isEqualTo("withheld refused");
        assertThat(Database.text(
                        "select status || ' ' || source from contact_consents where customer_id = ? and channel = 'sms'",
                        correspondence.customer(1)))
                .isEqualTo("refused sms_stop");
    }

    @Test
    void aTextMessageThatCameThroughUnnoticedIsNotSentAgain() throws SQLException {
        var message = correspondence.write(correspondence.message(1, Medium.SMS, "case 1 step 1"));
        carriers.server()
                .stubFor(post(urlPathEqualTo(Carriers.MESSAGES))
                        .atPriority(1)
                        .willReturn(okJson("{\"sid\": \"SM1\"}").withFixedDelay(20_000)));
        send();
        assertThat(correspondence.state(message)).isEqualTo("pending did not answer within 3000 ms");
        carriers.up();
        var text = correspondence.column(message, "text");
        carriers.server().stubFor(get(urlPathEqualTo(Carriers.MESSAGES)).willReturn(okJson("""
                {"messages": [
                    {"sid": "SM0", "body": "Something else", "date_created": "Mon, 02 Mar 2026 12:00:00 +0000"},
                    {"sid": "SM1", "body": "%s", "date_created": "Mon, 02 Mar 2026 12:00:01 +0000"}]}""".formatted(
                        text.replace("\"", "\\\"")))));

        clock.advance(Duration.ofMinutes(1));
        send();

        assertThat(correspondence.state(message)).isEqualTo("sent");
        assertThat(correspondence.column(message, "provider_id")).isEqualTo("SM1");
        assertThat(carriers.posted(Carriers.MESSAGES)).hasSize(1);
        var asked = carriers.server().findAll(getRequestedFor(urlPathEqualTo(Carriers.MESSAGES)));
        assertThat(asked)
                .singleElement()
                .satisfies(request ->
                        assertThat(request.queryParameter("To").firstValue()).isEqualTo(Correspondence.phone(1)));
    }

    @Test
    void aDeviceThatIsGoneIsForgottenAndTheOtherOneGetsIt() throws SQLException {
        correspondence.addDevice(1, "gone");
        carriers.server()
                .stubFor(post(urlPathEqualTo(Carriers.SEND))
                        .atPriority(1)
                        .withRequestBody(matchingJsonPath("$.message[?(@.token == 'gone')]"))
                        .willReturn(okJson("""
                                {"error": {"code": 404, "message": "Requested entity was not found.", "status": "NOT_FOUND",
                                    "details": [{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError",
                                        "errorCode": "UNREGISTERED"}]}}""").withStatus(404)));
        var message = correspondence.write(correspondence.message(1, Medium.PUSH, "case 1 step 1"));

        send();

        assertThat(correspondence.state(message)).isEqualTo("sent");
        assertThat(Database.text(
                        "select string_agg(token, ',') from push_devices where customer_id = ?",
                        correspondence.customer(1)))
                .isEqualTo(Correspondence.device(1));
        assertThat(Database.text(
                        "select encode(address_hash, 'hex') from suppressed_addresses where organization_id = ?",
                        correspondence.organization()))
                .isEqualTo(Database.text("select encode(sha256('gone'), 'hex')"));
    }

    @Test
    void noAddressTextOrTokenIsEverWrittenToTheLog() throws SQLException, IOException {
        var before = Files.size(LOG);
        var ids = new ArrayList<UUID>();
        for (var channel : Medium.values()) {
            ids.add(correspondence.write(correspondence.message(2, channel, "taken " + channel)));
        }
        send();
        carriers.refuse(500, "{}");
        mail.down();
        for (var channel : Medium.values()) {
            ids.add(correspondence.write(correspondence.message(3, channel, "not taken " + channel)));
        }
        send();

        try (var log = FileChannel.open(LOG)) {
            log.position(before);
            var written = new String(Channels.newInputStream(log).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.contains(MAIL_SERVER_OF_THE_TEST))
                    .collect(Collectors.joining("\n"));
            assertThat(written)
                    .doesNotContain(
                            correspondence.email(2),
                            correspondence.email(3),
                            Correspondence.phone(2),
                            Correspondence.phone(3),
                            Correspondence.device(2),
                            Correspondence.device(3),
                            "Alex Morgan",
                            "go.example",
                            Providers.AUTH_TOKEN,
                            "ya29.token");
        }
        assertThat(ids).hasSize(8);
    }
}
