package io.perennial.outreach.contact;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.tenant.Access;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;

/** What a customer has said about being contacted, and the devices that push messages go to. */
@Path("/api/v1/outreach/customers/{customer_id}")
@Tag(name = "Outreach")
class ContactResource {

    private static final String CONSENTS = "consents";
    private static final String DEVICES = "devices";

    private final Access access;
    private final Consents consents;
    private final PushDevices devices;

    ContactResource(Access access, Consents consents, PushDevices devices) {
        this.access = access;
        this.consents = consents;
        this.devices = devices;
    }

    @GET
    @Path(CONSENTS)
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "getConsents", summary = "Read what a customer has said about being contacted")
    public Uni<ContactConsents> consents(@RestPath("customer_id") String customerId) {
        return access.customer(customerId).chain(consents::of);
    }

    @PUT
    @Path(CONSENTS)
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "setConsents",
            summary = "Note what a customer says about being contacted",
            description = """
                    What is left out stays as it is, so that what a customer has refused by a link is not taken back by somebody
                    who did not know of it. It holds at once, for what waits to be sent, too.""")
    public Uni<ContactConsents> setConsents(
            @RestPath("customer_id") String customerId, @NotNull @Valid NewConsents said) {
        return access.customer(customerId).chain(customer -> consents.change(customer, said));
    }

    @GET
    @Path(DEVICES)
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listDevices", summary = "List the devices that a customer's push messages go to")
    public Uni<List<PushDevices.Device>> devices(@RestPath("customer_id") String customerId) {
        return access.customer(customerId).chain(devices::of);
    }

    @POST
    @Path(DEVICES)
    @RolesAllowed(Role.OPERATE)
    @Operation(operationId = "registerDevice", summary = "Register a device for push messages", description = """
                    A device belongs to whoever has registered it last. A customer has twenty at most; the one registered longest
                    ago makes room.""")
    public Uni<PushDevices.Device> register(
            @RestPath("customer_id") String customerId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @NotNull @Valid PushDevices.NewDevice device) {
        return access.customer(customerId).chain(customer -> devices.register(customer, idempotencyKey, device));
    }

    @DELETE
    @Path(DEVICES)
    @RolesAllowed(Role.OPERATE)
    @Operation(operationId = "forgetDevice", summary = "Forget a device")
    public Uni<Void> forget(
            @RestPath("customer_id") String customerId,
            @RestQuery
                    @NotBlank
                    @Parameter(required = true, description = "The device's token", example = "dU4x:APA91bHPRgkF3JUik")
                    String token) {
        return access.customer(customerId).chain(customer -> devices.forget(customer, token));
    }
}
