package io.perennial.recovery.cases;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;

import io.perennial.outreach.message.Delivery;
import io.perennial.outreach.message.OutreachListener;

/** Notes with a case what became of its messages, and when the customer first heard of us. */
@ApplicationScoped
class ContactNotes implements OutreachListener {

    private static final Map<Delivery.Kind, String> NOTED = Map.of(
            Delivery.Kind.SENT, "message_sent",
            Delivery.Kind.WITHHELD, "message_withheld",
            Delivery.Kind.DEAD, "message_given_up",
            Delivery.Kind.CLICKED, "message_clicked",
            Delivery.Kind.BOUNCED, "message_bounced");

    /** The thread of other messages is no case. */
    private static final String NOTE = """
            with contacted as (
                update recovery_cases c
                set first_contact_at = coalesce(c.first_contact_at, $6::timestamptz),
                    response_late_at = coalesce(c.response_late_at,
                        case when c.first_contact_at is null and $6 > c.respond_by then $6 end),
                    updated_at = case when c.first_contact_at is null then $6 else c.updated_at end,
                    version = c.version + case when c.first_contact_at is null then 1 else 0 end
                where c.organization_id = $1 and c.customer_id = $2 and c.case_id = $3 and $4::text = 'message_sent'
            )
            insert into recovery_case_events (organization_id, customer_id, case_id, event_id, happened_at, kind, detail)
            select c.organization_id, c.customer_id, c.case_id, derived_id($5, $4::text), $6::timestamptz, $4::text, $7::jsonb
            from recovery_cases c
            where c.organization_id = $1 and c.customer_id = $2 and c.case_id = $3
            on conflict (organization_id, customer_id, case_id, event_id) do nothing""";

    @Override
    public Uni<Void> happened(SqlConnection transaction, Delivery delivery) {
        var kind = NOTED.get(delivery.kind());
        return kind == null
                ? Uni.createFrom().voidItem()
                : transaction
                        .preparedQuery(NOTE)
                        .execute(Tuple.newInstance(io.vertx.sqlclient.Tuple.of(
                                delivery.organization(),
                                delivery.customer(),
                                delivery.thread(),
                                kind,
                                delivery.message(),
                                Cases.time(delivery.at()),
                                detail(delivery))))
                        .replaceWithVoid();
    }

    private static JsonObject detail(Delivery delivery) {
        var detail = new JsonObject()
                .put("message_id", delivery.message().toString())
                .put("channel", delivery.channel());
        return delivery.reason() == null ? detail : detail.put("reason", delivery.reason());
    }
}
