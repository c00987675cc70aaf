package io.perennial.insight.health;

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
import java.util.Arrays;
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

import io.perennial.insight.segment.Segment;
import io.perennial.models.ChurnRiskLevel;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.runs.Run;
import io.perennial.tenant.Access;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;

/** Health scores: compute them, and read how customers are, why, and what to do about it. */
@Path("/api/v1/health-scores")
@Tag(name = "Health scores")
class HealthResource {

    private final Access access;
    private final Scoring scoring;
    private final HealthScores scores;
    private final Explanations explanations;
    private final Clock clock;

    HealthResource(Access access, Scoring scoring, HealthScores scores, Explanations explanations, Clock clock) {
        this.access = access;
        this.scoring = scoring;
        this.scores = scores;
        this.explanations = explanations;
        this.clock = clock;
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
            operationId = "scoreOrganizationHealth",
            summary = "Score the health of all customers",
            description = """
                    Answers at once; poll the run or watch its events. The overall score is the weighted mean of what is
                    known of: 100 × (1 − churn probability), 40 %; engagement, 20 %; satisfaction, 15 %; payment behaviour,
                    15 %; communication responsiveness, 10 %. Without a model's or an uploaded churn probability the rules
                    give one, and without a model's lifetime value it is what the customer buys in a year at the usual rate,
                    times the probability to stay.""")
    public Uni<Run> scoreOrganization(
            @RestPath("org_id") UUID orgId,
            @RestQuery("as_of") Instant asOf,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey) {
        return access.organization(orgId).chain(organization -> scoring.organization(orgId, asOf, idempotencyKey));
    }

    @POST
    @Path("customers/{customer_id}/score")
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "scoreCustomerHealth",
            summary = "Score the health of one customer now",
            description = "From the data of this moment, with the engagement percentiles of the latest run.")
    public Uni<HealthScore> scoreCustomer(
            @RestPath("customer_id") String customerId, @HeaderParam(Idempotency.HEADER) String idempotencyKey) {
        return access.customer(customerId)
                .chain(customer -> scoring.customer(customer, idempotencyKey))
                .chain(scores::of)
                .chain(explanations::explain);
    }

    @GET
    @Path("customers/{customer_id}")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getCustomerHealth",
            summary = "Read the health score of a customer, its reasons and what to do",
            description = """
                    The reasons are the contributions of the model version that gave the churn probability, with the
                    customer's values; where it cannot tell, those of the rules.""")
    public Uni<HealthScore> customer(@RestPath("customer_id") String customerId) {
        return access.customer(customerId).chain(scores::of).chain(explanations::explain);
    }

    @GET
    @Path("customers/{customer_id}/history")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getCustomerHealthHistory",
            summary = "Read the health scores that a customer has had, the latest first")
    public Uni<Page<HealthScores.PastScore>> history(
            @RestPath("customer_id") String customerId,
            @RestQuery Instant after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.customer(customerId).chain(customer -> scores.history(customer, after, limit));
    }

    @GET
    @Path("organizations/{org_id}/customers")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "listCustomersByHealth",
            summary = "List customers by their health, the worst first",
            description = "Without the reasons; read a customer for those.")
    public Uni<Page<HealthScore>> customers(
            @RestPath("org_id") UUID orgId,
            @RestQuery
                    @Parameter(description = "A churn risk level: low, medium, high or critical", example = "critical")
                    String level,
            @RestQuery("min_score")
                    @DefaultValue("0")
                    @Min(0)
                    @Max(100)
                    @Parameter(description = "The lowest overall score to list", example = "0")
                    int minimum,
            @RestQuery("max_score")
                    @DefaultValue("100")
                    @Min(0)
                    @Max(100)
                    @Parameter(description = "The highest overall score to list", example = "49")
                    int maximum,
            @RestQuery @Parameter(description = "The name of a segment", example = "At Risk") String segment,
            @RestQuery String after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.organization(orgId)
                .chain(organization -> scores.worstFirst(
                        orgId,
                        new HealthScores.Filter(knownLevel(level), minimum, maximum, knownSegment(segment)),
                        HealthScores.Position.parse(after),
                        limit));
    }

    private static ChurnRiskLevel knownLevel(String name) {
        if (name == null) {
            return null;
        }
        return Arrays.stream(ChurnRiskLevel.values())
                .filter(level -> level.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(
                        () -> ProblemType.INVALID_REQUEST.problem("level must be one of low, medium, high, critical"));
    }

    private static String knownSegment(String label) {
        if (label == null) {
            return null;
        }
        return Segment.labelled(label)
                .orElseThrow(() -> ProblemType.INVALID_REQUEST.problem("There is no segment %s", label))
                .label();
    }

    @GET
    @Path("organizations/{org_id}/summary")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getHealthSummary",
            summary = "Read how the customers of an organization are, and what the last run changed")
    public Uni<HealthScores.Summary> summary(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId).chain(scores::summary);
    }
}
