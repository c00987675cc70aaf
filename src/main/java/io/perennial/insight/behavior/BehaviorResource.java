package io.perennial.insight.behavior;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.platform.Page;
import io.perennial.runs.Run;
import io.perennial.runs.RunAnswer;
import io.perennial.runs.Runs;
import io.perennial.tenant.Access;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;

/** Behavior analysis: look for the signals of the industry, and read what was found. */
@Path("/api/v1/behavior")
@Tag(name = "Behavior")
class BehaviorResource {

    private final Access access;
    private final Runs runs;
    private final Behaviors behaviors;
    private final Thresholds thresholds;

    BehaviorResource(Access access, Runs runs, Behaviors behaviors, Thresholds thresholds) {
        this.access = access;
        this.runs = runs;
        this.behaviors = behaviors;
        this.thresholds = thresholds;
    }

    /** What became of an analysis. */
    @RegisterForReflection
    public record AnalysisResult(
            boolean success,
            @Schema(examples = "10000") long totalCustomers,
            @Schema(examples = "9998") long analyzed,

            @Schema(
                    description =
                            "The first 100 customers of whom nothing is known that they did; a last line counts the others",
                    examples =
                            "[\"Error analyzing customer 3c9a5f10-7e2b-8d41-a6c3-5b8f0e1d2c47: no transactions or events\"]")
            List<String> errors) {

        static AnalysisResult of(Run run) {
            var analyzed = ((Number) run.totals().get("analyzed")).longValue();
            var silent = ((Number) run.totals().get("silent")).longValue();
            var errors = new ArrayList<String>();
            ((List<?>) run.totals().get("silent_customers"))
                    .forEach(customer ->
                            errors.add("Error analyzing customer %s: no transactions or events".formatted(customer)));
            if (silent > errors.size()) {
                errors.add("Error analyzing %d more customers: no transactions or events"
                        .formatted(silent - errors.size()));
            }
            return new AnalysisResult(true, analyzed + silent, analyzed, errors);
        }
    }

    @POST
    @Path("organizations/{org_id}/analyze-behaviors")
    @RolesAllowed(Role.OPERATE)
    @Operation(operationId = "analyzeBehaviors", summary = "Analyze the behavior of all customers", description = """
                    Looks for the signals of the organization's industry in what customers did before the instant, and
                    compares the last days with those before. Waits for the end and answers the totals; the run is named in
                    the header `Link`.""")
    @APIResponse(
            responseCode = "200",
            description = "The totals",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = AnalysisResult.class)))
    @APIResponse(
            responseCode = "202",
            description = "The run, when the request prefers not to wait",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Run.class)))
    public Uni<Response> analyze(
            @RestPath("org_id") UUID orgId,
            @RestQuery("as_of") Instant asOf,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @HeaderParam("Prefer")
                    @Parameter(
                            description =
                                    "respond-async: answer 202 with the run at once instead of waiting for its end.")
                    String prefer) {
        return access.organization(orgId)
                .chain(organization -> runs.startOnce(orgId, idempotencyKey, BehaviorRun.NAME, asOf, null))
                .chain(run -> "respond-async".equalsIgnoreCase(prefer) ? RunAnswer.accepted(run) : totals(run));
    }

    private Uni<Response> totals(Run run) {
        return runs.follow(run).map(finished -> RunAnswer.ended(run, AnalysisResult.of(finished)));
    }

    @GET
    @Path("customers/{customer_id}/behavior")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getCustomerBehavior",
            summary = "Read how a customer behaves, what is conspicuous about it and what to do")
    public Uni<Behaviors.CustomerBehavior> customer(@RestPath("customer_id") String customerId) {
        return access.customer(customerId).chain(behaviors::of);
    }

    @GET
    @Path("customers/{customer_id}/behavior/history")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getCustomerBehaviorHistory",
            summary = "Read the behavior analyses that there were of a customer, the latest first")
    public Uni<Page<Behaviors.PastBehavior>> history(
            @RestPath("customer_id") String customerId,
            @RestQuery Instant after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.customer(customerId).chain(customer -> behaviors.history(customer, after, limit));
    }

    @GET
    @Path("organizations/{org_id}/behavior-insights")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getBehaviorInsights",
            summary = "Read how the customers of an organization behave, and what to do first")
    public Uni<Behaviors.Insights> insights(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId).chain(behaviors::insights);
    }

    @GET
    @Path("organizations/{org_id}/signals")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "listBehaviorSignals",
            summary = "List the signals of the organization's industry with their thresholds")
    public Uni<List<SignalSetting>> signals(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId).chain(thresholds::list);
    }

    @PUT
    @Path("organizations/{org_id}/signals")
    @RolesAllowed(Role.ADMINISTER)
    @Operation(operationId = "setBehaviorThresholds", summary = "Set thresholds of signals", description = """
                    By the names of the signals; null goes back to the default, and those that are not named stay as they
                    are. Takes effect with the next analysis.""")
    public Uni<List<SignalSetting>> setThresholds(
            @RestPath("org_id") UUID orgId, @NotNull Map<String, BigDecimal> given) {
        return access.organization(orgId).chain(organization -> thresholds.change(organization, given));
    }
}
