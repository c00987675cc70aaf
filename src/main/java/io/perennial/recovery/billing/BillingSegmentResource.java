package io.perennial.recovery.billing;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

import io.perennial.tenant.Access;
import io.perennial.tenant.Role;

/** Billing segments: in which one a customer is, the numbers behind it, and what the segments are. */
@Path("/api/v1/recovery")
@Tag(name = "Billing segments")
class BillingSegmentResource {

    private final Access access;
    private final BillingSegments segments;

    BillingSegmentResource(Access access, BillingSegments segments) {
        this.access = access;
        this.segments = segments;
    }

    @GET
    @Path("customers/{customer_id}/billing-segment")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getBillingSegment",
            summary = "Read in which billing segment a customer is, why, and how to treat them",
            description = """
                    From the data of this moment. The segments are tested in the order high_value, mid_value, at_risk, standard;
                    the deciding criteria say who is in, and the score is the share of all criteria of the segment that are met.""")
    public Uni<BillingSegments.CustomerBillingSegment> segment(@RestPath("customer_id") String customerId) {
        return access.customer(customerId).chain(segments::of);
    }

    @GET
    @Path("customers/{customer_id}/metrics")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getCustomerMetrics",
            summary = "Read the revenue, usage, behavior and risk of a customer in numbers",
            description = """
                    From the data of this moment. Subscriptions and payments are those that the billing system told of; without
                    them, the uploaded transactions and events count.""")
    public Uni<CustomerMetrics> metrics(@RestPath("customer_id") String customerId) {
        return access.customer(customerId).chain(segments::metrics);
    }

    @GET
    @Path("organizations/{org_id}/billing-segments")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getBillingSegmentSettings",
            summary = "Read who is in which billing segment and how they are treated")
    public Uni<SegmentSettings> settings(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId).chain(organization -> segments.settings(orgId));
    }

    @PUT
    @Path("organizations/{org_id}/billing-segments")
    @RolesAllowed(Role.ADMINISTER)
    @Operation(
            operationId = "setBillingSegmentSettings",
            summary = "Set who is in which billing segment and how they are treated",
            description = """
                    Replaces all four segments. Refused are ranges that nobody could meet, segments that everybody would be in
                    and segments that an earlier one leaves nobody for. Takes effect at once.""")
    public Uni<SegmentSettings> setSettings(@RestPath("org_id") UUID orgId, @NotNull @Valid SegmentSettings given) {
        return access.organization(orgId).chain(organization -> segments.change(orgId, given));
    }

    @GET
    @Path("organizations/{org_id}/billing-segments/distribution")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getBillingSegmentDistribution",
            summary = "Read how many customers are in each billing segment",
            description = "From the data of this moment.")
    public Uni<BillingSegments.BillingDistribution> distribution(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId).chain(organization -> segments.distribution(orgId));
    }
}
