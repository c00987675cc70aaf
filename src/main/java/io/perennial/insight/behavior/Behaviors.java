package io.perennial.insight.behavior;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.OrgType;
import io.perennial.tenant.Organization;
import io.perennial.tenant.TenantDatabase;

/** Reads how customers behave, and how they did. */
@ApplicationScoped
class Behaviors {

    private static final String[] TRENDS = {"increasing", "stable", "declining", "unknown"};

    /** How a customer behaves. */
    public record CustomerBehavior(
            UUID customerId,
            UUID organizationId,
            @Schema(examples = "banking") OrgType orgType,

            @Schema(
                    description = "0..100: activity trend 40 %, value trend 30 %, engagement level 30 %",
                    examples = "42.35")
            BigDecimal behaviorScore,

            @Schema(
                    examples = "declining",
                    enumeration = {"increasing", "stable", "declining", "unknown"})
            String activityTrend,

            @Schema(
                    examples = "declining",
                    enumeration = {"increasing", "stable", "declining", "unknown"})
            String valueTrend,

            @Schema(
                    examples = "declining",
                    enumeration = {"increasing", "stable", "declining", "unknown"})
            String engagementTrend,

            @Schema(description = "Names of the signals that were found")
            List<String> riskSignals,

            @Schema(description = "What to do about them, in the same order")
            List<String> recommendations,

            Instant analyzedAt,

            @Schema(description = "The metrics of the industry; those that cannot be told are absent")
            Map<String, BigDecimal> metadata) {

        static CustomerBehavior of(UUID organization, Row row) {
            return new CustomerBehavior(
                    row.getUUID("customer_id"),
                    organization,
                    OrgType.of(row.getString("org_type")),
                    row.getBigDecimal("behavior_score"),
                    row.getString("activity_trend"),
                    row.getString("value_trend"),
                    row.getString("engagement_trend"),
                    texts(row, "risk_signals"),
                    texts(row, "recommendations"),
                    instant(row, "analyzed_at"),
                    metrics(row));
        }
    }

    /** How a customer behaved. */
    public record PastBehavior(
            @Schema(description = "Only data up to this instant counted")
            Instant asOf,

            UUID runId,
            Instant analyzedAt,
            @Schema(examples = "42.35") BigDecimal behaviorScore,
            @Schema(examples = "declining") String activityTrend,
            @Schema(examples = "declining") String valueTrend,
            @Schema(examples = "stable") String engagementTrend,
            List<String> riskSignals) {

        static PastBehavior of(Row row) {
            return new PastBehavior(
                    instant(row, "as_of"),
                    row.getUUID("run_id"),
                    instant(row, "analyzed_at"),
                    row.getBigDecimal("behavior_score"),
                    row.getString("activity_trend"),
                    row.getString("value_trend"),
                    row.getString("engagement_trend"),
                    texts(row, "risk_signals"));
        }
    }

    /** How the customers of an organization behave. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Insights(
            UUID organizationId,
            @Schema(examples = "ecommerce") OrgType orgType,

            @Schema(description = "Customers that were analyzed", examples = "10000")
            long totalCustomers,

            @Schema(description = "Customers by signal, the most frequent signal first")
            Map<String, Long> topRiskSignals,

            @Schema(description = "Absent when nobody was analyzed", examples = "58.67")
            BigDecimal avgBehaviorScore,

            @Schema(description = "Customers by the trend of their activity")
            Map<String, Long> customersByTrend,

            @Schema(description = "The most urgent first, and of these the most frequent")
            List<PriorityAction> priorityActions) {}

    /** A signal to do something about. */
    public record PriorityAction(
            @Schema(examples = "high_cart_abandonment") String riskSignal,
            @Schema(examples = "3245") long affectedCustomers,
            @Schema(examples = "high") Urgency urgency,

            @Schema(description = "Of all analyzed customers", examples = "32.45")
            BigDecimal percentage) {}

    private static final String CURRENT = """
            select b.*, settled.result -> 'metrics' as names
            from behavior_analysis b
            left join run_partitions settled
                on settled.organization_id = $1 and settled.run_id = b.run_id and settled.step = 0 and settled.partition = 0
            where b.organization_id = $1 and b.customer_id in ($2, $3)""";

    private static final String INSIGHTS = """
            with analyzed as (
                select activity_trend, behavior_score, risk_signals
                from behavior_analysis
                where organization_id = $1 and org_type = $2
            ), totals as (
                select count(*) as customers, round(avg(behavior_score), 2) as score,
                    count(*) filter (where activity_trend = 'increasing') as increasing,
                    count(*) filter (where activity_trend = 'stable') as stable,
                    count(*) filter (where activity_trend = 'declining') as declining,
                    count(*) filter (where activity_trend = 'unknown') as unknown
                from analyzed
            ), found as (
                select signal, count(*) as affected
                from analyzed
                cross join lateral jsonb_array_elements_text(risk_signals) as signal
                group by signal
            )
            select t.*, f.signal, f.affected, round(100.0 * f.affected / t.customers, 2) as percentage
            from totals t
            left join found f on true
            order by f.affected desc, f.signal""";

    private final TenantDatabase database;

    Behaviors(TenantDatabase database) {
        this.database = database;
    }

    /** The behavior of a customer; fails when there is no such customer, or no analysis yet. */
    Uni<CustomerBehavior> of(CustomerReference customer) {
        return database.lookup(customer.organization(), CURRENT, customer.parameters())
                .chain(rows -> rows.size() == 0
                        ? none(customer)
                        : Uni.createFrom()
                                .item(CustomerBehavior.of(
                                        customer.organization(), rows.iterator().next())));
    }

    private <T> Uni<T> none(CustomerReference customer) {
        return customer.without(
                database,
                ProblemType.NOT_ANALYZED.problem(
                        "Customer %s is known but has no behavior analysis yet", customer.name()));
    }

    /** The analyses of a customer, the latest first. */
    Uni<Page<PastBehavior>> history(CustomerReference customer, Instant before, int limit) {
        var parameters =
                customer.parameters().addOffsetDateTime(before == null ? null : before.atOffset(ZoneOffset.UTC));
        return database.query(customer.organization(), """
                        select * from behavior_history
                        where organization_id = $1 and customer_id in ($2, $3)
                            and ($4::timestamptz is null or as_of < $4)
                        order by as_of desc
                        limit $5""", parameters.addInteger(limit + 1))
                .chain(rows -> rows.size() == 0 && before == null
                        ? none(customer)
                        : Uni.createFrom()
                                .item(Page.of(
                                        list(rows).map(PastBehavior::of).toList(),
                                        limit,
                                        past -> past.asOf().toString())));
    }

    /** How all customers behave. What was analyzed when the organization was of another industry does not count. */
    Uni<Insights> insights(Organization organization) {
        var profile = Profiles.of(organization.orgType());
        return database.query(
                        organization.id(),
                        INSIGHTS,
                        Tuple.of(organization.id(), profile.type().value()))
                .map(rows -> {
                    var totals = rows.iterator().next();
                    var signals = list(rows)
                            .filter(row -> row.getString("signal") != null)
                            .toList();
                    var byTrend = new LinkedHashMap<String, Long>();
                    for (var trend : TRENDS) {
                        byTrend.put(trend, totals.getLong(trend));
                    }
                    var bySignal = new LinkedHashMap<String, Long>();
                    signals.forEach(row -> bySignal.put(row.getString("signal"), row.getLong("affected")));
                    return new Insights(
                            organization.id(),
                            profile.type(),
                            totals.getLong("customers"),
                            bySignal,
                            totals.getBigDecimal("score"),
                            byTrend,
                            actions(profile, signals));
                });
    }

    /** In the order of their urgency; those of one urgency stay in the order of the rows. */
    private static List<PriorityAction> actions(Profile profile, List<Row> signals) {
        return signals.stream()
                .flatMap(row -> profile.signal(row.getString("signal")).stream()
                        .map(signal -> new PriorityAction(
                                signal.name(),
                                row.getLong("affected"),
                                signal.urgency(),
                                row.getBigDecimal("percentage"))))
                .sorted(Comparator.comparing(PriorityAction::urgency))
                .toList();
    }

    private static List<String> texts(Row row, String column) {
        return ((JsonArray) row.getValue(column))
                .stream().map(String.class::cast).toList();
    }

    /** As the run named them that computed them, in its order. */
    private static Map<String, BigDecimal> metrics(Row row) {
        var names = (JsonArray) row.getValue("names");
        var numbers = row.getArrayOfDoubles("metrics");
        var metrics = new LinkedHashMap<String, BigDecimal>();
        for (var i = 0; names != null && i < numbers.length; i++) {
            if (numbers[i] != null) {
                metrics.put(names.getString(i), plain(BigDecimal.valueOf(numbers[i])));
            }
        }
        return metrics;
    }

    /** Without zeros that say nothing. */
    static BigDecimal plain(BigDecimal number) {
        var stripped = number.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    private static Stream<Row> list(Iterable<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false);
    }

    private static Instant instant(Row row, String column) {
        return row.get(OffsetDateTime.class, column).toInstant();
    }
}
