package io.perennial.intake;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import io.perennial.intake.ColumnBatch.Column;
import io.perennial.tenant.CustomerId;
import io.perennial.tenant.TenantDatabase;

/**
 * Events: anything a customer did or that was done to them. An event does not change any more; one with an id is stored
 * once for its time, one without is known by everything its line says, as a transaction is.
 */
@ApplicationScoped
public class EventImport implements ImportKind {

    private static final int CUSTOMER_ID = 0;
    private static final int OCCURRED_AT = 1;
    private static final int EVENT_TYPE = 2;
    private static final int EVENT_ID = 3;
    private static final int VALUE = 4;

    private static final List<Field> FIELDS = List.of(
            Field.required(
                    "customer_id",
                    "customer",
                    "client_id",
                    "client",
                    "user_id",
                    "cust_id",
                    "customer_no",
                    "customer_number",
                    "contact_id",
                    "account_id",
                    "member_id",
                    "external_id"),
            Field.required(
                    "occurred_at", "date", "timestamp", "datetime", "time", "event_time", "event_date", "created_at"),
            Field.required("event_type", "type", "event", "event_name", "name", "action", "activity"),
            Field.optional("event_id", "id", "message_id", "uuid"),
            Field.optional("value", "amount", "duration", "score", "quantity"));

    private static final List<Column> COLUMNS = List.of(
            new Column("line", "bigint", Long.class),
            new Column("customer_id", "uuid", UUID.class),
            new Column("external_id", "text", String.class),
            new Column("event_key", "uuid", UUID.class),
            new Column("event_id", "text", String.class),
            new Column("occurred_at", "timestamptz", OffsetDateTime.class),
            new Column("event_type", "text", String.class),
            new Column("value", "text", String.class),
            new Column("attributes", "text", String.class));

    private final TenantDatabase database;
    private final Set<YearMonth> partitions = ConcurrentHashMap.newKeySet();

    EventImport(TenantDatabase database) {
        this.database = database;
    }

    @Override
    public String name() {
        return "events";
    }

    @Override
    public List<Field> fields() {
        return FIELDS;
    }

    @Override
    public int dateField() {
        return OCCURRED_AT;
    }

    @Override
    public List<Integer> decimalFields() {
        return List.of(VALUE);
    }

    @Override
    public List<Column> columns() {
        return COLUMNS;
    }

    @Override
    public Object[] row(UUID organization, InputRecord record, Timestamps timestamps, Decimals decimals)
            throws InvalidValue {
        var values = record.values();
        var customer = CustomerId.of(organization, values[CUSTOMER_ID]);
        var occurredAt = timestamps.parse("occurred_at", values[OCCURRED_AT]);
        var type = type(values[EVENT_TYPE]);
        var value = decimals.parse("value", values[VALUE]);
        var attributes = record.attributesInOrder();
        var key = values[EVENT_ID] != null
                ? CustomerId.derive(customer, values[EVENT_ID])
                : CustomerId.derive(
                        customer, "\u0000" + occurredAt + '\u0000' + type + '\u0000' + value + '\u0000' + attributes);
        return new Object[] {
            record.line(),
            customer,
            values[CUSTOMER_ID],
            key,
            values[EVENT_ID],
            occurredAt,
            type,
            value == null ? null : value.toPlainString(),
            attributes
        };
    }

    /** Types are written in snake case, so that {@code Support Ticket} and {@code support_ticket} are one. */
    private static String type(String text) throws InvalidValue {
        var type = text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", "_");
        if (type.length() > 100) {
            throw new InvalidValue("event_type", "is longer than 100 characters");
        }
        return type;
    }

    @Override
    public Uni<Void> prepare(UUID organization, Set<YearMonth> months) {
        return Multi.createFrom()
                .iterable(months)
                .filter(month -> !partitions.contains(month))
                .onItem()
                .call(month ->
                        database.query(organization, "select ensure_event_partition($1)", Tuple.of(month.atDay(1))))
                .invoke(partitions::add)
                .collect()
                .asList()
                .replaceWithVoid();
    }

    @Override
    public String merge() {
        return """
            , found_customers as (
                insert into customers as known (
                    organization_id, customer_id, external_id, first_event_at, created_at, updated_at)
                select :organization, customer_id, min(external_id), min(occurred_at), :now, :now
                from staged
                group by customer_id
                on conflict (organization_id, customer_id) do update
                set first_event_at = excluded.first_event_at
                where known.first_event_at is null or known.first_event_at > excluded.first_event_at
                returning xmax = 0 as is_new
            ), numbered as (
                select *, row_number() over (partition by customer_id, occurred_at, event_key order by line desc) as repetition
                from staged
            ), merged as (
                insert into events (
                    organization_id, customer_id, occurred_at, event_key, event_type, event_id, value, attributes)
                select :organization, customer_id, occurred_at,
                    case when repetition = 1 then event_key else md5(event_key::text || ':' || repetition)::uuid end,
                    event_type, event_id, value::numeric, attributes::jsonb
                from numbered
                where event_id is null or repetition = 1
                on conflict do nothing
                returning 1
            )
            select (select count(*) from staged) as accepted,
                count(*) as inserted,
                0::bigint as updated,
                (select count(*) from found_customers where is_new) as customers_created,
                0::bigint as unknown, null::bigint[] as unknown_lines, null::text[] as unknown_customers
            from merged""";
    }
}
