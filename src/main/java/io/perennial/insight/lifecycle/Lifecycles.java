package io.perennial.insight.lifecycle;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.Amounts;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.TenantDatabase;

/** Reads who is in which lifecycle stage, who was, and who went where. */
@ApplicationScoped
class Lifecycles {

    /** The stage of a customer, and why. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CustomerStage(
            UUID customerId,
            UUID organizationId,

            @Schema(
                    examples = "growth",
                    enumeration = {"acquisition", "onboarding", "growth", "retention", "win_back", "churn"})
            String stage,

            @Schema(examples = "Buys or does more than before")
            String description,

            @Schema(description = "The rule that decided", examples = "spends_more")
            String reason,

            @Schema(examples = "Spent at least a quarter more in the last 30 days than in the 30 before")
            String explanation,

            @Schema(examples = "0.0542") BigDecimal churnProbability,

            @Schema(description = "Who says so: a model version, uploaded, or rules-1", examples = "rules-1")
            String modelVersion,

            @Schema(description = "The instant of the run that put the customer into this stage")
            Instant enteredAt,

            @Schema(description = "Whole days from entered_at to as_of", examples = "31")
            long durationDays,

            UUID runId,

            @Schema(description = "Only data up to this instant count")
            Instant asOf,

            Instant calculatedAt,

            @Schema(description = "What to do for customers of this stage; absent in lists")
            List<Stage.Action> recommendedActions,

            @Schema(description = "The stages before, the latest first; absent in lists")
            List<StageStay> history) {

        /** With its actions and history, or as in a list when that is null. */
        static CustomerStage of(UUID organization, Row row, List<StageStay> history) {
            var stage = Stage.of(row.getString("stage"));
            var reason = row.getString("reason");
            return new CustomerStage(
                    row.getUUID("customer_id"),
                    organization,
                    stage.label(),
                    stage.description(),
                    reason,
                    StageRule.valueOf(reason.toUpperCase(Locale.ROOT)).explanation(),
                    Amounts.plain(row.getBigDecimal("churn_probability")),
                    row.getString("model_version"),
                    instant(row, "entered_at"),
                    Duration.between(instant(row, "entered_at"), instant(row, "as_of"))
                            .toDays(),
                    row.getUUID("run_id"),
                    instant(row, "as_of"),
                    instant(row, "calculated_at"),
                    history == null ? null : stage.actions(),
                    history);
        }
    }

    /** Time that was spent in a stage. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record StageStay(
            @Schema(examples = "onboarding") String stage,
            Instant enteredAt,
            Instant exitedAt,
            @Schema(examples = "62") int durationDays,

            @Schema(
                    description = "The stage that followed; absent when the customer was no longer known",
                    examples = "growth")
            String nextStage) {

        static StageStay of(Row row) {
            return new StageStay(
                    row.getString("stage"),
                    instant(row, "entered_at"),
                    instant(row, "exited_at"),
                    row.getInteger("duration_days"),
                    row.getString("next_stage"));
        }
    }

    /** How the customers of an organization are spread over the stages. */
    public record StageDistribution(
            UUID organizationId,
            @Schema(examples = "10000") long customers,

            @Schema(description = "By stage, in the order of a customer's life")
            Map<String, StageShare> stages) {}

    /** The customers of a stage. */
    public record StageShare(
            @Schema(examples = "1250") long count,

            @Schema(description = "Percent of the customers", examples = "12.5")
            BigDecimal percentage,

            @Schema(examples = "Buys or does more than before")
            String description,

            List<Stage.Action> recommendedActions) {

        static StageShare of(Stage stage, long count, BigDecimal percentage) {
            return new StageShare(count, percentage, stage.description(), stage.actions());
        }
    }

    /** Who went where. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record StageFlow(
            @Schema(description = "Absent for the flow between two instants")
            UUID runId,

            @Schema(description = "Absent for the flow of a run")
            Instant since,

            Instant until,

            @Schema(description = "The commonest first; who stayed is not among them")
            List<StageMove> moves) {}

    /** Customers that went the same way. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record StageMove(
            @Schema(description = "Absent for customers who were in no stage before", examples = "growth")
            String from,

            @Schema(description = "Absent for customers who are in no stage any more", examples = "retention")
            String to,

            @Schema(examples = "31") long count) {

        static StageMove of(Row row) {
            return new StageMove(row.getString("stage"), row.getString("next_stage"), row.getLong("customers"));
        }
    }

    private static final String SELECT = "select * from customer_lifecycle where organization_id = $1 and ";

    private final TenantDatabase database;

    Lifecycles(TenantDatabase database) {
        this.database = database;
    }

    /** The stage of a customer; fails when there is no such customer, or no stage yet. */
    Uni<CustomerStage> of(CustomerReference customer) {
        return database.lookup(customer.organization(), SELECT + "customer_id in ($2, $3)", customer.parameters())
                .chain(rows -> rows.size() == 0
                        ? none(customer)
                        : history(customer)
                                .map(history -> CustomerStage.of(
                                        customer.organization(), rows.iterator().next(), history)));
    }

    private Uni<List<StageStay>> history(CustomerReference customer) {
        return database.query(customer.organization(), """
                        select stage, entered_at, exited_at, duration_days, next_stage
                        from lifecycle_history
                        where organization_id = $1 and customer_id in ($2, $3)
                        order by exited_at desc, entered_at desc""", customer.parameters())
                .map(rows -> list(rows).map(StageStay::of).toList());
    }

    private <T> Uni<T> none(CustomerReference customer) {
        return customer.without(
                database,
                ProblemType.NO_STANDING.problem(
                        "Customer %s is known but was not part of a calculation yet", customer.name()));
    }

    /** How many customers are in each stage. */
    Uni<StageDistribution> distribution(UUID organization) {
        return database.query(organization, """
                        select stage, count(*) as customers,
                            round(100.0 * count(*) / sum(count(*)) over (), 2) as percentage
                        from customer_lifecycle
                        where organization_id = $1
                        group by stage""", Tuple.of(organization)).map(rows -> {
            var stages = new LinkedHashMap<String, StageShare>();
            for (var stage : Stage.values()) {
                stages.put(stage.label(), StageShare.of(stage, 0, BigDecimal.ZERO));
            }
            rows.forEach(row -> stages.put(
                    row.getString("stage"),
                    StageShare.of(
                            Stage.of(row.getString("stage")),
                            row.getLong("customers"),
                            row.getBigDecimal("percentage"))));
            var customers =
                    stages.values().stream().mapToLong(StageShare::count).sum();
            return new StageDistribution(organization, customers, stages);
        });
    }

    /**
     * The customers of a stage in the order of their ids.
     *
     * @param stage null for all
     */
    Uni<Page<CustomerStage>> in(UUID organization, Stage stage, UUID after, int limit) {
        var start = after == null ? new UUID(0, 0) : after;
        var query = stage == null
                ? database.query(
                        organization,
                        SELECT + "customer_id > $2 order by customer_id limit $3",
                        Tuple.of(organization, start, limit + 1))
                : database.query(
                        organization,
                        SELECT + "customer_id > $2 and stage = $4 order by customer_id limit $3",
                        Tuple.of(organization, start, limit + 1, stage.label()));
        return query.map(rows -> Page.of(
                list(rows).map(row -> CustomerStage.of(organization, row, null)).toList(),
                limit,
                customer -> customer.customerId().toString()));
    }

    /** Who left which stage for which in the latest run that is completed; fails when there is none. */
    Uni<StageFlow> latestFlow(UUID organization) {
        return database.query(organization, """
                        select id, as_of from runs
                        where organization_id = $1 and kind = $2 and status = 'completed'
                        order by started_at desc, id desc
                        limit 1""", Tuple.of(organization, StageStep.RUN))
                .chain(runs -> {
                    if (runs.size() == 0) {
                        throw ProblemType.UNKNOWN_RUN.problem("No value has been calculated yet");
                    }
                    return flowOf(organization, runs.iterator().next());
                });
    }

    private Uni<StageFlow> flowOf(UUID organization, Row run) {
        return database.query(organization, """
                        select stage, next_stage, count(*) as customers
                        from lifecycle_history
                        where organization_id = $1 and left_in_run = $2
                        group by stage, next_stage
                        order by customers desc, stage, next_stage""", Tuple.of(organization, run.getUUID("id")))
                .map(rows -> new StageFlow(
                        run.getUUID("id"),
                        null,
                        instant(run, "as_of"),
                        list(rows).map(StageMove::of).toList()));
    }

    /** Who was in another stage at one instant than at the other, whatever happened between them. */
    Uni<StageFlow> flow(UUID organization, Instant since, Instant until) {
        return database.query(
                        organization,
                        """
                        with stays as (
                            select customer_id, stage, entered_at, exited_at
                            from lifecycle_history
                            where organization_id = $1 and exited_at > $2
                            union all
                            select customer_id, stage, entered_at, 'infinity'
                            from customer_lifecycle
                            where organization_id = $1
                        ), before as (
                            select customer_id, stage from stays where entered_at <= $2 and exited_at > $2
                        ), later as (
                            select customer_id, stage from stays where entered_at <= $3 and exited_at > $3
                        )
                        select before.stage, later.stage as next_stage, count(*) as customers
                        from before
                        full join later on later.customer_id = before.customer_id
                        where before.stage is distinct from later.stage
                        group by before.stage, later.stage
                        order by customers desc, before.stage, later.stage""",
                        Tuple.of(organization, since.atOffset(ZoneOffset.UTC), until.atOffset(ZoneOffset.UTC)))
                .map(rows -> new StageFlow(
                        null, since, until, list(rows).map(StageMove::of).toList()));
    }

    private static Stream<Row> list(Iterable<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false);
    }

    private static Instant instant(Row row, String column) {
        return row.get(OffsetDateTime.class, column).toInstant();
    }
}
