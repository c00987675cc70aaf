package io.perennial.insight.health;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.models.ChurnRiskLevel;
import io.perennial.platform.Amounts;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.Organization;
import io.perennial.tenant.TenantDatabase;

/** Reads how customers are, and how they were. */
@ApplicationScoped
class HealthScores {

    /** How a customer was. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PastScore(
            Instant analysisDate,

            @Schema(description = "Absent when the customer was scored alone")
            UUID runId,

            @Schema(examples = "44") int overallHealthScore,
            @Schema(examples = "0.6312") BigDecimal churnProbability,

            @Schema(
                    examples = "high",
                    enumeration = {"low", "medium", "high", "critical"})
            String churnRiskLevel,

            @Schema(examples = "38") Integer engagementScore,
            @Schema(examples = "55") Integer satisfactionScore,
            @Schema(examples = "75") Integer paymentBehaviorScore,
            @Schema(examples = "22") Integer communicationResponsivenessScore,
            @Schema(examples = "churn-3") String modelVersion) {

        static PastScore of(Row row) {
            return new PastScore(
                    instant(row, "analysis_date"),
                    row.getUUID("run_id"),
                    row.getInteger("overall_health_score"),
                    Amounts.plain(row.getBigDecimal("churn_probability")),
                    level(ChurnRiskLevel.of(
                            row.getBigDecimal("churn_probability").doubleValue())),
                    row.getInteger("engagement_score"),
                    row.getInteger("satisfaction_score"),
                    row.getInteger("payment_behavior_score"),
                    row.getInteger("communication_responsiveness_score"),
                    row.getString("model_version"));
        }
    }

    /**
     * Which customers to list.
     *
     * @param level null for all
     * @param minimum of the overall score, inclusive
     * @param maximum of the overall score, inclusive
     * @param segment the name of one; null for all
     */
    record Filter(ChurnRiskLevel level, int minimum, int maximum, String segment) {}

    /** Where a page of the list ended. */
    record Position(int score, UUID customer) {

        static final Position START = new Position(-1, new UUID(0, 0));

        static Position of(HealthScore score) {
            return new Position(score.overallHealthScore(), score.customerId());
        }

        /** Reads what {@link #toString()} wrote; null is the start. */
        static Position parse(String text) {
            if (text == null) {
                return START;
            }
            var colon = text.indexOf(':');
            try {
                return new Position(
                        Integer.parseInt(text.substring(0, Math.max(0, colon))),
                        UUID.fromString(text.substring(colon + 1)));
            } catch (IllegalArgumentException e) {
                throw ProblemType.INVALID_REQUEST.problem("after must be the next of the page before");
            }
        }

        @Override
        public String toString() {
            return score + ":" + customer;
        }
    }

    /** How the customers of an organization are. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Summary(
            UUID organizationId,
            @Schema(examples = "9987") long scoredCustomers,

            @Schema(description = "Of the latest score; absent when there is none")
            Instant latestAnalysisDate,

            @Schema(description = "Customers by churn risk level")
            Map<String, Long> levels,

            @Schema(description = "Customers by overall score, the lowest first")
            List<Band> bands,

            @Schema(description = "Absent when nobody is scored")
            Means means,

            @Schema(description = "Of all customers together", examples = "1840233.10")
            BigDecimal predictedLtv,

            @Schema(examples = "EUR") String currency,

            @Schema(description = "Customers by what gave their churn probability")
            Map<String, Long> modelVersions,

            @Schema(description = "Since the run before; absent before the first run")
            Movement movement) {}

    /** Customers whose overall score lies between two, both inclusive. */
    public record Band(
            @Schema(examples = "40") int from,
            @Schema(examples = "49") int to,
            @Schema(examples = "812") long count) {}

    /** Means over the customers of whom the score is known; absent when nobody's is. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Means(
            @Schema(examples = "61.27") BigDecimal overallHealthScore,
            @Schema(examples = "0.3120") BigDecimal churnProbability,
            @Schema(examples = "50.02") BigDecimal engagementScore,
            @Schema(examples = "71.90") BigDecimal satisfactionScore,
            @Schema(examples = "94.11") BigDecimal paymentBehaviorScore,
            @Schema(examples = "35.74") BigDecimal communicationResponsivenessScore) {}

    /** What the last run changed. */
    public record Movement(
            UUID runId,
            Instant asOf,

            @Schema(description = "Customers whose overall score is higher than in the run before", examples = "1204")
            long improved,

            @Schema(examples = "977") long declined,
            @Schema(examples = "7775") long unchanged,

            @JsonProperty("new") @Schema(description = "Customers whom the run before did not score", examples = "31")
            long added,

            @Schema(description = "Customers whom only the run before scored", examples = "2")
            long lost,

            @Schema(description = "Changes of the churn risk level")
            List<Transition> transitions) {

        static Movement of(Row run) {
            var movement = ((JsonObject) run.getValue("totals")).getJsonObject("movement");
            return new Movement(
                    run.getUUID("id"),
                    instant(run, "as_of"),
                    movement.getLong("improved"),
                    movement.getLong("declined"),
                    movement.getLong("unchanged"),
                    movement.getLong("new"),
                    movement.getLong("lost"),
                    movement.getJsonArray("transitions", new JsonArray()).stream()
                            .map(JsonObject.class::cast)
                            .map(transition -> new Transition(
                                    transition.getString("from"),
                                    transition.getString("to"),
                                    transition.getLong("count")))
                            .toList());
        }
    }

    /** Customers whose level changed in the same way. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Transition(
            @Schema(examples = "low") String from,

            @Schema(description = "Absent for customers who were lost", examples = "medium")
            String to,

            @Schema(examples = "47") long count) {}

    private final TenantDatabase database;

    HealthScores(TenantDatabase database) {
        this.database = database;
    }

    /** As the API writes a level. */
    static String level(ChurnRiskLevel level) {
        return level.name().toLowerCase(Locale.ROOT);
    }

    /** The score of a customer; fails when there is no such customer, or no score yet. */
    Uni<HealthScore> of(CustomerReference customer) {
        return database.lookup(customer.organization(), "select " + HealthScore.COLUMNS + """
                         from customer_health_scores h
                        join customers c on c.organization_id = h.organization_id and c.customer_id = h.customer_id
                        where h.organization_id = $1 and h.customer_id in ($2, $3)""", customer.parameters())
                .chain(rows -> rows.size() == 0
                        ? none(customer)
                        : Uni.createFrom().item(HealthScore.of(rows.iterator().next())));
    }

    private <T> Uni<T> none(CustomerReference customer) {
        return customer.without(database, notScored(customer));
    }

    static ProblemException notScored(CustomerReference customer) {
        return ProblemType.NOT_SCORED.problem("Customer %s is known but has no health score yet", customer.name());
    }

    /** The scores of a customer, the latest first. */
    Uni<Page<PastScore>> history(CustomerReference customer, Instant before, int limit) {
        var parameters =
                customer.parameters().addOffsetDateTime(before == null ? null : before.atOffset(ZoneOffset.UTC));
        return database.query(customer.organization(), """
                        select * from customer_health_history
                        where organization_id = $1 and customer_id in ($2, $3)
                            and ($4::timestamptz is null or analysis_date < $4)
                        order by analysis_date desc
                        limit $5""", parameters.addInteger(limit + 1))
                .chain(rows -> rows.size() == 0 && before == null
                        ? none(customer)
                        : Uni.createFrom()
                                .item(Page.of(
                                        list(rows).map(PastScore::of).toList(),
                                        limit,
                                        score -> score.analysisDate().toString())));
    }

    /** Customers, the worst first, those with one score in the order of their ids. */
    Uni<Page<HealthScore>> worstFirst(UUID organization, Filter filter, Position after, int limit) {
        var sql = new StringBuilder("select ").append(HealthScore.COLUMNS).append("""
                         from customer_health_scores h
                        join customers c on c.organization_id = h.organization_id and c.customer_id = h.customer_id
                        where h.organization_id = $1 and (h.overall_health_score, h.customer_id) > ($2, $3)
                            and h.overall_health_score between $4 and $5""");
        var parameters = Tuple.from(new ArrayList<Object>(
                List.of(organization, after.score(), after.customer(), filter.minimum(), filter.maximum(), limit + 1)));
        if (filter.level() != null) {
            parameters.addString(level(filter.level()));
            sql.append(" and h.churn_risk_level = $").append(parameters.size());
        }
        if (filter.segment() != null) {
            parameters.addString(filter.segment());
            sql.append("""

                    and exists (
                        select from segment_assignments s
                        where s.organization_id = $1 and s.customer_id = h.customer_id and s.segment = $%d)""".formatted(parameters.size()));
        }
        sql.append(" order by h.overall_health_score, h.customer_id limit $6");
        return database.query(organization, sql.toString(), parameters)
                .map(rows -> Page.of(
                        list(rows).map(HealthScore::of).toList(),
                        limit,
                        score -> Position.of(score).toString()));
    }

    /** How all customers are, and what the last run changed. */
    Uni<Summary> summary(Organization organization) {
        return database.query(organization.id(), """
                        select overall_health_score, churn_risk_level, model_version, count(*) as customers,
                            sum(churn_probability) as churn_probability, sum(predicted_ltv) as predicted_ltv,
                            sum(engagement_score) as engagement, count(engagement_score) as engagements,
                            sum(satisfaction_score) as satisfaction, count(satisfaction_score) as satisfactions,
                            sum(payment_behavior_score) as payment, count(payment_behavior_score) as payments,
                            sum(communication_responsiveness_score) as communication,
                            count(communication_responsiveness_score) as communications,
                            max(analysis_date) as latest
                        from customer_health_scores
                        where organization_id = $1
                        group by overall_health_score, churn_risk_level, model_version""", Tuple.of(organization.id()))
                .chain(groups -> movement(organization.id()).map(movement -> summary(organization, groups, movement)));
    }

    private Uni<Movement> movement(UUID organization) {
        return database.query(organization, """
                        select id, as_of, totals from runs
                        where organization_id = $1 and kind = $2 and status = 'completed'
                        order by started_at desc, id desc
                        limit 1""", Tuple.of(organization, HealthRun.NAME))
                .map(runs -> list(runs).findFirst().map(Movement::of).orElse(null));
    }

    private static Summary summary(Organization organization, RowSet<Row> groups, Movement movement) {
        var levels = new LinkedHashMap<String, Long>();
        for (var level : ChurnRiskLevel.values()) {
            levels.put(level(level), 0L);
        }
        var bands = new long[10];
        var versions = new LinkedHashMap<String, Long>();
        var scored = 0L;
        Instant latest = null;
        for (var group : groups) {
            var customers = group.getLong("customers");
            scored += customers;
            levels.merge(group.getString("churn_risk_level"), customers, Long::sum);
            bands[Math.min(9, group.getInteger("overall_health_score") / 10)] += customers;
            versions.merge(group.getString("model_version"), customers, Long::sum);
            var instant = instant(group, "latest");
            latest = latest == null || instant.isAfter(latest) ? instant : latest;
        }
        return new Summary(
                organization.id(),
                scored,
                latest,
                levels,
                bands(bands),
                scored == 0 ? null : means(groups, scored),
                Amounts.plain(sum(groups, "predicted_ltv")),
                organization.currency(),
                versions,
                movement);
    }

    private static List<Band> bands(long[] counts) {
        var bands = new ArrayList<Band>();
        for (var i = 0; i < counts.length; i++) {
            bands.add(new Band(10 * i, i == counts.length - 1 ? 100 : 10 * i + 9, counts[i]));
        }
        return bands;
    }

    private static Means means(RowSet<Row> groups, long scored) {
        var overall = list(groups)
                .map(group -> BigDecimal.valueOf(group.getInteger("overall_health_score"))
                        .multiply(BigDecimal.valueOf(group.getLong("customers"))))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        return new Means(
                mean(overall, scored, 2),
                mean(sum(groups, "churn_probability"), scored, 4),
                mean(groups, "engagement", "engagements"),
                mean(groups, "satisfaction", "satisfactions"),
                mean(groups, "payment", "payments"),
                mean(groups, "communication", "communications"));
    }

    private static BigDecimal mean(RowSet<Row> groups, String sum, String count) {
        var known = sum(groups, count).longValueExact();
        return known == 0 ? null : mean(sum(groups, sum), known, 2);
    }

    private static BigDecimal mean(BigDecimal sum, long count, int scale) {
        return sum.divide(BigDecimal.valueOf(count), scale, RoundingMode.HALF_UP);
    }

    private static BigDecimal sum(RowSet<Row> groups, String column) {
        return list(groups)
                .map(group -> group.getBigDecimal(column))
                .filter(value -> value != null)
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static Stream<Row> list(Iterable<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false);
    }

    private static Instant instant(Row row, String column) {
        return row.get(OffsetDateTime.class, column).toInstant();
    }
}
