package io.perennial.features;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.platform.AsOf;
import io.perennial.tenant.Access;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.Role;
import io.perennial.tenant.TenantDatabase;

/** The features of one customer, computed when asked for. */
@Path("/api/v1")
@Tag(name = "Features")
class FeatureResource {

    private final Access access;
    private final TenantDatabase database;
    private final Clock clock;

    FeatureResource(Access access, TenantDatabase database, Clock clock) {
        this.access = access;
        this.database = database;
        this.clock = clock;
    }

    @GET
    @Path("customers/{customer_id}/features")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getCustomerFeatures",
            summary = "Compute the features of a customer",
            description = "As of any instant, from data up to it only.")
    public Uni<CustomerFeatures> get(@RestPath("customer_id") String customerId, @RestQuery("as_of") Instant asOf) {
        var instant = AsOf.orNow(asOf, clock);
        return access.customer(customerId)
                .chain(customer -> firstOf(customer, Arrays.asList(customer.candidates()), instant));
    }

    private Uni<CustomerFeatures> firstOf(CustomerReference customer, List<UUID> candidates, Instant asOf) {
        if (candidates.isEmpty()) {
            throw customer.unknown();
        }
        var candidate = candidates.get(0);
        return database.query(
                        customer.organization(),
                        FeatureSql.SELECT,
                        FeatureSql.parameters(
                                customer.organization(), candidate, candidate, asOf.atOffset(ZoneOffset.UTC)))
                .chain(rows -> rows.size() == 0
                        ? firstOf(customer, candidates.subList(1, candidates.size()), asOf)
                        : Uni.createFrom()
                                .item(CustomerFeatures.of(
                                        customer.organization(),
                                        asOf,
                                        rows.iterator().next())));
    }
}
