package io.perennial.intake;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

import io.perennial.intake.ColumnBatch.Column;
import io.perennial.tenant.CustomerId;

/** Customers. What a record does not say stays as it was; a customer who never said when they came, came today. */
@ApplicationScoped
public class CustomerImport implements ImportKind {

    private static final int CUSTOMER_ID = 0;
    private static final int REGISTERED_AT = 1;
    private static final int NAME = 2;
    private static final int EMAIL = 3;
    private static final int PHONE = 4;

    private static final Pattern EMAIL_ADDRESS = Pattern.compile("[^@\\s]+@[^@\\s]+");

    private static final List<Field> FIELDS = List.of(
            Field.required(
                    "customer_id",
                    "external_id",
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
                    "id"),
            Field.optional(
                    "registered_at",
                    "signup_date",
                    "created_at",
                    "registration_date",
                    "customer_since",
                    "joined_at",
                    "member_since",
                    "since",
                    "created"),
            Field.optional("name", "full_name", "customer_name", "company", "company_name", "display_name"),
            Field.optional("email", "e_mail", "mail", "email_address"),
            Field.optional("phone", "phone_number", "mobile", "telephone", "msisdn"));

    private static final List<Column> COLUMNS = List.of(
            new Column("line", "bigint", Long.class),
            new Column("customer_id", "uuid", UUID.class),
            new Column("external_id", "text", String.class),
            new Column("registered_at", "timestamptz", OffsetDateTime.class),
            new Column("name", "text", String.class),
            new Column("email", "text", String.class),
            new Column("phone", "text", String.class),
            new Column("attributes", "text", String.class));

    @Override
    public String name() {
        return "customers";
    }

    @Override
    public List<Field> fields() {
        return FIELDS;
    }

    @Override
    public int dateField() {
        return REGISTERED_AT;
    }

    @Override
    public List<Integer> decimalFields() {
        return List.of();
    }

    @Override
    public List<Column> columns() {
        return COLUMNS;
    }

    @Override
    public Object[] row(UUID organization, InputRecord record, Timestamps timestamps, Decimals decimals)
            throws InvalidValue {
        var values = record.values();
        if (values[EMAIL] != null && !EMAIL_ADDRESS.matcher(values[EMAIL]).matches()) {
            throw new InvalidValue("email", "is not an address");
        }
        return new Object[] {
            record.line(),
            CustomerId.of(organization, values[CUSTOMER_ID]),
            values[CUSTOMER_ID],
            values[REGISTERED_AT] == null ? null : timestamps.parse("registered_at", values[REGISTERED_AT]),
            values[NAME],
            values[EMAIL],
            values[PHONE],
            record.attributes() == null ? null : record.attributes().encode()
        };
    }

    @Override
    public String merge() {
        return """
            , latest as (
                select customer_id,
                    min(external_id) as external_id,
                    (array_agg(registered_at order by line desc) filter (where registered_at is not null))[1] as registered_at,
                    (array_agg(name order by line desc) filter (where name is not null))[1] as name,
                    (array_agg(email order by line desc) filter (where email is not null))[1] as email,
                    (array_agg(phone order by line desc) filter (where phone is not null))[1] as phone,
                    jsonb_merged(attributes::jsonb order by line) as attributes
                from staged
                group by customer_id
            ), merged as (
                insert into customers as known (
                    organization_id, customer_id, external_id, registered_at, name, email, phone, attributes,
                    created_at, updated_at)
                select :organization, latest.customer_id, latest.external_id,
                    case when before.customer_id is null then coalesce(latest.registered_at, :now)
                         else coalesce(latest.registered_at, before.registered_at) end,
                    latest.name, latest.email, latest.phone, latest.attributes, :now, :now
                from latest
                left join customers before
                    on before.organization_id = :organization and before.customer_id = latest.customer_id
                on conflict (organization_id, customer_id) do update
                set registered_at = excluded.registered_at,
                    name = coalesce(excluded.name, known.name),
                    email = coalesce(excluded.email, known.email),
                    phone = coalesce(excluded.phone, known.phone),
                    attributes = coalesce(known.attributes || excluded.attributes, known.attributes, excluded.attributes),
                    updated_at = excluded.updated_at
                where (known.registered_at, known.name, known.email, known.phone, known.attributes)
                    is distinct from (
                        excluded.registered_at,
                        coalesce(excluded.name, known.name),
                        coalesce(excluded.email, known.email),
                        coalesce(excluded.phone, known.phone),
                        coalesce(known.attributes || excluded.attributes, known.attributes, excluded.attributes))
                returning xmax = 0 as is_new
            )
            select (select count(*) from staged) as accepted,
                count(*) filter (where is_new) as inserted,
                count(*) filter (where not is_new) as updated,
                count(*) filter (where is_new) as customers_created,
                0::bigint as unknown, null::bigint[] as unknown_lines, null::text[] as unknown_customers
            from merged""";
    }
}
