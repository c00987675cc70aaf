package io.perennial.recovery.dunning;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

import io.perennial.tenant.Role;

/** The steps of recovery cases. */
@Path("/api/v1/recovery/cases/{case_id}/steps")
@Tag(name = "Dunning")
class CaseStepResource {

    private final CaseSteps steps;

    CaseStepResource(CaseSteps steps) {
        this.steps = steps;
    }

    @GET
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "listRecoverySteps",
            summary = "List what is and was said about a recovery case, in order",
            description = "There are none of a case that is not active yet, or of one in the hold-out.")
    public Uni<List<Step>> steps(@RestPath("case_id") UUID caseId) {
        return steps.of(caseId);
    }
}
