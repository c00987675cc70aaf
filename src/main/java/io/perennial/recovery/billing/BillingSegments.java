package io.perennial.recovery.billing;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.TenantDatabase;

/** Tells in which billing segment customers are, and why. */
@ApplicationScoped
public class BillingSegments {

    static final String TOPIC = "billing_segments";

    private static final UUID FIRST = new UUID(0, 0);
    private static final UUID LAST = new UUID(-1, -1);

    private final TenantDatabase database;
    private final Settings settings;
    private final ProductFeatures features;
    private final Clock clock;

    BillingSegments(TenantDatabase database, Settings settings, ProductFeatures features, Clock clock) {
        this.database = database;
        this.settings = settings;
        this.features = features;
        this.clock = clock;
    }

    /** The billing segment of a customer with its reasons. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CustomerBillingSegment(
            @Schema(description = "True; what went wrong is a problem document")
            boolean success,

            UUID customerId,
            UUID organizationId,

            @Schema(
                    type = SchemaType.STRING,
                    examples = "high_value",
                    enumeration = {"high_value", "mid_value", "standard", "at_risk"})
            BillingSegment segment,

            @Schema(description = "Share of the segment's criteria that the customer meets, 0..1", examples = "0.75")
            BigDecimal score,

            SegmentConfig segmentConfig,

            @Schema(description = "The criteria of the segment, and how the customer stands to each")
            List<CriterionMet> criteria,

            CustomerMetrics customerMetrics) {}

    /** How a customer stands to a criterion. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CriterionMet(
            @Schema(examples = "monthly_revenue") String metric,
            @Schema(examples = "640.00") BigDecimal value,

            @Schema(description = "The lowest value in the range", examples = "500")
            BigDecimal min,

            @Schema(description = "The highest value in the range", examples = "100")
            BigDecimal max,

            @Schema(description = "What the values in the range are less than", examples = "500")
            BigDecimal below,

            @Schema(description = "Whether it decides who is in the segment")
            boolean decides,

            boolean met) {

        static CriterionMet of(SegmentMetric metric, BigDecimal value, SegmentCriterion criterion) {
            return new CriterionMet(
                    metric.label(),
                    value,
                    criterion.min(),
                    criterion.max(),
                    criterion.below(),
                    criterion.isDeciding(),
                    criterion.isMetBy(value));
        }
    }

    /** How the customers of an organization are spread over the billing segments. */
    public record BillingDistribution(
            UUID organizationId,

            @Schema(description = "Only data up to this instant count")
            Instant asOf,

            @Schema(examples = "10000") long customers,

            @Schema(description = "By billing segment, in the order in which they are tested")
            Map<String, BillingShare> segments) {}

    /** The customers of a billing segment. */
    public record BillingShare(
            @Schema(examples = "1240") long count,

            @Schema(description = "Percent of the customers", examples = "12.4")
            BigDecimal percentage,

            @Schema(description = "Mean share of the segment's criteria that they meet, 0..1", examples = "0.8125")
            BigDecimal meanScore,

            @Schema(description = "What they bring in a month, in the organization's currency", examples = "744000.00")
            BigDecimal monthlyRevenue) {

        private static final BillingShare NONE =
                new BillingShare(0, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO.setScale(2));
    }

    /** The metrics of a customer as of now; fails when there is no such customer. */
    Uni<CustomerMetrics> metrics(CustomerReference customer) {
        return database.transaction(customer.organization(), connection -> metrics(connection, customer));
    }

    /** The same within a transaction that does more. */
    public Uni<CustomerMetrics> metrics(SqlConnection connection, CustomerReference customer) {
        var now = clock.instant();
        var candidates = customer.candidates();
        return features.find(connection, customer.organization(), now)
                .chain(() -> connection
                        .preparedQuery(MetricsSql.OF_CUSTOMER)
                        .execute(MetricsSql.parameters(
                                customer.organization(), candidates[0], candidates[candidates.length - 1], now)))
                .map(rows -> {
                    for (var row : rows) {
                        return CustomerMetrics.of(customer.organization(), now, row);
                    }
                    throw customer.unknown();
                });
    }

    /** The segment of a customer as of now; fails when there is no such customer. */
    Uni<CustomerBillingSegment> of(CustomerReference customer) {
        return database.transaction(customer.organization(), connection -> of(connection, customer));
    }

    /** The same within a transaction that does more. */
    public Uni<CustomerBillingSegment> of(SqlConnection connection, CustomerReference customer) {
        return settings(connection, customer.organization())
                .chain(rules -> metrics(connection, customer).map(metrics -> segment(rules, metrics)));
    }

    static CustomerBillingSegment segment(SegmentSettings rules, CustomerMetrics metrics) {
        var values = metrics.values();
        var segment = rules.segmentOf(values);
        var criteria = new ArrayList<CriterionMet>();
        rules.criteriaOf(segment)
                .forEach((metric, criterion) -> criteria.add(CriterionMet.of(metric, values.get(metric), criterion)));
        return new CustomerBillingSegment(
                true,
                metrics.customerId(),
                metrics.organizationId(),
                segment,
                rules.score(segment, values),
                rules.of(segment),
                criteria,
                metrics);
    }

    /** How many customers are in each segment as of now. */
    Uni<BillingDistribution> distribution(UUID organization) {
        var now = clock.instant();
        return database.transaction(
                organization,
                connection -> features.find(connection, organization, now)
                        .chain(() -> settings(connection, organization))
                        .chain(rules -> connection
                                .preparedQuery("""
                                        with metrics as (
                                            %s
                                        ), assigned as (
                                            select m.*, %s as segment
                                            from metrics m
                                        )
                                        select segment, count(*) as customers,
                                            round(100.0 * count(*) / sum(count(*)) over (), 2) as percentage,
                                            round(avg(%s), 4) as mean_score,
                                            sum(monthly_revenue) as monthly_revenue
                                        from assigned a
                                        group by segment""".formatted(
                                        MetricsSql.OF_RANGE, rules.segmentSql("m"), rules.scoreSql("a", "a.segment")))
                                .execute(MetricsSql.parameters(organization, FIRST, LAST, now)))
                        .map(rows -> {
                            var segments = new LinkedHashMap<String, BillingShare>();
                            for (var segment : BillingSegment.values()) {
                                segments.put(segment.label(), BillingShare.NONE);
                            }
                            rows.forEach(row -> segments.put(
                                    row.getString("segment"),
                                    new BillingShare(
                                            row.getLong("customers"),
                                            row.getBigDecimal("percentage"),
                                            row.getBigDecimal("mean_score"),
                                            row.getBigDecimal("monthly_revenue"))));
                            return new BillingDistribution(
                                    organization,
                                    now,
                                    segments.values().stream()
                                            .mapToLong(BillingShare::count)
                                            .sum(),
                                    segments);
                        }));
    }

    /** The segments as an organization has set them. */
    Uni<SegmentSettings> settings(UUID organization) {
        return database.transaction(organization, connection -> settings(connection, organization));
    }

    private Uni<SegmentSettings> settings(SqlConnection connection, UUID organization) {
        return settings.of(connection, organization, TOPIC, SegmentSettings.class, SegmentSettings.DEFAULT);
    }

    /** Sets the segments of an organization; fails when they contradict themselves. */
    Uni<SegmentSettings> change(UUID organization, SegmentSettings given) {
        var valid = given.validated();
        return database.transaction(
                organization,
                connection -> settings.replace(connection, organization, TOPIC, valid)
                        .chain(() -> features.say(connection, organization, valid.featuresOrNone()))
                        .replaceWith(valid));
    }
}
