package io.perennial.outreach.message;

import io.quarkus.arc.All;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;

import io.perennial.outreach.template.MessageOutcomes;

/** Notes what becomes of messages, and tells whoever acts on it. */
@ApplicationScoped
public class Deliveries {

    private final MessageOutcomes outcomes;
    private final List<OutreachListener> listeners;

    Deliveries(MessageOutcomes outcomes, @All List<OutreachListener> listeners) {
        this.outcomes = outcomes;
        this.listeners = listeners;
    }

    /**
     * Notes that a message was delivered, opened, clicked or returned. The first time counts, and listeners are told of it
     * then; nothing happens for a message that is not there.
     *
     * @param kind one of {@code DELIVERED}, {@code OPENED}, {@code CLICKED}, which is opening too, and {@code BOUNCED}
     * @throws IllegalArgumentException for another kind: those are up to whoever sends, who calls {@link #tell}
     */
    public Uni<Void> note(
            SqlConnection transaction, UUID organization, UUID customer, UUID message, Delivery.Kind kind, Instant at) {
        return note(transaction, organization, customer, message, kind, null, at);
    }

    /**
     * The same with a reason, for what was returned.
     *
     * @param reason may be null
     */
    public Uni<Void> note(
            SqlConnection transaction,
            UUID organization,
            UUID customer,
            UUID message,
            Delivery.Kind kind,
            String reason,
            Instant at) {
        return transaction
                .preparedQuery(firstTime(kind))
                .execute(Tuple.of(organization, customer, message, at.atOffset(ZoneOffset.UTC)))
                .chain(rows -> {
                    for (var row : rows) {
                        return count(transaction, delivery(organization, customer, message, kind, reason, at, row));
                    }
                    return Uni.createFrom().voidItem();
                });
    }

    private static String firstTime(Delivery.Kind kind) {
        var noted = switch (kind) {
            case DELIVERED -> "delivered_at = $4";
            case OPENED -> "opened_at = $4";
            case CLICKED -> "clicked_at = $4, opened_at = coalesce(opened_at, $4)";
            case BOUNCED -> "bounced_at = $4";
            default -> throw new IllegalArgumentException(kind + " is noted by whoever sends");
        };
        var column = noted.substring(0, noted.indexOf(' '));
        return """
                update outreach_messages set %s
                where organization_id = $1 and customer_id = $2 and message_id = $3 and %s is null
                returning thread_id, place, channel""".formatted(noted, column);
    }

    private static Delivery delivery(
            UUID organization, UUID customer, UUID message, Delivery.Kind kind, String reason, Instant at, Row row) {
        return new Delivery(
                organization,
                customer,
                message,
                row.getUUID("thread_id"),
                row.getInteger("place"),
                row.getString("channel"),
                kind,
                reason,
                at);
    }

    private Uni<Void> count(SqlConnection transaction, Delivery delivery) {
        return counted(transaction, delivery).chain(() -> tell(transaction, delivery));
    }

    private Uni<Void> counted(SqlConnection transaction, Delivery delivery) {
        return switch (delivery.kind()) {
            case OPENED ->
                outcomes.opened(
                        transaction, delivery.organization(), delivery.customer(), delivery.message(), delivery.at());
            case CLICKED ->
                outcomes.clicked(
                        transaction, delivery.organization(), delivery.customer(), delivery.message(), delivery.at());
            default -> Uni.createFrom().voidItem();
        };
    }

    /** Tells every listener of something that the transaction has stored of a message, one after the other. */
    public Uni<Void> tell(SqlConnection transaction, Delivery delivery) {
        Uni<Void> told = Uni.createFrom().voidItem();
        for (var listener : listeners) {
            told = told.chain(() -> listener.happened(transaction, delivery));
        }
        return told;
    }
}
