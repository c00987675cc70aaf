package io.perennial.outreach.contact;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.outreach.template.Medium;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Access;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;

/** How an organization writes to its customers, and the addresses that it does not write to any more. */
@Path("/api/v1/outreach/organizations/{org_id}")
@Tag(name = "Outreach")
class OutreachRulesResource {

    private static final String SETTINGS = "settings";
    private static final String SUPPRESSIONS = "suppressions";

    private final Access access;
    private final OutreachSettingsStore settings;
    private final Suppressions suppressions;

    OutreachRulesResource(Access access, OutreachSettingsStore settings, Suppressions suppressions) {
        this.access = access;
        this.settings = settings;
        this.suppressions = suppressions;
    }

    @GET
    @Path(SETTINGS)
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "getOutreachSettings", summary = "Read how an organization writes to its customers")
    public Uni<OutreachSettings> settings(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId).chain(organization -> settings.of(orgId));
    }

    @PUT
    @Path(SETTINGS)
    @RolesAllowed(Role.ADMINISTER)
    @Operation(
            operationId = "replaceOutreachSettings",
            summary = "Say how an organization writes to its customers",
            description = """
                    Replaces everything. Quiet hours and limits hold from then on for what waits to be sent, too: both are read
                    when a message is sent. Quiet hours are by the clock where the customer is, by the attribute `timezone`, or
                    else where the organization is.""")
    public Uni<OutreachSettings> replaceSettings(
            @RestPath("org_id") UUID orgId, @NotNull @Valid OutreachSettings replacement) {
        return access.organization(orgId).chain(organization -> settings.replace(orgId, replacement));
    }

    @GET
    @Path(SUPPRESSIONS)
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "listSuppressions",
            summary = "List the addresses that are not written to any more",
            description = "Only their hashes are kept. To find one, name its channel and the address.")
    public Uni<Page<Suppressions.SuppressedAddress>> list(
            @RestPath("org_id") UUID orgId,
            @RestQuery @Parameter(description = "Only those of email, sms or push", example = "email") String channel,
            @RestQuery
                    @Size(max = Suppressions.LONGEST_ADDRESS)
                    @Parameter(description = "Only this one; needs the channel", example = "test@example.com")
                    String address,
            @RestQuery String after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        if (address != null && channel == null) {
            throw ProblemType.INVALID_REQUEST.problem("address needs a channel");
        }
        var only = channel == null ? null : channel(channel);
        return access.organization(orgId).chain(organization -> suppressions.list(orgId, only, address, after, limit));
    }

    @POST
    @Path(SUPPRESSIONS)
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "suppressAddress",
            summary = "Have an address not written to any more",
            description = "Whoever's it is. One that is suppressed already stays so for the reason that it has.")
    public Uni<Suppressions.SuppressedAddress> suppress(
            @RestPath("org_id") UUID orgId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @NotNull @Valid Suppressions.NewSuppression suppression) {
        return access.organization(orgId).chain(organization -> suppressions.add(orgId, idempotencyKey, suppression));
    }

    @DELETE
    @Path(SUPPRESSIONS)
    @RolesAllowed(Role.OPERATE)
    @Operation(operationId = "liftSuppression", summary = "Let an address be written to again")
    public Uni<Void> lift(
            @RestPath("org_id") UUID orgId,
            @RestQuery @NotBlank @Parameter(required = true, description = "email, sms or push", example = "email")
                    String channel,
            @RestQuery
                    @NotBlank
                    @Parameter(
                            required = true,
                            description = "A mailbox, a number or the token of a device",
                            example = "test@example.com")
                    String address) {
        return access.organization(orgId).chain(organization -> suppressions.remove(orgId, channel(channel), address));
    }

    private static Medium channel(String channel) {
        try {
            return Medium.of(channel);
        } catch (IllegalArgumentException e) {
            throw ProblemType.INVALID_REQUEST.problem("channel %s", e.getMessage());
        }
    }
}
