package io.perennial.outreach.message;

import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;

import io.perennial.tenant.CustomerId;
import io.perennial.testing.Database;

/** Messages that were sent, as they are in the database then. */
public final class SentMessages {

    /** What all of them belong to. */
    public static final UUID THREAD = UUID.fromString("7c0e6b3d-1f7a-4d0e-8a35-6b1f0c9d7e42");

    private SentMessages() {}

    /** Writes one down and yields its id. */
    public static UUID sent(UUID organization, String customer, String channel, Instant at) throws SQLException {
        var message = UUID.randomUUID();
        var customerId = CustomerId.of(organization, customer);
        Database.execute("""
                insert into outreach_messages (organization_id, customer_id, message_id, channel, status, priority, thread_id,
                    place, text, template, variant, revision, created_at, due_at, sent_at)
                values ('%s', '%s', '%s', '%s', 'sent', 3, '%s', 2, 'Hello', 'a template', 'default', 0, '%6$s', '%6$s',
                    '%6$s');
                insert into message_outcomes (organization_id, customer_id, message_id, template, variant, revision, sent_at)
                values ('%1$s', '%2$s', '%3$s', 'a template', 'default', 0, '%6$s')""".formatted(organization, customerId, message, channel, THREAD, at));
        return message;
    }
}
