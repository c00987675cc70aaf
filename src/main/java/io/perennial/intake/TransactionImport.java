package io.perennial.intake;

import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

import io.perennial.intake.ColumnBatch.Column;
import io.perennial.tenant.CustomerId;

/**
 * Transactions. One with an id is the same transaction whenever the id comes again, and the last word on it counts. One
 * without is known by everything its line says; a line that comes n times in one file is n transactions, and the same
 * file again is the same n.
 */
@ApplicationScoped
public class TransactionImport implements ImportKind {

    private static final int CUSTOMER_ID = 0;
    private static final int OCCURRED_AT = 1;
    private static final int AMOUNT = 2;
    private static final int TRANSACTION_ID = 3;
    private static final int PRODUCT = 4;
    private static final int CATEGORY = 5;
    private static final int QUANTITY = 6;
    private static final int DISCOUNT = 7;
    private static final int STATUS = 8;

    /** An order, an invoice or a basket is no alias of a transaction: it has a line for each of its items. */
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
                    "household_key",
                    "external_id"),
            Field.required(
                    "occurred_at",
                    "date",
                    "transaction_date",
                    "order_date",
                    "invoice_date",
                    "purchase_date",
                    "timestamp",
                    "datetime",
                    "time",
                    "created_at",
                    "paid_at",
                    "transaction_time",
                    "day"),
            Field.required(
                    "amount",
                    "total",
                    "value",
                    "revenue",
                    "price",
                    "sales",
                    "sales_value",
                    "dollar_value",
                    "total_amount",
                    "order_total",
                    "transaction_amount",
                    "net_amount",
                    "gross_amount",
                    "spend"),
            Field.optional("transaction_id", "transaction", "transaction_no", "txn_id", "payment_id", "id"),
            Field.optional("product", "product_id", "sku", "item", "stock_code", "product_name"),
            Field.optional("category", "product_category", "department"),
            Field.optional("quantity", "qty", "units", "number_of_items", "number_of_cds"),
            Field.optional("discount", "discount_amount", "coupon_discount"),
            Field.optional("status", "state", "payment_status", "order_status", "transaction_status"));

    private static final Map<String, String> STATUSES = Map.ofEntries(
            Map.entry("completed", "completed"),
            Map.entry("complete", "completed"),
            Map.entry("paid", "completed"),
            Map.entry("success", "completed"),
            Map.entry("successful", "completed"),
            Map.entry("succeeded", "completed"),
            Map.entry("settled", "completed"),
            Map.entry("ok", "completed"),
            Map.entry("shipped", "completed"),
            Map.entry("delivered", "completed"),
            Map.entry("pending", "pending"),
            Map.entry("processing", "pending"),
            Map.entry("open", "pending"),
            Map.entry("failed", "failed"),
            Map.entry("declined", "failed"),
            Map.entry("error", "failed"),
            Map.entry("refunded", "refunded"),
            Map.entry("refund", "refunded"),
            Map.entry("returned", "refunded"),
            Map.entry("cancelled", "cancelled"),
            Map.entry("canceled", "cancelled"),
            Map.entry("void", "cancelled"),
            Map.entry("voided", "cancelled"));

    private static final List<Column> COLUMNS = List.of(
            new Column("line", "bigint", Long.class),
            new Column("customer_id", "uuid", UUID.class),
            new Column("external_id", "text", String.class),
            new Column("transaction_key", "uuid", UUID.class),
            new Column("transaction_id", "text", String.class),
            new Column("occurred_at", "timestamptz", OffsetDateTime.class),
            new Column("amount", "text", String.class),
            new Column("status", "text", String.class),
            new Column("discount", "text", String.class),
            new Column("quantity", "text", String.class),
            new Column("product", "text", String.class),
            new Column("category", "text", String.class),
            new Column("attributes", "text", String.class));

    @Override
    public String name() {
        return "transactions";
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
        return List.of(AMOUNT, DISCOUNT);
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
        var amount = decimals.parseNonNegative(
                "amount", values[AMOUNT], "; a refund is a line with status refunded and what was paid back");
        var status = status(values[STATUS]);
        var discount = decimals.parseNonNegative("discount", values[DISCOUNT], "");
        var quantity = decimals.parse("quantity", values[QUANTITY]);
        var attributes = record.attributesInOrder();
        var key = values[TRANSACTION_ID] != null
                ? CustomerId.derive(customer, values[TRANSACTION_ID])
                : CustomerId.derive(
                        customer,
                        "\u0000" + occurredAt + '\u0000' + amount + '\u0000' + status + '\u0000' + discount + '\u0000'
                                + quantity + '\u0000' + values[PRODUCT] + '\u0000' + values[CATEGORY] + '\u0000'
                                + attributes);
        return new Object[] {
            record.line(),
            customer,
            values[CUSTOMER_ID],
            key,
            values[TRANSACTION_ID],
            occurredAt,
            text(amount),
            status,
            text(discount),
            text(quantity),
            values[PRODUCT],
            values[CATEGORY],
            attributes
        };
    }

    private static String text(BigDecimal value) {
        return value == null ? null : value.toPlainString();
    }

    private static String status(String text) throws InvalidValue {
        if (text == null) {
            return "completed";
        }
        var status = STATUSES.get(text.toLowerCase(Locale.ROOT));
        if (status == null) {
            throw new InvalidValue(
                    "status",
                    "%s is not one of completed, pending, failed, refunded, cancelled"
                            .formatted(text.length() <= 40 ? text : text.substring(0, 40) + "…"));
        }
        return status;
    }

    @Override
    public String merge() {
        return """
            , new_customers as (
                insert into customers (organization_id, customer_id, external_id, created_at, updated_at)
                select :organization, customer_id, min(external_id), :now, :now
                from staged
                group by customer_id
                on conflict do nothing
                returning 1
            ), numbered as (
                select *, row_number() over (partition by customer_id, transaction_key order by line desc) as repetition
                from staged
            ), keyed as (
                select customer_id, transaction_id, occurred_at, amount::numeric(19, 4), status::transaction_status,
                    discount::numeric(19, 4), quantity::numeric(19, 4), product, category, attributes::jsonb,
                    case when repetition = 1 then transaction_key
                         else md5(transaction_key::text || ':' || repetition)::uuid end as transaction_key
                from numbered
                where transaction_id is null or repetition = 1
            ), compared as (
                select keyed.*, known.customer_id is null as is_new
                from keyed
                left join transactions known
                    on known.organization_id = :organization and known.customer_id = keyed.customer_id
                    and known.transaction_key = keyed.transaction_key
                where known.customer_id is null
                    or (known.occurred_at, known.amount, known.status, known.discount, known.quantity, known.product,
                            known.category, known.attributes)
                        is distinct from (keyed.occurred_at, keyed.amount, keyed.status, keyed.discount, keyed.quantity,
                            keyed.product, keyed.category, keyed.attributes)
            ), inserted as (
                insert into transactions (
                    organization_id, customer_id, transaction_key, transaction_id, occurred_at, amount, status, discount,
                    quantity, product, category, attributes)
                select :organization, customer_id, transaction_key, transaction_id, occurred_at, amount, status, discount,
                    quantity, product, category, attributes
                from compared
                where is_new
                returning 1
            ), updated as (
                update transactions known
                set occurred_at = compared.occurred_at, amount = compared.amount, status = compared.status,
                    discount = compared.discount, quantity = compared.quantity, product = compared.product,
                    category = compared.category, attributes = compared.attributes
                from compared
                where not compared.is_new and known.organization_id = :organization
                    and known.customer_id = compared.customer_id and known.transaction_key = compared.transaction_key
                returning 1
            )
            select (select count(*) from staged) as accepted,
                (select count(*) from inserted) as inserted,
                (select count(*) from updated) as updated,
                (select count(*) from new_customers) as customers_created,
                0::bigint as unknown, null::bigint[] as unknown_lines, null::text[] as unknown_customers""";
    }
}
