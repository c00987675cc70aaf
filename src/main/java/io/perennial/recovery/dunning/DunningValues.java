package io.perennial.recovery.dunning;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.perennial.outreach.template.CustomerValues;
import io.perennial.recovery.billing.BillingSegments;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.TenantDatabase;

/** Shows templates with what dunning would say to a real customer now, but for offers, which depend on the stage. */
@ApplicationScoped
class DunningValues implements CustomerValues {

    private final TenantDatabase database;
    private final BillingSegments segments;
    private final Clock clock;

    DunningValues(TenantDatabase database, BillingSegments segments, Clock clock) {
        this.database = database;
        this.segments = segments;
        this.clock = clock;
    }

    @Override
    public Uni<Map<String, Object>> of(UUID organization, UUID customer) {
        var reference = new CustomerReference(organization, customer.toString(), new UUID[] {customer});
        return database.transaction(
                organization,
                connection -> segments.metrics(connection, reference)
                        .chain(metrics -> KnownCustomer.of(connection, organization, customer, null, null)
                                .map(known -> MessageValues.of(known, metrics, List.of(), clock.instant()))));
    }
}
