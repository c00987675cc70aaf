package io.perennial.outreach.message;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A message and what became of it. What it says is not shown: it holds links and codes that act for the customer. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OutreachMessage(
        UUID id,
        UUID customerId,

        @Schema(description = "email, sms, push or phone", examples = "email")
        String channel,

        @Schema(
                description =
                        "pending: to be sent, or sent again; sent: the channel has taken it; withheld: the customer may"
                                + " not be written to; cancelled: no longer wanted; dead: given up until somebody replays it",
                examples = "sent")
        String status,

        @Schema(
                description =
                        "Why it is withheld, cancelled or dead; of a pending one, why it was not sent when it was last"
                                + " tried",
                examples = "answered 503")
        String reason,

        @Schema(description = "From 1, the most urgent, to 9", examples = "2")
        int priority,

        @Schema(
                description =
                        "What it belongs to, such as a recovery case; of a customer's messages with the same one an"
                                + " earlier place is sent first")
        UUID threadId,

        @Schema(examples = "1") int place,

        @Schema(
                description = "The template that it was made of",
                examples = "payment_failed.premium.dunning_1.email.en")
        String template,

        @Schema(examples = "default") String variant,

        @Schema(description = "The version of the template since which the variant says what was sent", examples = "1")
        int revision,

        Instant createdAt,

        @Schema(description = "When it is tried next; of pending ones")
        Instant dueAt,

        @Schema(description = "How often it was tried", examples = "1")
        int attempts,

        @Schema(description = "Since when the channel has not taken it whenever it was tried")
        Instant failingSince,

        @Schema(
                description = "As the channel calls it",
                examples = "<5d2c0e6b-1f7a-8d0e-8a35-6b1f0c9d7e42@harbor.example>")
        String providerId,

        Instant sentAt,
        Instant deliveredAt,
        Instant openedAt,
        Instant clickedAt,
        Instant bouncedAt,

        @Schema(description = "When it was known that it is not sent")
        Instant closedAt) {

    static final String COLUMNS = """
            message_id, customer_id, channel, status, reason, priority, thread_id, place, template, variant, revision,
            created_at, due_at, attempts, failing_since, provider_id, sent_at, delivered_at, opened_at, clicked_at, bounced_at,
            closed_at""";

    static OutreachMessage of(Row row) {
        var status = row.getString("status");
        return new OutreachMessage(
                row.getUUID("message_id"),
                row.getUUID("customer_id"),
                row.getString("channel"),
                status,
                row.getString("reason"),
                row.getInteger("priority"),
                row.getUUID("thread_id"),
                row.getInteger("place"),
                row.getString("template"),
                row.getString("variant"),
                row.getInteger("revision"),
                instant(row, "created_at"),
                status.equals("pending") ? instant(row, "due_at") : null,
                row.getInteger("attempts"),
                instant(row, "failing_since"),
                row.getString("provider_id"),
                instant(row, "sent_at"),
                instant(row, "delivered_at"),
                instant(row, "opened_at"),
                instant(row, "clicked_at"),
                instant(row, "bounced_at"),
                instant(row, "closed_at"));
    }

    private static Instant instant(Row row, String column) {
        var value = row.get(OffsetDateTime.class, column);
        return value == null ? null : value.toInstant();
    }
}
