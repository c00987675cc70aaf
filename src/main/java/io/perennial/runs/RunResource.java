package io.perennial.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestStreamElementType;

import io.perennial.platform.Page;
import io.perennial.tenant.Access;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;

/** Runs: started, polled, and watched. */
@Path("/api/v1")
@Tag(name = "Runs")
class RunResource {

    private static final Duration PROGRESS_INTERVAL = Duration.ofMillis(500);

    private final Access access;
    private final Runs runs;
    private final RunAccess runAccess;
    private final HandBack handBack;

    RunResource(Access access, Runs runs, RunAccess runAccess, HandBack handBack) {
        this.access = access;
        this.runs = runs;
        this.runAccess = runAccess;
        this.handBack = handBack;
    }

    /**
     * What to run.
     *
     * @param asOf now unless given
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record NewRun(
            @NotBlank @Schema(examples = "segmentation") String kind,

            @Schema(
                    description = "Only data up to this instant count; now unless given",
                    examples = "2026-01-01T00:00:00Z")
            Instant asOf,

            @Schema(description = "What a run of this kind needs to know besides", nullable = true)
            Map<String, Object> parameters) {

        JsonObject parametersOrNull() {
            return parameters == null ? null : new JsonObject(parameters);
        }
    }

    @POST
    @Path("organizations/{org_id}/runs")
    @ResponseStatus(202)
    @RolesAllowed(Role.OPERATE)
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Run.class)))
    @Operation(
            operationId = "startRun",
            summary = "Start a run",
            description =
                    "Kinds: features, segmentation, predictions, health, lifetime_value, training, backtest. "
                            + "Answers at once; poll the run or watch its events. Repeating the request with the same Idempotency-Key answers the run that it started.")
    public Uni<Run> start(
            @RestPath("org_id") UUID orgId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @NotNull @Valid NewRun newRun) {
        return access.organization(orgId)
                .chain(organization ->
                        runs.startOnce(orgId, idempotencyKey, newRun.kind(), newRun.asOf(), newRun.parametersOrNull()));
    }

    @GET
    @Path("organizations/{org_id}/runs")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listRuns", summary = "List the runs of an organization, the newest first")
    public Uni<Page<Run>> list(
            @RestPath("org_id") UUID orgId,
            @RestQuery UUID after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.organization(orgId).chain(organization -> runs.list(organization.id(), after, limit));
    }

    @GET
    @Path("runs/{run_id}")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "getRun", summary = "Read a run and how far it is")
    public Uni<Run> get(@RestPath("run_id") UUID runId) {
        return runAccess.run(runId);
    }

    @GET
    @Path("runs/{run_id}/events")
    @RunAccess.Streamed
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "watchRun",
            summary = "Watch a run",
            description =
                    "Server-sent events: the run, twice a second until it is finished. A replica that stops ends the stream "
                            + "before; another goes on with it.")
    public Multi<Run> watch(@RestPath("run_id") UUID runId) {
        return Multi.createBy()
                .repeating()
                .uni(() -> runAccess.run(runId))
                .withDelay(PROGRESS_INTERVAL)
                .whilst(run -> !run.isFinished() && !handBack.isLeaving());
    }
}
