package io.perennial.recovery.risk;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;

import io.perennial.recovery.billing.BillingSegments;
import io.perennial.recovery.billing.CustomerMetrics;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.TenantDatabase;

/** Assesses the recovery risk of customers as of now. */
@ApplicationScoped
public class RecoveryRisks {

    private final TenantDatabase database;
    private final BillingSegments segments;

    RecoveryRisks(TenantDatabase database, BillingSegments segments) {
        this.database = database;
        this.segments = segments;
    }

    /** The risk of a customer; fails when there is no such customer. */
    Uni<RecoveryRisk> of(CustomerReference customer) {
        return database.transaction(customer.organization(), connection -> of(connection, customer));
    }

    /** The same within a transaction that does more. */
    public Uni<RecoveryRisk> of(SqlConnection connection, CustomerReference customer) {
        return segments.metrics(connection, customer).chain(metrics -> of(connection, metrics));
    }

    /** The same of a customer whose metrics are known, as of the same instant. */
    public Uni<RecoveryRisk> of(SqlConnection connection, CustomerMetrics metrics) {
        return RiskFacts.read(connection, metrics)
                .map(facts -> RecoveryRisk.of(metrics.customerId(), metrics.organizationId(), metrics.asOf(), facts));
    }
}
