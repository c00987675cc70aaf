package io.perennial.recovery.cases;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.util.UUID;

import io.perennial.recovery.billing.BillingSegments;
import io.perennial.recovery.incentive.RetentionOffers;
import io.perennial.recovery.risk.RecoveryRisk;
import io.perennial.recovery.risk.RecoveryRisks;
import io.perennial.tenant.CustomerReference;

/** Assesses what is at stake with the customer of a case, as of now. */
@ApplicationScoped
class Assessments {

    private final BillingSegments segments;
    private final RecoveryRisks risks;
    private final RetentionOffers offers;

    Assessments(BillingSegments segments, RecoveryRisks risks, RetentionOffers offers) {
        this.segments = segments;
        this.risks = risks;
        this.offers = offers;
    }

    /**
     * What is at stake.
     *
     * @param totalValue what the customer is expected to be worth, in the currency of the organization
     */
    record Assessment(RecoveryRisk risk, BillingSegments.CustomerBillingSegment segment, BigDecimal totalValue) {}

    Uni<Assessment> of(SqlConnection connection, UUID organization, UUID customer) {
        var reference = new CustomerReference(organization, customer.toString(), new UUID[] {customer});
        return segments.of(connection, reference)
                .chain(segment -> risks.of(connection, segment.customerMetrics())
                        .chain(risk -> offers.expectedValue(connection, segment.customerMetrics())
                                .map(value -> new Assessment(risk, segment, value))));
    }
}
