package io.perennial.outreach.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusMock;
import jakarta.inject.Inject;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.perennial.outreach.template.Medium;
import io.perennial.tenant.TenantDatabase;
import io.perennial.testing.Carriers;
import io.perennial.testing.Database;
import io.perennial.testing.MailServer;
import io.perennial.testing.MovableClock;
import io.perennial.testing.ServiceTest;

/** Whoever carries messages does not for an hour. */
@ServiceTest
class OutageTest {

    private static final List<Medium> CHANNELS = List.of(Medium.EMAIL, Medium.SMS, Medium.PUSH);

    /** Of each channel. */
    private static final int CUSTOMERS = 20;

    private static final int PLACES = 3;

    /** Half hours. */
    private static final int OUTAGE = 2;

    private static final Pattern CALLBACK = Pattern.compile("message%3D([0-9a-f-]{36})");
    private static final Pattern DATA = Pattern.compile("\"message_id\":\"([0-9a-f-]{36})\"");

    @Inject
    TenantDatabase database;

    @Inject
    Messages messages;

    @Inject
    OutboxDriver outbox;

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
        correspondence = new Correspondence(database, messages, clock).withCustomers(CHANNELS.size() * CUSTOMERS);
    }

    @AfterEach
    void nobodyListens() {
        mail.stop();
        carriers.stop();
    }

    private enum Trouble {
        DOWN,
        SILENT,
        EVERY_THIRD
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void nothingIsLostNothingIsSentTwiceAndThreadsStayInOrder(Trouble trouble) throws SQLException, MessagingException {
        var threads = new EnumMap<Medium, List<List<UUID>>>(Medium.class);
        for (var channel : CHANNELS) {
            threads.put(channel, write(channel));
        }

        begin(trouble);
        for (var i = 0; i < OUTAGE; i++) {
            outbox.send();
            clock.advance(Duration.ofMinutes(30));
        }
        for (var channel : CHANNELS) {
            if (trouble == Trouble.EVERY_THIRD) {
                assertThat(arrived(channel)).isNotEmpty().hasSizeLessThanOrEqualTo(CUSTOMERS * PLACES);
            } else {
                assertThat(arrived(channel)).isEmpty();
            }
        }
        if (trouble != Trouble.EVERY_THIRD) {
            assertThat(correspondence.states()).containsExactly("pending");
        }
        mail.up();
        carriers.up();
        for (var i = 0; i < 12; i++) {
            outbox.send();
            clock.advance(Duration.ofMinutes(15));
        }

        assertThat(correspondence.states()).containsExactly("sent");
        for (var channel : CHANNELS) {
            var written = threads.get(channel).stream().flatMap(List::stream).toList();
            var arrived = arrived(channel);
            assertThat(arrived).as(channel.value()).containsExactlyInAnyOrderElementsOf(written);
            threads.get(channel)
                    .forEach(thread -> assertThat(arrived).as(channel.value()).containsSubsequence(thread));
        }
    }

    /** A thread for each customer of a channel: the ids of its messages in their order. */
    private List<List<UUID>> write(Medium channel) {
        var first = 1 + CHANNELS.indexOf(channel) * CUSTOMERS;
        return IntStream.range(first, first + CUSTOMERS)
                .mapToObj(customer -> {
                    var thread = UUID.randomUUID();
                    return IntStream.rangeClosed(1, PLACES)
                            .mapToObj(place -> correspondence.write(correspondence.message(
                                    customer, channel, "%s %d".formatted(thread, place), thread, place)))
                            .toList();
                })
                .toList();
    }

    private void begin(Trouble trouble) {
        switch (trouble) {
            case DOWN -> {
                mail.down();
                carriers.down();
            }
            case SILENT -> {
                mail.silent();
                carriers.silent();
            }
            case EVERY_THIRD -> {
                mail.refuseEveryThird();
                carriers.refuseEveryThird(Carriers.MESSAGES);
                carriers.refuseEveryThird(Carriers.SEND);
            }
        }
    }

    /** The ids of the messages that arrived, in the order of arrival. */
    private List<UUID> arrived(Medium channel) throws MessagingException {
        var ids = new ArrayList<UUID>();
        switch (channel) {
            case EMAIL -> {
                for (MimeMessage message : mail.mails()) {
                    ids.add(UUID.fromString(message.getMessageID().substring(1, 37)));
                }
            }
            case SMS ->
                carriers.taken(Carriers.MESSAGES).forEach(request -> ids.add(id(CALLBACK, request.getBodyAsString())));
            case PUSH -> carriers.taken(Carriers.SEND).forEach(request -> ids.add(id(DATA, request.getBodyAsString())));
            case PHONE -> throw new IllegalArgumentException("Tasks are not tried here");
        }
        return ids;
    }

    private static UUID id(Pattern pattern, String body) {
        var found = pattern.matcher(body);
        assertThat(found.find()).isTrue();
        return UUID.fromString(found.group(1));
    }
}
