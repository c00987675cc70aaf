package io.perennial.insight.value;

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

import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.runs.Run;
import io.perennial.runs.Runs;
import io.perennial.tenant.Access;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;

/** Customer value: calculate it, and read what customers are worth. */
@Path("/api/v1")
@Tag(name = "Customer value")
class ValueResource {

    private final Access access;
    private final Runs runs;
    private final CustomerValues values;

    ValueResource(Access access, Runs runs, CustomerValues values) {
        this.access = access;
        this.runs = runs;
        this.values = values;
    }

    @POST
    @Path("value/organizations/{org_id}/calculate")
    @ResponseStatus(202)
    @RolesAllowed(Role.OPERATE)
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Run.class)))
    @Operation(
            operationId = "calculateValue",
            summary = "Calculate the value and the lifecycle stage of all customers",
            description = """
                    Answers at once; poll the run or watch its events. The value score is 0.4 × the percentile of what the
                    customer has spent + 0.6 × the percentile of the predicted lifetime value; above 70 is high_value, below
                    30 low_value. Without a model's lifetime value it is what the customer buys in a year at the usual rate,
                    times the probability to stay. Stages and segments are entered and left at the instant of the run; of
                    customers who have been part of a run of a later instant, nothing changes. An instant to come is
                    refused.""")
    public Uni<Run> calculate(
            @RestPath("org_id") UUID orgId,
            @RestQuery("as_of") Instant asOf,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey) {
        return access.organization(orgId)
                .chain(organization -> runs.startOnce(organization.id(), idempotencyKey, StandingRun.NAME, asOf, null));
    }

    @GET
    @Path("customers/{customer_id}/value")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "getCustomerValue", summary = "Read what a customer is worth")
    public Uni<CustomerValues.CustomerValue> customer(@RestPath("customer_id") String customerId) {
        return access.customer(customerId).chain(values::of);
    }

    @GET
    @Path("customers/{customer_id}/value/history")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getCustomerValueHistory",
            summary = "Read the value segments that a customer has been in",
            description = "The present one first.")
    public Uni<List<CustomerValues.ValueStay>> history(@RestPath("customer_id") String customerId) {
        return access.customer(customerId).chain(values::history);
    }

    @GET
    @Path("value/organizations/{org_id}/customers")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listCustomersByValue", summary = "List the customers of a value segment")
    public Uni<Page<CustomerValues.CustomerValue>> customers(
            @RestPath("org_id") UUID orgId,
            @RestQuery
                    @Parameter(
                            description = "A value segment: high_value, medium_value or low_value; all unless given",
                            example = "high_value")
                    String segment,
            @RestQuery UUID after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.organization(orgId)
                .chain(organization -> values.in(organization.id(), known(segment), after, limit));
    }

    private static ValueSegment known(String label) {
        if (label == null) {
            return null;
        }
        return ValueSegment.labelled(label)
                .orElseThrow(() -> ProblemType.INVALID_REQUEST.problem(
                        "segment must be one of high_value, medium_value, low_value"));
    }

    @GET
    @Path("value/organizations/{org_id}/distribution")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getValueDistribution",
            summary = "Read how many customers are in each value segment, and what is expected of them")
    public Uni<CustomerValues.ValueDistribution> distribution(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId).chain(values::distribution);
    }
}
