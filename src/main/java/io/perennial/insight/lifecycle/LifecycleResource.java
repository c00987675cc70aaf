package io.perennial.insight.lifecycle;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.platform.AsOf;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Access;
import io.perennial.tenant.Role;

/** Customer lifecycle: read in which stage customers are, and between which they go. */
@Path("/api/v1")
@Tag(name = "Customer lifecycle")
class LifecycleResource {

    private final Access access;
    private final Lifecycles lifecycles;

    LifecycleResource(Access access, Lifecycles lifecycles) {
        this.access = access;
        this.lifecycles = lifecycles;
    }

    @GET
    @Path("customers/{customer_id}/lifecycle")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getCustomerLifecycle",
            summary = "Read the lifecycle stage of a customer, why, what to do, and the stages before",
            description = "As of the latest calculation of value and stage.")
    public Uni<Lifecycles.CustomerStage> customer(@RestPath("customer_id") String customerId) {
        return access.customer(customerId).chain(lifecycles::of);
    }

    @GET
    @Path("lifecycle/organizations/{org_id}/stages")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "getStageDistribution", summary = "Read how many customers are in each lifecycle stage")
    public Uni<Lifecycles.StageDistribution> stages(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId).chain(organization -> lifecycles.distribution(organization.id()));
    }

    @GET
    @Path("lifecycle/organizations/{org_id}/flow")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getStageFlow",
            summary = "Read how many customers went from which stage to which",
            description = """
                    In the latest calculation or, with since and until, between two instants. Who has left their stage longer
                    ago than histories are kept counts as in none.""")
    public Uni<Lifecycles.StageFlow> flow(
            @RestPath("org_id") UUID orgId,
            @RestQuery @Parameter(description = "The instant to compare with; needs until") Instant since,
            @RestQuery @Parameter(description = "The later instant; needs since") Instant until) {
        if ((since == null) != (until == null)) {
            throw ProblemType.INVALID_REQUEST.problem("since and until are needed together");
        }
        if (since != null && AsOf.or("since", since, null).isAfter(AsOf.or("until", until, null))) {
            throw ProblemType.INVALID_REQUEST.problem("since must not be after until");
        }
        return access.organization(orgId)
                .chain(organization -> since == null
                        ? lifecycles.latestFlow(organization.id())
                        : lifecycles.flow(organization.id(), since, until));
    }

    @GET
    @Path("lifecycle/organizations/{org_id}/customers")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listCustomersByStage", summary = "List the customers of a lifecycle stage")
    public Uni<Page<Lifecycles.CustomerStage>> customers(
            @RestPath("org_id") UUID orgId,
            @RestQuery
                    @Parameter(
                            description =
                                    "acquisition, onboarding, growth, retention, win_back or churn; all unless given",
                            example = "win_back")
                    String stage,
            @RestQuery UUID after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.organization(orgId)
                .chain(organization -> lifecycles.in(organization.id(), known(stage), after, limit));
    }

    private static Stage known(String label) {
        if (label == null) {
            return null;
        }
        return Stage.labelled(label)
                .orElseThrow(() -> ProblemType.INVALID_REQUEST.problem(
                        "stage must be one of acquisition, onboarding, growth, retention, win_back, churn"));
    }
}
