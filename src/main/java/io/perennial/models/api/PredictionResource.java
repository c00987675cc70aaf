package io.perennial.models.api;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.models.ModelKinds;
import io.perennial.models.predict.CustomerPredictions;
import io.perennial.models.predict.PredictionRun;
import io.perennial.models.predict.Predictions;
import io.perennial.models.predict.StoredPredictions;
import io.perennial.platform.AsOf;
import io.perennial.platform.Page;
import io.perennial.runs.Run;
import io.perennial.runs.Runs;
import io.perennial.tenant.Access;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;

/** What is predicted of customers. */
@Path("/api/v1/predictions")
@Tag(name = "Predictions")
class PredictionResource {

    private final Access access;
    private final ModelKinds kinds;
    private final Predictions predictions;
    private final StoredPredictions stored;
    private final Runs runs;
    private final Clock clock;

    PredictionResource(
            Access access,
            ModelKinds kinds,
            Predictions predictions,
            StoredPredictions stored,
            Runs runs,
            Clock clock) {
        this.access = access;
        this.kinds = kinds;
        this.predictions = predictions;
        this.stored = stored;
        this.runs = runs;
        this.clock = clock;
    }

    @GET
    @Path("customers/{customer_id}")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "predictCustomer", summary = "Predict for a customer, now", description = """
                    From the features as of now. Where no model answers, the rules do, and `fallback` says why.""")
    public Uni<CustomerPredictions> customer(
            @RestPath("customer_id") String customerId,
            @RestQuery @Parameter(description = "Of this kind only; may be repeated", example = "churn")
                    List<String> kind,
            @RestQuery("as_of") Instant asOf,
            @RestQuery @DefaultValue("false") @Parameter(description = "Say what moved each score") boolean explain) {
        return access.customer(customerId)
                .chain(customer -> predictions.of(customer, kind, AsOf.orNow(asOf, clock), explain));
    }

    @GET
    @Path("organizations/{org_id}/customers")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "listPredictions",
            summary = "List what is predicted of customers",
            description = "As of the latest run that computed features; of whom no model says anything, the rules do.")
    public Uni<Page<StoredPredictions.Stored>> customers(
            @RestPath("org_id") UUID orgId,
            @RestQuery @DefaultValue("churn") @Parameter(example = "churn") String kind,
            @RestQuery UUID after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.organization(orgId)
                .chain(organization -> stored.list(organization, kinds.named(kind), after, limit));
    }

    @POST
    @Path("organizations/{org_id}/score")
    @ResponseStatus(202)
    @RolesAllowed(Role.OPERATE)
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Run.class)))
    @Operation(
            operationId = "predictOrganization",
            summary = "Predict for every customer",
            description = "Computes the features and has every active model score them.")
    public Uni<Run> score(
            @RestPath("org_id") UUID orgId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @RestQuery("as_of") Instant asOf) {
        return access.organization(orgId)
                .chain(organization -> runs.startOnce(orgId, idempotencyKey, PredictionRun.NAME, asOf, null));
    }
}
