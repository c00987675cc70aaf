package io.perennial.outreach.message;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.perennial.outreach.template.Medium;
import io.perennial.outreach.template.MessageStage;
import io.perennial.outreach.template.TemplateKey;
import io.perennial.outreach.template.Tone;
import io.perennial.outreach.template.Trigger;
import io.perennial.tenant.CustomerId;
import io.perennial.tenant.TenantDatabase;
import io.perennial.testing.Api;
import io.perennial.testing.Database;

/** An organization that writes to customers who may be written to by every channel. */
final class Correspondence {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final TenantDatabase database;
    private final Messages messages;
    private final Clock clock;
    private final UUID organization = Api.organization("ecommerce");

    Correspondence(TenantDatabase database, Messages messages, Clock clock) {
        this.database = database;
        this.messages = messages;
        this.clock = clock;
    }

    UUID organization() {
        return organization;
    }

    UUID customer(int number) {
        return CustomerId.of(organization, "C" + number);
    }

    String email(int number) {
        return "c%d@%s.example".formatted(number, organization);
    }

    static String phone(int number) {
        return "+1555%07d".formatted(number);
    }

    static String device(int number) {
        return "device-of-customer-%03d".formatted(number);
    }

    /** Customers from 1 on. */
    Correspondence withCustomers(int count) throws SQLException {
        var csv = IntStream.rangeClosed(1, count)
                .mapToObj(i -> "C%d,Alex Morgan %1$d,%s,%s".formatted(i, email(i), phone(i)))
                .collect(Collectors.joining("\n", "customer_id,name,email,phone\n", "\n"));
        Api.upload(organization, "customers", csv).then().statusCode(200);
        Database.execute("""
                insert into contact_consents (organization_id, customer_id, channel, status, source, noted_at)
                select organization_id, customer_id, 'sms', 'granted', 'api', now()
                from customers where organization_id = '%s'
                on conflict do nothing""".formatted(organization));
        Database.execute("""
                insert into push_devices (organization_id, customer_id, token, noted_at)
                select organization_id, customer_id,
                    'device-of-customer-' || lpad(substr(external_id, 2), 3, '0'), now()
                from customers where organization_id = '%s'
                on conflict do nothing""".formatted(organization));
        return this;
    }

    void addDevice(int number, String token) throws SQLException {
        Database.execute("""
                insert into push_devices (organization_id, customer_id, token, noted_at)
                values ('%s', '%s', '%s', now())
                on conflict do nothing""".formatted(organization, customer(number), token));
    }

    /** One that is due at once, the first of its thread. */
    Message message(int customer, Medium channel, String key) {
        return message(customer, channel, key, UUID.randomUUID(), 1);
    }

    Message message(int customer, Medium channel, String key, UUID thread, int place) {
        return new Message(
                organization,
                customer(customer),
                thread,
                place,
                2,
                key,
                new TemplateKey(Trigger.PAYMENT_FAILED, Tone.FRIENDLY, MessageStage.DUNNING_1, channel, "en"),
                Map.of("customer_name", "Alex Morgan", "amount", new BigDecimal("49.00")),
                clock.instant(),
                Duration.ofDays(14));
    }

    UUID write(Message message) {
        return database.transaction(organization, transaction -> messages.write(transaction, message))
                .await()
                .atMost(PATIENCE);
    }

    int cancel(int customer, UUID thread) {
        return database.transaction(
                        organization,
                        transaction ->
                                messages.cancel(transaction, organization, customer(customer), thread, "recovered"))
                .await()
                .atMost(PATIENCE);
    }

    /** The status of a message, and the reason if there is one. */
    String state(UUID message) throws SQLException {
        return Database.text(
                "select concat_ws(' ', status, reason) from outreach_messages where message_id = ?", message);
    }

    /** The statuses of all messages, each once. */
    List<String> states() throws SQLException {
        try (var owner = Database.asOwner()) {
            return Database.texts(
                    owner,
                    "select distinct status from outreach_messages where organization_id = ? order by status",
                    organization);
        }
    }

    String column(UUID message, String name) throws SQLException {
        return Database.text("select %s from outreach_messages where message_id = ?".formatted(name), message);
    }
}
