package io.perennial.intake.billing;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** An event that was told, and what became of it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WebhookEvent(
        UUID id,
        Source source,

        @Schema(description = "The source's own id", examples = "evt_1NG8Du2eZvKYlo2CUI79vXWy")
        String eventId,

        @Schema(description = "As the source calls it", examples = "invoice.payment_failed")
        String type,

        Status status,

        @Schema(description = "Why it is not applied", examples = "There is no customer cus_9s6XKzkNRiz8i3")
        String reason,

        @Schema(description = "When it happened; absent when it was ignored or refused")
        Instant occurredAt,

        @Schema(description = "The customer as the source calls them", examples = "cus_9s6XKzkNRiz8i3")
        String customer,

        @Schema(description = "Perennial's id of the customer; absent unless there is one")
        UUID customerId,

        Instant receivedAt,

        @Schema(description = "When it was applied or found stale")
        Instant settledAt,

        @Schema(description = "What it says, in Perennial's words")
        Map<String, Object> event) {

    /** What became of an event. */
    @Schema(description = """
            `accepted`: it is recorded, and settled in a moment: then it is applied or stale. `applied`: it is taken into account. `stale`: it came after something later was known, or said what was known; where
            the later events are silent, it counts. `parked`: its customer is not known yet; it is applied as soon as they are.
            `failed`: something went wrong in the service; it can be tried again. `ignored`: its type is not of interest. `refused`: it does not make sense, the reason says why.""")
    public enum Status {
        ACCEPTED,
        APPLIED,
        STALE,
        PARKED,
        FAILED,
        IGNORED,
        REFUSED;

        /** As the API and the database write it. */
        @JsonValue
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Reads what {@link #value()} writes. */
        @JsonCreator
        public static Status of(String value) {
            return Arrays.stream(values())
                    .filter(status -> status.value().equalsIgnoreCase(value))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "must be one of accepted, applied, stale, parked, failed, ignored, refused"));
        }
    }

    static final String COLUMNS = """
            id, source, event_id, event_type, status, reason, occurred_at, customer,
            case when status in ('applied', 'stale') then customer_id end as customer_id, received_at, settled_at, event""";

    static WebhookEvent of(Row row) {
        var event = (JsonObject) row.getValue("event");
        return new WebhookEvent(
                row.getUUID("id"),
                Source.of(row.getString("source")),
                row.getString("event_id"),
                row.getString("event_type"),
                Status.of(row.getString("status")),
                row.getString("reason"),
                instant(row, "occurred_at"),
                row.getString("customer"),
                row.getUUID("customer_id"),
                instant(row, "received_at"),
                instant(row, "settled_at"),
                event == null ? null : event.getMap());
    }

    private static Instant instant(Row row, String column) {
        var value = row.get(OffsetDateTime.class, column);
        return value == null ? null : value.toInstant();
    }
}
