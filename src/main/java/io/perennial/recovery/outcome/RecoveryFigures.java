package io.perennial.recovery.outcome;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.Amounts;
import io.perennial.platform.AsOf;
import io.perennial.platform.ProblemType;
import io.perennial.recovery.billing.BillingSegment;
import io.perennial.tenant.Organization;
import io.perennial.tenant.TenantDatabase;

/** Says what came of the recovery cases of an organization, and what recovery has caused of it. */
@ApplicationScoped
class RecoveryFigures {

    private static final Duration PERIOD = Duration.ofDays(90);

    private final TenantDatabase database;
    private final Clock clock;

    RecoveryFigures(TenantDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** What came of the recovery cases that began in a period. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RecoveryReport(
            UUID organizationId,

            @Schema(description = "ISO 4217", examples = "EUR")
            String currency,

            @Schema(description = "The cases that began at this instant or later")
            Instant from,

            @Schema(description = "The cases that began before this instant")
            Instant until,

            @Schema(description = "What has become of them by this instant")
            Instant asOf,

            Figures total,

            @Schema(description = "All cases that were assessed, by billing segment, those of the hold-out too")
            Map<String, SegmentShare> segmentDistribution,

            @Schema(description = "What recovery has caused")
            HoldoutComparison holdout,

            @Schema(
                    description = "What the groups are told apart by; absent when that was not asked",
                    examples = "channel")
            String groupBy,

            @Schema(description = "When a case is in a group, and which one has the credit for its recovery")
            String attribution,

            List<GroupFigures> groups) {}

    /** The cases of a billing segment. */
    public record SegmentShare(
            @Schema(examples = "24") long cases,

            @Schema(description = "Per cent of all cases", examples = "36.92")
            BigDecimal percentage) {}

    /** What came of the cases of a group. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record GroupFigures(
            @Schema(
                    description =
                            "`none` of cases that nothing was written or offered for, or that were not assessed yet",
                    examples = "email")
            String group,

            @Schema(description = "Of a variant", examples = "payment_failed.premium.dunning_1.email.en")
            String template,

            @Schema(description = "Of a variant", examples = "default")
            String variant,

            @Schema(description = "Of a variant: the version of the template since which it says this", examples = "0")
            Integer revision,

            Figures figures,

            @Schema(description = "Of messages and offers: the recoveries that the group has the credit for")
            Credit credit,

            @Schema(description = "Of what a case was at its first assessment: what recovery has caused in the group")
            HoldoutComparison holdout) {}

    /** The recoveries that a group has the credit for. Each has one, so they add up to all. */
    public record Credit(
            @Schema(examples = "17") long recovered,

            @Schema(description = "Per cent of all recoveries", examples = "68.00")
            BigDecimal percentage,

            @Schema(description = "Σ revenue of these recoveries − Σ their incentive costs", examples = "5310.00")
            BigDecimal revenueRecovered,

            @Schema(examples = "5610.00") BigDecimal grossRevenue,
            @Schema(examples = "300.00") BigDecimal incentiveCost) {}

    /**
     * The figures of the cases that began in a period.
     *
     * @param from null for 90 days before its end
     * @param until null for now
     * @param dimension null for the total only
     * @return fails with {@link ProblemType#INVALID_REQUEST} when the period ends before it begins
     */
    Uni<RecoveryReport> of(Organization organization, Instant from, Instant until, Dimension dimension) {
        var now = clock.instant();
        var end = AsOf.or("until", until, now);
        var begin = AsOf.or("from", from, end.minus(PERIOD));
        if (!begin.isBefore(end)) {
            throw ProblemType.INVALID_REQUEST.problem("from must be before until");
        }
        return database.transaction(
                        organization.id(),
                        connection -> connection
                                .query(FigureSql.SETTINGS)
                                .execute()
                                .chain(() -> connection
                                        .preparedQuery(FigureSql.of(dimension))
                                        .execute(Tuple.of(
                                                organization.id(),
                                                begin.atOffset(ZoneOffset.UTC),
                                                end.atOffset(ZoneOffset.UTC),
                                                organization.currency()))))
                .map(rows -> report(organization, begin, end, now, dimension, rows));
    }

    private static RecoveryReport report(
            Organization organization,
            Instant from,
            Instant until,
            Instant now,
            Dimension dimension,
            RowSet<Row> rows) {
        Row total = null;
        var groups = new ArrayList<Row>();
        for (var row : rows) {
            if (row.getString("key").isEmpty()) {
                total = row;
            } else {
                groups.add(row);
            }
        }
        var figures = Figures.of(total);
        return new RecoveryReport(
                organization.id(),
                organization.currency(),
                from,
                until,
                now,
                figures,
                distribution(total.getString("segments")),
                comparison(organization, total),
                dimension == null ? null : dimension.label(),
                dimension == null ? null : attribution(dimension),
                dimension == null
                        ? null
                        : groups.stream()
                                .sorted(Comparator.<Row>comparingInt(row -> dimension.place(row.getString("key")))
                                        .thenComparing(row -> row.getString("key")))
                                .map(row -> group(organization, dimension, row, figures.recovered()))
                                .toList());
    }

    private static GroupFigures group(Organization organization, Dimension dimension, Row row, long recoveries) {
        var key = row.getString("key");
        var parts = dimension == Dimension.VARIANT && !key.equals(Dimension.NONE) ? key.split("/", 3) : null;
        var isOfCase = dimension.of() == Dimension.Of.CASE;
        return new GroupFigures(
                key,
                parts == null ? null : parts[0],
                parts == null ? null : parts[1],
                parts == null ? null : Integer.valueOf(parts[2]),
                Figures.of(row),
                isOfCase ? null : credit(row, recoveries),
                isOfCase ? comparison(organization, row) : null);
    }

    private static Credit credit(Row row, long recoveries) {
        var recovered = Figures.count(row, "credited");
        var gross = Figures.amount(row, "credited_revenue");
        var cost = Figures.amount(row, "credited_cost");
        return new Credit(
                recovered,
                Rate.percent(recoveries == 0 ? 0 : (double) recovered / recoveries),
                Amounts.plain(gross.subtract(cost)),
                Amounts.plain(gross),
                Amounts.plain(cost));
    }

    private static HoldoutComparison comparison(Organization organization, Row row) {
        return HoldoutComparison.of(
                organization.currency(),
                instant(row, "first_at"),
                instant(row, "last_at"),
                Figures.count(row, "compared_cases"),
                Figures.count(row, "compared_recovered"),
                sample(row, ""),
                Figures.count(row, "holdout_cases"),
                Figures.count(row, "holdout_recovered"),
                sample(row, "holdout_"));
    }

    private static Sample sample(Row row, String prefix) {
        return new Sample(
                Figures.count(row, prefix + "size"), number(row, prefix + "mean"), number(row, prefix + "variance"));
    }

    private static double number(Row row, String column) {
        var number = row.getDouble(column);
        return number == null ? 0 : number;
    }

    private static Map<String, SegmentShare> distribution(String segments) {
        var counts = segments == null ? new JsonObject() : new JsonObject(segments);
        var all = counts.stream()
                .mapToLong(entry -> ((Number) entry.getValue()).longValue())
                .sum();
        var distribution = new LinkedHashMap<String, SegmentShare>();
        for (var segment : BillingSegment.values()) {
            var cases = counts.getLong(segment.label(), 0L);
            distribution.put(
                    segment.label(), new SegmentShare(cases, Rate.percent(all == 0 ? 0 : (double) cases / all)));
        }
        return distribution;
    }

    private static String attribution(Dimension dimension) {
        return switch (dimension.of()) {
            case CASE ->
                "A case is in one group, that of its first assessment, with all that was written and offered for it.";
            case MESSAGE ->
                "A case is in the group of every message that was sent before it was recovered; the credit for the recovery"
                        + " has the last of them. Deliveries, openings and clicks are those of the group's own messages."
                        + " Later messages only reach those whom earlier ones have not moved: groups of them are not"
                        + " comparable, variants of one template are.";
            case OFFER ->
                "A case is in the group of every type of offer that was made for it; the credit for the recovery has the"
                        + " offer that was redeemed last. Acceptance and its costs are those of the group's own offers.";
        };
    }

    private static Instant instant(Row row, String column) {
        var value = row.get(OffsetDateTime.class, column);
        return value == null ? null : value.toInstant();
    }
}
