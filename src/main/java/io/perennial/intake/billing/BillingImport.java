package io.perennial.intake.billing;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.perennial.intake.ColumnBatch.Column;
import io.perennial.intake.Decimals;
import io.perennial.intake.Field;
import io.perennial.intake.ImportKind;
import io.perennial.intake.InputRecord;
import io.perennial.intake.InvalidValue;
import io.perennial.intake.Timestamps;
import io.perennial.tenant.CustomerId;

/**
 * Billing events that are uploaded. One with an id is the same event whenever the id comes again; one without is known by all
 * that it says. The merge only puts them down: what follows from them is settled after it, in the same transaction.
 */
@ApplicationScoped
class BillingImport implements ImportKind {

    private static final Map<String, Integer> INDEXES = indexes();

    private static final List<Column> COLUMNS = List.of(
            new Column("line", "bigint", Long.class),
            new Column("id", "uuid", UUID.class),
            new Column("event_id", "text", String.class),
            new Column("fact", "text", String.class),
            new Column("event", "text", String.class),
            new Column("occurred_at", "timestamptz", OffsetDateTime.class),
            new Column("precedence", "integer", Integer.class),
            new Column("customer", "text", String.class),
            new Column("customer_id", "uuid", UUID.class),
            new Column("subject", "text", String.class),
            new Column("statement", "text", String.class));

    private static Map<String, Integer> indexes() {
        var indexes = new HashMap<String, Integer>();
        for (var field : BillingReader.FIELDS) {
            indexes.put(field.name(), indexes.size());
        }
        return Map.copyOf(indexes);
    }

    @Override
    public String name() {
        return "billing events";
    }

    @Override
    public List<Field> fields() {
        return BillingReader.FIELDS;
    }

    @Override
    public int dateField() {
        return INDEXES.get("occurred_at");
    }

    @Override
    public List<Integer> decimalFields() {
        return List.of(INDEXES.get("amount"));
    }

    @Override
    public List<Column> columns() {
        return COLUMNS;
    }

    @Override
    public Object[] row(UUID organization, InputRecord record, Timestamps timestamps, Decimals decimals)
            throws InvalidValue {
        var values = record.values();
        var eventId = values[INDEXES.get("event_id")];
        if (eventId == null) {
            eventId = "content " + CustomerId.derive(organization, Arrays.toString(values));
        } else if (eventId.length() > BillingReader.LONGEST_ID) {
            throw new InvalidValue("event_id", "is longer than %d characters".formatted(BillingReader.LONGEST_ID));
        }
        var event = BillingReader.read(eventId, field -> values[INDEXES.get(field)], timestamps, decimals);
        return new Object[] {
            record.line(),
            Inbox.idOf(organization, Source.API, eventId),
            eventId,
            event.type().value(),
            event.said().encode(),
            event.occurredAt(),
            event.precedence(),
            event.customer(),
            CustomerId.of(organization, event.customer()),
            event.subject(),
            event.statement()
        };
    }

    @Override
    public String merge() {
        return """
            , told as (
                select distinct on (id) *, customer_of_event(:organization, 'api', customer, customer_id) as found
                from staged
                order by id, line
            ), recorded as (
                insert into webhook_events (organization_id, id, source, event_id, event_type, status, reason, received_at, fact,
                    event, occurred_at, precedence, customer, customer_id, subject, statement)
                select :organization, id, 'api', event_id, fact,
                    case when found is null then 'parked' else 'received' end,
                    case when found is null then 'There is no customer ' || customer end,
                    :now, fact, event::jsonb, occurred_at, precedence, customer, coalesce(found, customer_id), subject, statement
                from told
                on conflict do nothing
                returning 1
            )
            select (select count(*) from staged) as accepted,
                count(*) as inserted,
                0::bigint as updated,
                0::bigint as customers_created,
                0::bigint as unknown, null::bigint[] as unknown_lines, null::text[] as unknown_customers
            from recorded""";
    }
}
