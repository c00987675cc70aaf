package io.perennial.insight.value;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.Amounts;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.Organization;
import io.perennial.tenant.TenantDatabase;

/** Reads what customers are worth, and were. */
@ApplicationScoped
class CustomerValues {

    /** What a customer is worth. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CustomerValue(
            UUID customerId,
            UUID organizationId,

            @Schema(description = "Absent before the first segmentation", examples = "Champions")
            String rfmSegment,

            @Schema(description = "What the customer has spent so far", examples = "812.40")
            BigDecimal lifetimeValue,

            @Schema(description = "What the model, else the projection, expects", examples = "640.10")
            BigDecimal predictedLtv,

            @Schema(description = "ISO 4217", examples = "EUR")
            String currency,

            @Schema(description = "0..100: 0.4 × monetary_score + 0.6 × ltv_percentile", examples = "87.45")
            BigDecimal valueScore,

            @Schema(
                    description = "high_value above a score of 70, low_value below 30",
                    examples = "high_value",
                    enumeration = {"high_value", "medium_value", "low_value"})
            String valueSegment,

            @Schema(description = "Percentile of lifetime_value within the organization, 0..100", examples = "79.9")
            float monetaryScore,

            @Schema(description = "Percentile of predicted_ltv within the organization, 0..100", examples = "92.5")
            float ltvPercentile,

            @Schema(description = "A model version, or projection-1", examples = "ltv-2")
            String ltvModelVersion,

            UUID runId,

            @Schema(description = "Only data up to this instant count")
            Instant asOf,

            Instant calculatedAt,

            @Schema(description = "When the customer came into this value segment")
            Instant enteredAt) {

        static CustomerValue of(UUID organization, Row row) {
            return new CustomerValue(
                    row.getUUID("customer_id"),
                    organization,
                    row.getString("rfm_segment"),
                    Amounts.plain(row.getBigDecimal("lifetime_value")),
                    Amounts.plain(row.getBigDecimal("predicted_ltv")),
                    row.getString("currency"),
                    row.getBigDecimal("value_score"),
                    row.getString("value_segment"),
                    row.getFloat("monetary_score"),
                    row.getFloat("ltv_percentile"),
                    row.getString("ltv_model_version"),
                    row.getUUID("run_id"),
                    instant(row, "as_of"),
                    instant(row, "calculated_at"),
                    instant(row, "entered_at"));
        }
    }

    /** Time spent in a value segment. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ValueStay(
            @Schema(examples = "high_value") String valueSegment,

            @Schema(description = "The last score there", examples = "87.45")
            BigDecimal valueScore,

            @Schema(description = "The last one there", examples = "640.10")
            BigDecimal predictedLtv,

            Instant enteredAt,

            @Schema(description = "Absent for the present segment")
            Instant exitedAt) {}

    /** How the customers of an organization are spread over the value segments. */
    public record ValueDistribution(
            UUID organizationId,
            @Schema(examples = "10000") long customers,

            @Schema(description = "ISO 4217", examples = "EUR")
            String currency,

            @Schema(description = "By value segment, the highest first")
            Map<String, ValueShare> segments) {}

    /** The customers of a value segment. */
    public record ValueShare(
            @Schema(examples = "2480") long count,

            @Schema(description = "Percent of the customers", examples = "24.8")
            BigDecimal percentage,

            @Schema(description = "Of all in the segment", examples = "1587200.00")
            BigDecimal totalPredictedLtv,

            @Schema(description = "0 when nobody is in the segment", examples = "640.00")
            BigDecimal meanPredictedLtv) {

        static ValueShare of(Row row) {
            return new ValueShare(
                    row.getLong("customers"),
                    row.getBigDecimal("percentage"),
                    Amounts.plain(row.getBigDecimal("total")),
                    Amounts.plain(row.getBigDecimal("mean")));
        }

        static ValueShare none() {
            return new ValueShare(0, BigDecimal.ZERO, Amounts.plain(BigDecimal.ZERO), Amounts.plain(BigDecimal.ZERO));
        }
    }

    private static final String SELECT = """
            select v.*, s.segment as rfm_segment, (select currency from organizations where id = $1) as currency
            from customer_value v
            left join segment_assignments s on s.organization_id = $1 and s.customer_id = v.customer_id
            where v.organization_id = $1 and\s""";

    private final TenantDatabase database;

    CustomerValues(TenantDatabase database) {
        this.database = database;
    }

    /** What a customer is worth; fails when there is no such customer, or nothing has been calculated yet. */
    Uni<CustomerValue> of(CustomerReference customer) {
        return database.lookup(customer.organization(), SELECT + "v.customer_id in ($2, $3)", customer.parameters())
                .chain(rows -> rows.size() == 0
                        ? none(customer)
                        : Uni.createFrom()
                                .item(CustomerValue.of(
                                        customer.organization(), rows.iterator().next())));
    }

    private <T> Uni<T> none(CustomerReference customer) {
        return customer.without(
                database,
                ProblemType.NO_STANDING.problem(
                        "Customer %s is known but was not part of a calculation yet", customer.name()));
    }

    /** Where a customer has been, the present segment first. */
    Uni<List<ValueStay>> history(CustomerReference customer) {
        return database.query(customer.organization(), """
                        select value_segment, value_score, predicted_ltv, entered_at, null::timestamptz as exited_at
                        from customer_value
                        where organization_id = $1 and customer_id in ($2, $3)
                        union all
                        select value_segment, value_score, predicted_ltv, entered_at, exited_at
                        from value_history
                        where organization_id = $1 and customer_id in ($2, $3)
                        order by exited_at desc nulls first, entered_at desc""", customer.parameters())
                .chain(rows -> rows.size() == 0
                        ? none(customer)
                        : Uni.createFrom()
                                .item(list(rows)
                                        .map(row -> new ValueStay(
                                                row.getString("value_segment"),
                                                row.getBigDecimal("value_score"),
                                                Amounts.plain(row.getBigDecimal("predicted_ltv")),
                                                instant(row, "entered_at"),
                                                instant(row, "exited_at")))
                                        .toList()));
    }

    /**
     * The customers of a value segment in the order of their ids.
     *
     * @param segment null for all
     */
    Uni<Page<CustomerValue>> in(UUID organization, ValueSegment segment, UUID after, int limit) {
        var start = after == null ? new UUID(0, 0) : after;
        var query = segment == null
                ? database.query(
                        organization,
                        SELECT + "v.customer_id > $2 order by v.customer_id limit $3",
                        Tuple.of(organization, start, limit + 1))
                : database.query(
                        organization,
                        SELECT + "v.customer_id > $2 and v.value_segment = $4 order by v.customer_id limit $3",
                        Tuple.of(organization, start, limit + 1, segment.label()));
        return query.map(rows -> Page.of(
                list(rows).map(row -> CustomerValue.of(organization, row)).toList(),
                limit,
                customer -> customer.customerId().toString()));
    }

    /** How many customers are worth how much. */
    Uni<ValueDistribution> distribution(Organization organization) {
        return database.query(organization.id(), """
                        select value_segment, count(*) as customers, sum(predicted_ltv) as total,
                            round(avg(predicted_ltv), 2) as mean,
                            round(100.0 * count(*) / sum(count(*)) over (), 2) as percentage
                        from customer_value
                        where organization_id = $1
                        group by value_segment""", Tuple.of(organization.id()))
                .map(rows -> {
                    var segments = new LinkedHashMap<String, ValueShare>();
                    segments.put(ValueSegment.HIGH_VALUE.label(), ValueShare.none());
                    segments.put(ValueSegment.MEDIUM_VALUE.label(), ValueShare.none());
                    segments.put(ValueSegment.LOW_VALUE.label(), ValueShare.none());
                    rows.forEach(row -> segments.put(row.getString("value_segment"), ValueShare.of(row)));
                    var customers = segments.values().stream()
                            .mapToLong(ValueShare::count)
                            .sum();
                    return new ValueDistribution(organization.id(), customers, organization.currency(), segments);
                });
    }

    private static Stream<Row> list(Iterable<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false);
    }

    private static Instant instant(Row row, String column) {
        var value = row.get(OffsetDateTime.class, column);
        return value == null ? null : value.toInstant();
    }
}
