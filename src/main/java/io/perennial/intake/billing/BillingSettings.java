package io.perennial.intake.billing;

import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.validation.constraints.NotNull;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.tenant.TenantDatabase;

/** What organizations want otherwise about billing events. */
@ApplicationScoped
class BillingSettings {

    private final TenantDatabase database;
    private final Clock clock;

    BillingSettings(TenantDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** The settings of an organization. */
    @Schema(name = "BillingSettings")
    public record Settings(
            @NotNull @Schema(description = """
                            Whether payments become transactions, which features and models look at: one where a payment
                            succeeds, with the id of the payment, and one with status `failed` at each attempt that fails, with
                            `#` and the number of the attempt after it. Turn it off where the same payments are uploaded as
                            transactions with other ids, or they count twice. It holds for events from then on.""", examples = "true")
            Boolean paymentsAreTransactions,

            @NotNull @Schema(description = """
                            Whether a cancelled subscription becomes an event `subscription_cancelled`, which churn is learned
                            from. Turn it off where such events are uploaded anyway. It holds for events from then on.""", examples = "true")
            Boolean cancellationsAreEvents) {

        static final Settings DEFAULT = new Settings(true, true);
    }

    Uni<Settings> of(UUID organization) {
        return database.query(organization, """
                        select payments_are_transactions, cancellations_are_events
                        from billing_settings
                        where organization_id = $1""", Tuple.of(organization)).map(rows -> {
            for (var row : rows) {
                return new Settings(row.getBoolean(0), row.getBoolean(1));
            }
            return Settings.DEFAULT;
        });
    }

    Uni<Settings> replace(UUID organization, Settings settings) {
        return database.query(
                        organization,
                        """
                        insert into billing_settings (
                            organization_id, payments_are_transactions, cancellations_are_events, updated_at)
                        values ($1, $2, $3, $4)
                        on conflict (organization_id) do update
                        set payments_are_transactions = excluded.payments_are_transactions,
                            cancellations_are_events = excluded.cancellations_are_events, updated_at = excluded.updated_at""",
                        Tuple.of(
                                organization,
                                settings.paymentsAreTransactions(),
                                settings.cancellationsAreEvents(),
                                clock.instant().atOffset(ZoneOffset.UTC)))
                .replaceWith(settings);
    }
}
