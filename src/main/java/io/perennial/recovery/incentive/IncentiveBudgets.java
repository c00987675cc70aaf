package io.perennial.recovery.incentive;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.NotNull;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.Amounts;
import io.perennial.tenant.Organization;
import io.perennial.tenant.TenantDatabase;

/**
 * What incentives may cost, and what they do. Whatever changes what is promised first takes the lock of the organization, so
 * that what is left does not change between reading it and promising it.
 */
@ApplicationScoped
class IncentiveBudgets {

    private final TenantDatabase database;
    private final Clock clock;

    IncentiveBudgets(TenantDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** What incentives may cost. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Budget(
            @DecimalMin("0")
            @Digits(integer = 15, fraction = 4)
            @Schema(
                    description = "In a calendar month of the organization's time zone, for what is promised in it;"
                            + " without end unless given",
                    examples = "10000.00")
            BigDecimal monthlyBudget,

            @DecimalMin("0")
            @Digits(integer = 15, fraction = 4)
            @Schema(description = "For one recovery case; without end unless given", examples = "2500.00")
            BigDecimal caseBudget,

            @NotNull
            @DecimalMin("0")
            @DecimalMax("1")
            @Digits(integer = 1, fraction = 4)
            @Schema(
                    description = "For one customer, as a share, 0..1, of what they are expected to be worth",
                    examples = "0.5")
            BigDecimal lifetimeValueShare) {

        static final Budget DEFAULT = new Budget(null, null, BigDecimal.ONE);
    }

    /** What incentives may cost, and what they do in the present month. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record BudgetState(
            UUID organizationId,

            @Schema(description = "ISO 4217", examples = "EUR")
            String currency,

            Budget budget,

            @Schema(description = "The first day of the month", examples = "2026-01-01")
            LocalDate month,

            @Schema(description = "Promised in the month, and neither redeemed nor free again", examples = "1920.00")
            BigDecimal reserved,

            @Schema(description = "Promised in the month and redeemed", examples = "2140.50")
            BigDecimal spent,

            @Schema(description = "Absent without a monthly budget", examples = "5939.50")
            BigDecimal left) {}

    /** Waits for whoever promises, redeems or frees incentives of the organization, and lets nobody else until the end. */
    static Uni<Void> lock(SqlConnection connection, UUID organization) {
        return connection
                .query(TenantDatabase.shareWithoutErasure(organization))
                .execute()
                .chain(() -> connection
                        .query("select pg_advisory_xact_lock(hashtextextended('incentives %s', 0))"
                                .formatted(organization))
                        .execute())
                .replaceWithVoid();
    }

    /** Promises an amount from the budget of a month. The caller has seen, under the lock, that it is there. */
    static Uni<Void> reserve(SqlConnection connection, UUID organization, LocalDate month, BigDecimal amount) {
        return amount.signum() == 0
                ? Uni.createFrom().voidItem()
                : connection
                        .preparedQuery("""
                                insert into incentive_spending as known (organization_id, month, reserved, spent)
                                values ($1, $2, $3, 0)
                                on conflict (organization_id, month) do update
                                set reserved = known.reserved + excluded.reserved""")
                        .execute(Tuple.of(organization, month, amount))
                        .replaceWithVoid();
    }

    /** Turns a promise into what was spent. */
    static Uni<Void> spend(SqlConnection connection, UUID organization, LocalDate month, BigDecimal amount) {
        return amount.signum() == 0
                ? Uni.createFrom().voidItem()
                : connection
                        .preparedQuery("""
                                update incentive_spending set reserved = reserved - $3, spent = spent + $3
                                where organization_id = $1 and month = $2""")
                        .execute(Tuple.of(organization, month, amount))
                        .replaceWithVoid();
    }

    /** The budget of an organization and what became of it in the present month. */
    Uni<BudgetState> state(Organization organization) {
        var month = LocalDate.ofInstant(clock.instant(), organization.zone()).withDayOfMonth(1);
        return database.query(organization.id(), """
                        select b.monthly_budget, b.case_budget, b.lifetime_value_share,
                            coalesce(s.reserved, 0) as reserved, coalesce(s.spent, 0) as spent
                        from organizations o
                        left join incentive_budgets b on b.organization_id = $1
                        left join incentive_spending s on s.organization_id = $1 and s.month = $2
                        where o.id = $1""", io.vertx.sqlclient.Tuple.of(organization.id(), month))
                .map(rows -> {
                    var row = rows.iterator().next();
                    var share = row.getBigDecimal("lifetime_value_share");
                    var budget = share == null
                            ? Budget.DEFAULT
                            : new Budget(
                                    Amounts.plain(row.getBigDecimal("monthly_budget")),
                                    Amounts.plain(row.getBigDecimal("case_budget")),
                                    share.stripTrailingZeros());
                    var reserved = row.getBigDecimal("reserved");
                    var spent = row.getBigDecimal("spent");
                    return new BudgetState(
                            organization.id(),
                            organization.currency(),
                            budget,
                            month,
                            Amounts.plain(reserved),
                            Amounts.plain(spent),
                            budget.monthlyBudget() == null
                                    ? null
                                    : Amounts.plain(budget.monthlyBudget()
                                            .subtract(reserved)
                                            .subtract(spent)
                                            .max(BigDecimal.ZERO)));
                });
    }

    /** Sets the budget of an organization. What is promised already stays promised. */
    Uni<BudgetState> change(Organization organization, Budget budget) {
        return database.query(
                        organization.id(),
                        """
                        insert into incentive_budgets (organization_id, monthly_budget, case_budget, lifetime_value_share,
                            updated_at)
                        values ($1, $2, $3, $4, $5)
                        on conflict (organization_id) do update
                        set monthly_budget = excluded.monthly_budget, case_budget = excluded.case_budget,
                            lifetime_value_share = excluded.lifetime_value_share, updated_at = excluded.updated_at""",
                        io.vertx.sqlclient.Tuple.from(Arrays.asList(
                                organization.id(),
                                budget.monthlyBudget(),
                                budget.caseBudget(),
                                budget.lifetimeValueShare(),
                                clock.instant().atOffset(ZoneOffset.UTC))))
                .chain(() -> state(organization));
    }
}
