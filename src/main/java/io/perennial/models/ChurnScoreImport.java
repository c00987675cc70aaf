package io.perennial.models;

import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.util.List;
import java.util.UUID;

import io.perennial.intake.ColumnBatch.Column;
import io.perennial.intake.Decimals;
import io.perennial.intake.Field;
import io.perennial.intake.ImportKind;
import io.perennial.intake.ImportReport;
import io.perennial.intake.InputRecord;
import io.perennial.intake.InvalidValue;
import io.perennial.intake.Timestamps;
import io.perennial.tenant.CustomerId;

/** Churn probabilities that an organization brings along, from a model of its own. The last line of a customer counts. */
@ApplicationScoped
public class ChurnScoreImport implements ImportKind {

    /** What uploaded scores say of themselves. */
    static final String VERSION = "uploaded";

    private static final int CUSTOMER_ID = 0;
    private static final int CHURN_SCORE = 1;
    private static final int SCALE = 6;

    private static final List<Field> FIELDS = List.of(
            Field.required("customer_id", "customer", "client_id", "user_id", "cust_id", "external_id"),
            Field.required("churn_score", "churn_probability", "probability", "score", "churn"));

    private static final List<Column> COLUMNS = List.of(
            new Column("line", "bigint", Long.class),
            new Column("customer_id", "uuid", UUID.class),
            new Column("external_id", "text", String.class),
            new Column("churn_score", "text", String.class));

    @Override
    public String name() {
        return "churn scores";
    }

    @Override
    public List<Field> fields() {
        return FIELDS;
    }

    @Override
    public int dateField() {
        return -1;
    }

    @Override
    public List<Integer> decimalFields() {
        return List.of(CHURN_SCORE);
    }

    @Override
    public List<Column> columns() {
        return COLUMNS;
    }

    @Override
    public Object[] row(UUID organization, InputRecord record, Timestamps timestamps, Decimals decimals)
            throws InvalidValue {
        var text = record.values()[CHURN_SCORE];
        var score = decimals.parse("churn_score", text, SCALE);
        if (score.signum() < 0 || score.compareTo(BigDecimal.ONE) > 0) {
            throw new InvalidValue("churn_score", "%s is not between 0 and 1".formatted(text));
        }
        var externalId = record.values()[CUSTOMER_ID];
        return new Object[] {record.line(), CustomerId.of(organization, externalId), externalId, score.toPlainString()};
    }

    @Override
    public String merge() {
        return """
            , unknown as (
                select s.line, s.external_id, count(*) over () as total
                from staged s
                where not exists (
                    select from customers c
                    where c.organization_id = :organization and c.customer_id = s.customer_id)
                order by s.line
                limit %d
            ), known as (
                select distinct on (s.customer_id) s.customer_id, s.churn_score::numeric as churn_score
                from staged s
                join customers c on c.organization_id = :organization and c.customer_id = s.customer_id
                order by s.customer_id, s.line desc
            ), merged as (
                insert into churn_prediction as before (
                    organization_id, customer_id, churn_probability, model_version, predicted_at)
                select :organization, customer_id, churn_score, '%s', :now
                from known
                on conflict (organization_id, customer_id) do update
                set churn_probability = excluded.churn_probability, model_version = excluded.model_version,
                    predicted_at = excluded.predicted_at
                where (before.churn_probability, before.model_version)
                    is distinct from (excluded.churn_probability, excluded.model_version)
                returning xmax = 0 as is_new
            )
            select (select count(*) from staged) as accepted,
                count(*) filter (where is_new) as inserted,
                count(*) filter (where not is_new) as updated,
                0::bigint as customers_created,
                coalesce((select max(total) from unknown), 0) as unknown,
                (select array_agg(line order by line) from unknown) as unknown_lines,
                (select array_agg(external_id order by line) from unknown) as unknown_customers
            from merged""".formatted(ImportReport.ERRORS_SHOWN, VERSION);
    }
}
