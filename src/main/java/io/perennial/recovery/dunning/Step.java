package io.perennial.recovery.dunning;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.outreach.template.Medium;
import io.perennial.outreach.template.MessageStage;

/**
 * A message of a recovery case, and how far it has come.
 *
 * @param reason why it was skipped or cancelled; null otherwise
 * @param message null until it was written
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Step(
        @Schema(description = "From 1", examples = "2") int step,

        @Schema(
                type = SchemaType.STRING,
                examples = "dunning_2",
                enumeration = {
                    "dunning_1",
                    "dunning_2",
                    "dunning_3",
                    "dunning_4",
                    "dunning_5",
                    "immediate_offer",
                    "value_reminder",
                    "feedback_request",
                    "final_attempt"
                })
        MessageStage stage,

        @Schema(
                type = SchemaType.STRING,
                examples = "email",
                enumeration = {"email", "sms", "push", "phone"})
        Medium channel,

        @Schema(description = "Hours after the first message", examples = "24")
        int afterHours,

        @Schema(
                description = "approval: an operator has to say yes first; done: its message was written, to be sent at"
                        + " once or when the customer may be written to",
                examples = "planned",
                enumeration = {"planned", "approval", "done", "skipped", "cancelled"})
        String status,

        @Schema(description = "Why it was skipped or cancelled; absent otherwise", examples = "payment")
        String reason,

        @Schema(description = "When it is, or was, due") Instant dueAt,

        @Schema(description = "When it was done, skipped or cancelled")
        Instant doneAt,

        @Schema(description = "The message; absent until it was written")
        UUID messageId) {

    /** What {@link #of(Row)} needs selected. */
    static final String COLUMNS = "step, stage, channel, after_hours, status, reason, due_at, done_at, message_id";

    static Step of(Row row) {
        var doneAt = row.getOffsetDateTime("done_at");
        return new Step(
                row.getInteger("step"),
                MessageStage.of(row.getString("stage")),
                Medium.of(row.getString("channel")),
                row.getInteger("after_hours"),
                row.getString("status"),
                row.getString("reason"),
                row.getOffsetDateTime("due_at").toInstant(),
                doneAt == null ? null : doneAt.toInstant(),
                row.getUUID("message_id"));
    }
}
