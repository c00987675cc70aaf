package io.perennial.offers.next;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.smallrye.mutiny.Uni;
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
import jakarta.ws.rs.core.MediaType;
import java.util.Locale;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.models.registry.ModelVersions;
import io.perennial.models.registry.VersionDetails;
import io.perennial.offers.next.PolicyEvaluations.PolicyEvaluation;
import io.perennial.platform.Page;
import io.perennial.runs.Run;
import io.perennial.runs.Runs;
import io.perennial.tenant.Access;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;

/** What chooses offers: trained on what came of past decisions, judged by them, activated. */
@Path("/api/v1")
@Tag(name = "Offer policies")
class OfferPolicyResource {

    private final Access access;
    private final PolicyEvaluations evaluations;
    private final ModelVersions versions;
    private final Runs runs;

    OfferPolicyResource(Access access, PolicyEvaluations evaluations, ModelVersions versions, Runs runs) {
        this.access = access;
        this.evaluations = evaluations;
        this.versions = versions;
        this.runs = runs;
    }

    /** What a policy is judged by. */
    public enum Reward {
        ACCEPTANCE,
        VALUE;

        /** As the API writes it. */
        @JsonValue
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Reads what {@link #value()} writes. */
        @JsonCreator
        public static Reward of(String value) {
            return valueOf(value.toUpperCase(Locale.ROOT));
        }
    }

    /** Which policy is judged. */
    public record EvaluationRequest(
            @NotBlank
            @Schema(
                    description =
                            "`active`, a version such as `nbo-3`, `popularity`, `random`, or a single offer such as"
                                    + " `offer-4`",
                    examples = "active")
            String candidate,

            @Schema(
                    description =
                            "What is earned: acceptances of the offers that are made, or what keeping customers is"
                                    + " worth minus the cost, where a policy may also offer nothing",
                    type = SchemaType.STRING,
                    examples = "acceptance",
                    enumeration = {"acceptance", "value"})
            Reward reward) {

        PolicyJudge.Reward rewardOrDefault() {
            return reward == Reward.VALUE ? PolicyJudge.Reward.VALUE : PolicyJudge.Reward.ACCEPTANCE;
        }
    }

    @POST
    @Path("offers/organizations/{org_id}/policy-evaluation")
    @RolesAllowed(Role.OPERATE)
    @Operation(operationId = "evaluateOfferPolicy", summary = "Tell what a policy would have earned", description = """
                    From the log of what was decided, how likely that had been and what came of it, by inverse propensity scoring,
                    its self-normalised form and the doubly robust estimator, each with a 95 % interval. A model is judged by
                    decisions that it has not learned from. Where the log is worth too few decisions of a policy, or could not have
                    shown what it does, nothing is concluded of it.""")
    public Uni<PolicyEvaluation> evaluate(@RestPath("org_id") UUID orgId, @NotNull @Valid EvaluationRequest asked) {
        return access.organization(orgId)
                .chain(organization -> evaluations.evaluate(orgId, asked.candidate(), asked.rewardOrDefault()));
    }

    @POST
    @Path("offers/organizations/{org_id}/train")
    @ResponseStatus(202)
    @RolesAllowed(Role.OPERATE)
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Run.class)))
    @Operation(operationId = "trainOfferModel", summary = "Train the model that chooses offers", description = """
                    On the organization's own decisions and what came of them, the newest to test on. The version decides
                    from then on if, by what came of the newest decisions, it would not have done worse. The totals of the run
                    tell, or what is missing.""")
    public Uni<Run> train(@RestPath("org_id") UUID orgId, @HeaderParam(Idempotency.HEADER) String idempotencyKey) {
        return access.organization(orgId)
                .chain(organization -> runs.startOnce(orgId, idempotencyKey, OfferTrainingRun.NAME, null, null));
    }

    @GET
    @Path("offers/organizations/{org_id}/models")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "listOfferModels",
            summary = "List the versions of the model that chooses offers, the newest first")
    public Uni<Page<VersionDetails>> models(
            @RestPath("org_id") UUID orgId,
            @RestQuery Integer after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.organization(orgId)
                .chain(organization -> versions.list(orgId, AcceptanceModel.KIND, after, limit));
    }

    @POST
    @Path("offers/organizations/{org_id}/models/{number}/activate")
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "activateOfferModel",
            summary = "Let a version of the model choose offers",
            description = "Whatever was concluded of it. Every replica has noticed after five seconds.")
    public Uni<VersionDetails> activate(@RestPath("org_id") UUID orgId, @RestPath int number) {
        return access.organization(orgId).chain(organization -> versions.activate(orgId, AcceptanceModel.KIND, number));
    }
}
