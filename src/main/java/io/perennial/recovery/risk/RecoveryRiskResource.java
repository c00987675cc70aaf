package io.perennial.recovery.risk;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

import io.perennial.tenant.Access;
import io.perennial.tenant.Role;

/** Recovery risk: how likely a customer has to be won back, why, and how to go about it. */
@Path("/api/v1/recovery")
@Tag(name = "Recovery risk")
class RecoveryRiskResource {

    private final Access access;
    private final RecoveryRisks risks;

    RecoveryRiskResource(Access access, RecoveryRisks risks) {
        this.access = access;
        this.risks = risks;
    }

    @GET
    @Path("customers/{customer_id}/risk")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getRecoveryRisk",
            summary = "Read how likely a customer has to be won back, why, and how to go about it",
            description = """
                    From the data of this moment. The score is 0.5 × payment + 0.3 × behavioral + 0.2 × account risk; every factor
                    says what was measured and how much of the score it makes up.""")
    public Uni<RecoveryRisk> risk(@RestPath("customer_id") String customerId) {
        return access.customer(customerId).chain(risks::of);
    }
}
