package io.perennial.insight.segment;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
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

import io.perennial.models.ChurnRiskLevel;
import io.perennial.platform.Amounts;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.TenantDatabase;

/** Reads who is in which segment, and who was. */
@ApplicationScoped
class Segments {

    /** The segment of a customer, and why. */
    public record CustomerSegment(
            UUID customerId,
            UUID organizationId,
            @Schema(examples = "Champions") String segment,

            @Schema(description = "0..100: 70 % mean of R, F, M and E, 30 % likelihood to stay", examples = "87.45")
            BigDecimal segmentScore,

            RfmCategory rfmCategory,
            @Schema(examples = "Low") ChurnRiskLevel churnRiskLevel,
            Instant assignedAt,
            Metadata metadata) {

        static CustomerSegment of(UUID organization, Row row) {
            var segment = Segment.labelled(row.getString("segment")).orElseThrow();
            return new CustomerSegment(
                    row.getUUID("customer_id"),
                    organization,
                    segment.label(),
                    row.getBigDecimal("segment_score"),
                    new RfmCategory(
                            Category.of(row.getFloat("recency_score")),
                            Category.of(row.getFloat("frequency_score")),
                            Category.of(row.getFloat("monetary_score")),
                            Category.of(row.getFloat("engagement_score"))),
                    ChurnRiskLevel.of(row.getBigDecimal("churn_probability").doubleValue()),
                    instant(row, "assigned_at"),
                    Metadata.of(segment, row));
        }
    }

    /** Percentile scores in words: High above 70, Low below 30. */
    public record RfmCategory(
            @JsonProperty("R") @Schema(examples = "High") Category recency,
            @JsonProperty("F") @Schema(examples = "High") Category frequency,
            @JsonProperty("M") @Schema(examples = "Medium") Category monetary,
            @JsonProperty("E") @Schema(examples = "High") Category engagement) {}

    /** What the segment means and what it was decided from. */
    public record Metadata(
            String description,
            String action,

            @Schema(description = "Percentile scores within the organization, 0..100")
            Scores scores,

            @Schema(examples = "0.0542") BigDecimal churnProbability,

            @Schema(description = "Who says so: a model version, uploaded, or rules-1", examples = "rules-1")
            String modelVersion,

            UUID runId,
            Instant asOf,

            @Schema(description = "When the customer came into this segment")
            Instant enteredAt) {

        static Metadata of(Segment segment, Row row) {
            return new Metadata(
                    segment.definition().description(),
                    segment.definition().action(),
                    new Scores(
                            row.getFloat("recency_score"),
                            row.getFloat("frequency_score"),
                            row.getFloat("monetary_score"),
                            row.getFloat("engagement_score")),
                    Amounts.plain(row.getBigDecimal("churn_probability")),
                    row.getString("model_version"),
                    row.getUUID("run_id"),
                    instant(row, "as_of"),
                    instant(row, "entered_at"));
        }
    }

    /** Percentile scores, 0..100. */
    public record Scores(
            @JsonProperty("R") float recency,
            @JsonProperty("F") float frequency,
            @JsonProperty("M") float monetary,
            @JsonProperty("E") float engagement) {}

    /** Time spent in a segment. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Stay(
            @Schema(examples = "Champions") String segment,

            @Schema(description = "The last score there", examples = "87.45")
            BigDecimal segmentScore,

            Instant enteredAt,

            @Schema(description = "Absent for the present segment")
            Instant leftAt) {}

    /** What a run moved. */
    public record Moves(UUID runId, Instant asOf, List<Move> moves) {}

    /** Customers that went the same way; {@code to} is null for those who were no longer part of the run. */
    public record Move(
            @Schema(examples = "Champions") String from,
            @Schema(examples = "At Risk") String to,
            @Schema(examples = "31") long count) {}

    /** A customer that a run moved. */
    public record MovedCustomer(
            UUID customerId,
            String externalId,

            @Schema(description = "The score before", examples = "71.20")
            BigDecimal segmentScore) {}

    private static final String COLUMNS = """
            customer_id, segment, segment_score, recency_score, frequency_score, monetary_score, engagement_score,
            churn_probability, model_version, run_id, as_of, assigned_at, entered_at""";

    private final TenantDatabase database;

    Segments(TenantDatabase database) {
        this.database = database;
    }

    /** The segment of a customer; fails when there is no such customer, or no segment yet. */
    Uni<CustomerSegment> of(CustomerReference customer) {
        return database.lookup(
                        customer.organization(),
                        "select " + COLUMNS
                                + " from segment_assignments where organization_id = $1 and customer_id in ($2, $3)",
                        customer.parameters())
                .chain(rows -> rows.size() == 0
                        ? none(customer)
                        : Uni.createFrom()
                                .item(CustomerSegment.of(
                                        customer.organization(), rows.iterator().next())));
    }

    private <T> Uni<T> none(CustomerReference customer) {
        return customer.without(
                database,
                ProblemType.NOT_SEGMENTED.problem(
                        "Customer %s is known but not part of a segmentation yet", customer.name()));
    }

    /** Where a customer has been, the present segment first. */
    Uni<List<Stay>> history(CustomerReference customer) {
        return database.query(customer.organization(), """
                        select segment, segment_score, entered_at, null::timestamptz as left_at
                        from segment_assignments
                        where organization_id = $1 and customer_id in ($2, $3)
                        union all
                        select segment, segment_score, entered_at, left_at
                        from segment_history
                        where organization_id = $1 and customer_id in ($2, $3)
                        order by left_at desc nulls first""", customer.parameters())
                .chain(rows -> rows.size() == 0
                        ? none(customer)
                        : Uni.createFrom()
                                .item(list(rows)
                                        .map(row -> new Stay(
                                                row.getString("segment"),
                                                row.getBigDecimal("segment_score"),
                                                instant(row, "entered_at"),
                                                instant(row, "left_at")))
                                        .toList()));
    }

    /** Customers by segment. */
    Uni<Map<String, Long>> counts(UUID organization) {
        return database.query(organization, """
                        select segment, count(*) as customers
                        from segment_assignments
                        where organization_id = $1
                        group by segment""", Tuple.of(organization)).map(rows -> {
            var counts = new LinkedHashMap<String, Long>();
            rows.forEach(row -> counts.put(row.getString("segment"), row.getLong("customers")));
            return counts;
        });
    }

    /**
     * The customers of a segment in the order of their ids.
     *
     * @param segment null for all
     */
    Uni<Page<CustomerSegment>> in(UUID organization, Segment segment, UUID after, int limit) {
        var start = after == null ? new UUID(0, 0) : after;
        var query = segment == null
                ? database.query(
                        organization,
                        "select " + COLUMNS
                                + " from segment_assignments where organization_id = $1 and customer_id > $2"
                                + " order by customer_id limit $3",
                        Tuple.of(organization, start, limit + 1))
                : database.query(
                        organization,
                        "select " + COLUMNS
                                + " from segment_assignments where organization_id = $1 and customer_id > $2"
                                + " and segment = $4 order by customer_id limit $3",
                        Tuple.of(organization, start, limit + 1, segment.label()));
        return query.map(rows -> Page.of(
                list(rows).map(row -> CustomerSegment.of(organization, row)).toList(),
                limit,
                customer -> customer.customerId().toString()));
    }

    /**
     * What a run moved.
     *
     * @param run null for the latest segmentation
     */
    Uni<Moves> moves(UUID organization, UUID run) {
        return database.query(organization, """
                        select id, as_of from runs
                        where organization_id = $1 and kind = 'segmentation' and (id = $2 or ($2::uuid is null and status = 'completed'))
                        order by started_at desc, id desc
                        limit 1""", Tuple.of(organization, run)).chain(runs -> {
            if (runs.size() == 0) {
                throw ProblemType.UNKNOWN_RUN.problem("No segmentation %s", run == null ? "yet" : run);
            }
            return movesOf(organization, runs.iterator().next());
        });
    }

    private Uni<Moves> movesOf(UUID organization, Row run) {
        return database.query(organization, """
                        select segment, next_segment, count(*) as customers
                        from segment_history
                        where organization_id = $1 and left_in_run = $2
                        group by segment, next_segment
                        order by customers desc, segment, next_segment""", Tuple.of(organization, run.getUUID("id")))
                .map(rows -> new Moves(
                        run.getUUID("id"),
                        instant(run, "as_of"),
                        list(rows)
                                .map(row -> new Move(
                                        row.getString("segment"),
                                        row.getString("next_segment"),
                                        row.getLong("customers")))
                                .toList()));
    }

    /** The customers that a run moved from one segment to another, in the order of their ids. */
    Uni<Page<MovedCustomer>> moved(UUID organization, UUID run, Segment from, Segment to, UUID after, int limit) {
        return database.query(
                        organization,
                        """
                        select h.customer_id, c.external_id, h.segment_score
                        from segment_history h
                        join customers c on c.organization_id = h.organization_id and c.customer_id = h.customer_id
                        where h.organization_id = $1 and h.left_in_run = $2 and h.segment = $3 and h.next_segment = $4
                            and h.customer_id > $5
                        order by h.customer_id
                        limit $6""",
                        Tuple.of(
                                organization,
                                run,
                                from.label(),
                                to.label(),
                                after == null ? new UUID(0, 0) : after,
                                limit + 1))
                .map(rows -> Page.of(
                        list(rows)
                                .map(row -> new MovedCustomer(
                                        row.getUUID("customer_id"),
                                        row.getString("external_id"),
                                        row.getBigDecimal("segment_score")))
                                .toList(),
                        limit,
                        customer -> customer.customerId().toString()));
    }

    private static Stream<Row> list(Iterable<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false);
    }

    private static Instant instant(Row row, String column) {
        var value = row.get(OffsetDateTime.class, column);
        return value == null ? null : value.toInstant();
    }
}
