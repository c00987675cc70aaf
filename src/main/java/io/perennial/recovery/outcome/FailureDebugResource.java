package io.perennial.recovery.outcome;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.platform.ProblemType;
import io.perennial.recovery.dunning.PaymentFailures;
import io.perennial.recovery.incentive.DunningStage;
import io.perennial.tenant.Role;

/** Why something did or did not happen about a payment that failed. */
@Path("/api/v1/recovery/failures/{failure_id}/debug")
@Tag(name = "Recovery figures")
class FailureDebugResource {

    private final PaymentFailures failures;
    private final FailureDebugs debugs;

    FailureDebugResource(PaymentFailures failures, FailureDebugs debugs) {
        this.failures = failures;
        this.debugs = debugs;
    }

    @GET
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "debugFailure",
            summary = "Read everything that is known of a payment failure",
            description = """
                    The failure and the events that told of it, the customer with metrics and billing segment, what would be
                    written and offered in the stage, and the recovery case with its steps, messages, offers, approvals and history. Asking
                    changes nothing and promises nothing. Codes and links are left out, and the texts of the messages that were sent.""")
    public Uni<FailureDebug> debug(
            @RestPath("failure_id") UUID failureId,
            @RestQuery
                    @DefaultValue("dunning_3")
                    @Parameter(
                            description = "The stage that the message and the offers are shown of",
                            example = "dunning_3")
                    String stage) {
        var known = DunningStage.labelled(stage)
                .orElseThrow(() -> ProblemType.INVALID_REQUEST.problem("stage must be one of dunning_1 to dunning_5"));
        return failures.find(failureId).chain(failure -> debugs.of(failure, known));
    }
}
