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
import java.util.Locale;
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

import io.perennial.models.Engine;
import io.perennial.models.LearnedKind;
import io.perennial.models.ModelKinds;
import io.perennial.models.drift.Drift;
import io.perennial.models.drift.DriftReport;
import io.perennial.models.learn.Objective;
import io.perennial.models.registry.ModelVersions;
import io.perennial.models.registry.VersionDetails;
import io.perennial.models.training.BacktestRun;
import io.perennial.models.training.TrainingRun;
import io.perennial.platform.AsOf;
import io.perennial.platform.Page;
import io.perennial.runs.Run;
import io.perennial.runs.Runs;
import io.perennial.tenant.Access;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;

/** Models: trained, compared, activated and rolled back. */
@Path("/api/v1")
@Tag(name = "Models")
class ModelResource {

    private final Access access;
    private final ModelKinds kinds;
    private final ModelVersions versions;
    private final Drift drift;
    private final Runs runs;
    private final Engine engine;
    private final Clock clock;

    ModelResource(
            Access access,
            ModelKinds kinds,
            ModelVersions versions,
            Drift drift,
            Runs runs,
            Engine engine,
            Clock clock) {
        this.access = access;
        this.kinds = kinds;
        this.versions = versions;
        this.drift = drift;
        this.runs = runs;
        this.engine = engine;
        this.clock = clock;
    }

    /** Something that can be predicted. */
    public record Kind(
            @Schema(examples = "churn") String kind,

            @Schema(examples = "Probability that the customer cancels, or buys nothing more, within the churn horizon")
            String description,

            @Schema(examples = "binary") String objective) {

        static Kind of(LearnedKind kind) {
            return new Kind(kind.name(), kind.description(), word(kind.objective()));
        }

        private static String word(Objective objective) {
            return objective.name().toLowerCase(Locale.ROOT);
        }
    }

    /** What answers for an organization. */
    public record Models(
            @Schema(
                    description = "How far the engine of the neural networks is",
                    examples = "ready",
                    enumeration = {"loading", "ready", "missing"})
            String engine,

            List<VersionDetails> active,

            @Schema(description = "Kinds that the rules answer for", examples = "[\"upsell\"]")
            List<String> byRules) {}

    @GET
    @Path("models/kinds")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listModelKinds", summary = "List what can be predicted")
    public List<Kind> kinds() {
        return kinds.learned().stream().map(Kind::of).toList();
    }

    @GET
    @Path("models/organizations/{org_id}")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listActiveModels", summary = "List the model versions that answer")
    public Uni<Models> active(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId)
                .chain(organization -> versions.allActive(organization.id()))
                .map(active -> new Models(engine.state().name().toLowerCase(Locale.ROOT), active, byRules(active)));
    }

    private List<String> byRules(List<VersionDetails> active) {
        var known = active.stream().map(VersionDetails::kind).toList();
        return kinds.learned().stream()
                .map(LearnedKind::name)
                .filter(kind -> !known.contains(kind))
                .toList();
    }

    @POST
    @Path("churn/organizations/{org_id}/train")
    @ResponseStatus(202)
    @RolesAllowed(Role.OPERATE)
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Run.class)))
    @Operation(
            operationId = "trainChurnModel",
            summary = "Train a churn model",
            description = "As training the kind `churn`.")
    public Uni<Run> trainChurn(
            @RestPath("org_id") UUID orgId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @RestQuery("as_of") Instant asOf) {
        return train(orgId, "churn", idempotencyKey, asOf);
    }

    @POST
    @Path("models/organizations/{org_id}/{kind}/train")
    @ResponseStatus(202)
    @RolesAllowed(Role.OPERATE)
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Run.class)))
    @Operation(operationId = "trainModel", summary = "Train a model", description = """
                    On the organization's own history: features as of several instants, outcomes after them, the newest to
                    test on. The version answers from then on if it is better than the one before and than the rules, on
                    the same rows. The totals of the run tell the metrics or, when there is nothing to be learned, what is
                    missing.""")
    public Uni<Run> train(
            @RestPath("org_id") UUID orgId,
            @RestPath String kind,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @RestQuery("as_of") Instant asOf) {
        return access.organization(orgId)
                .chain(organization -> TrainingRun.start(runs, orgId, idempotencyKey, asOf, kinds.learnedNamed(kind)));
    }

    @POST
    @Path("models/organizations/{org_id}/{kind}/backtest")
    @ResponseStatus(202)
    @RolesAllowed(Role.OPERATE)
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Run.class)))
    @Operation(operationId = "backtestModel", summary = "Backtest a kind of model", description = """
                    Trains a model for each of several instants of the past from what was known then, and compares what it
                    would have predicted with what became of it. The totals of the run tell; nothing else changes.""")
    public Uni<Run> backtest(
            @RestPath("org_id") UUID orgId,
            @RestPath String kind,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @RestQuery("as_of") Instant asOf,
            @RestQuery @DefaultValue("3") @Min(1) @Max(12) @Parameter(description = "How many instants, a month apart")
                    int snapshots) {
        return access.organization(orgId)
                .chain(organization -> runs.startOnce(
                        orgId,
                        idempotencyKey,
                        BacktestRun.NAME,
                        asOf,
                        BacktestRun.parameters(kinds.named(kind).name(), snapshots)));
    }

    @GET
    @Path("models/organizations/{org_id}/{kind}/versions")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listModelVersions", summary = "List the versions of a kind of model, the newest first")
    public Uni<Page<VersionDetails>> versions(
            @RestPath("org_id") UUID orgId,
            @RestPath String kind,
            @RestQuery Integer after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.organization(orgId)
                .chain(organization ->
                        versions.list(orgId, kinds.learnedNamed(kind).name(), after, limit));
    }

    @GET
    @Path("models/organizations/{org_id}/{kind}/versions/{number}")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "getModelVersion", summary = "Read a model version and its metrics")
    public Uni<VersionDetails> version(@RestPath("org_id") UUID orgId, @RestPath String kind, @RestPath int number) {
        return access.organization(orgId)
                .chain(organization ->
                        versions.get(orgId, kinds.learnedNamed(kind).name(), number));
    }

    @POST
    @Path("models/organizations/{org_id}/{kind}/versions/{number}/activate")
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "activateModelVersion",
            summary = "Let a model version answer",
            description = "Every replica has noticed after five seconds.")
    public Uni<VersionDetails> activate(@RestPath("org_id") UUID orgId, @RestPath String kind, @RestPath int number) {
        return access.organization(orgId)
                .chain(organization ->
                        versions.activate(orgId, kinds.learnedNamed(kind).name(), number));
    }

    @POST
    @Path("models/organizations/{org_id}/{kind}/rollback")
    @RolesAllowed(Role.OPERATE)
    @Operation(operationId = "rollBackModel", summary = "Let the version answer again that did before")
    public Uni<VersionDetails> rollBack(@RestPath("org_id") UUID orgId, @RestPath String kind) {
        return access.organization(orgId)
                .chain(organization ->
                        versions.rollBack(orgId, kinds.learnedNamed(kind).name()));
    }

    @GET
    @Path("models/organizations/{org_id}/{kind}/drift")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getModelDrift",
            summary = "Compare today's customers with those a model was tested on",
            description = "By the population stability index of features and predictions.")
    public Uni<DriftReport> drift(
            @RestPath("org_id") UUID orgId, @RestPath String kind, @RestQuery("as_of") Instant asOf) {
        return access.organization(orgId)
                .chain(organization -> drift.of(organization, kinds.named(kind), AsOf.orNow(asOf, clock)));
    }
}
