package io.perennial.tenant;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.platform.Page;

/** Organizations and their API keys. */
@Path("/api/v1")
@Tag(name = "Organizations")
class OrganizationResource {

    private final Access access;
    private final Organizations organizations;
    private final ApiKeys keys;
    private final TenantDatabase database;
    private final Idempotency idempotency;

    OrganizationResource(
            Access access,
            Organizations organizations,
            ApiKeys keys,
            TenantDatabase database,
            Idempotency idempotency) {
        this.access = access;
        this.organizations = organizations;
        this.keys = keys;
        this.database = database;
        this.idempotency = idempotency;
    }

    @POST
    @Path("organizations")
    @ResponseStatus(201)
    @RolesAllowed(Role.ADMINISTER_INSTANCE)
    @APIResponse(
            responseCode = "201",
            description = "Created",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Organization.class)))
    @Operation(operationId = "createOrganization", summary = "Create an organization")
    public Uni<Organization> create(
            @HeaderParam(Idempotency.HEADER) String idempotencyKey, @NotNull @Valid NewOrganization organization) {
        var validated = organization.validated();
        return access.caller().chain(caller -> organizations.create(caller, idempotencyKey, validated));
    }

    @GET
    @Path("organizations")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "listOrganizations",
            summary = "List organizations",
            description = "All of them for a key of the whole instance, the caller's own for any other.")
    public Uni<Page<Organization>> list(
            @RestQuery UUID after, @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.caller()
                .chain(caller -> caller.organization() == null
                        ? organizations.list(after, limit)
                        : organizations.find(caller.organization()).map(own -> new Page<>(List.of(own), null)));
    }

    @GET
    @Path("organizations/{org_id}")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "getOrganization", summary = "Read an organization")
    public Uni<Organization> get(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId);
    }

    @PUT
    @Path("organizations/{org_id}")
    @RolesAllowed(Role.ADMINISTER)
    @Operation(operationId = "updateOrganization", summary = "Replace what an organization says about itself")
    public Uni<Organization> update(@RestPath("org_id") UUID orgId, @NotNull @Valid NewOrganization organization) {
        var validated = organization.validated();
        return access.organization(orgId).chain(found -> organizations.update(found.id(), validated));
    }

    @POST
    @Path("organizations/{org_id}/api-keys")
    @ResponseStatus(201)
    @RolesAllowed(Role.ADMINISTER)
    @APIResponse(
            responseCode = "201",
            description = "Created",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = ApiKey.class)))
    @Operation(
            operationId = "createApiKey",
            summary = "Make an API key",
            description = "The key is shown in this answer and never again. Repeating the request with the same "
                    + "Idempotency-Key answers the key's description without the key.")
    public Uni<ApiKey> createKey(
            @RestPath("org_id") UUID orgId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @NotNull @Valid NewApiKey newKey) {
        var key = ApiKeys.generate();
        var id = UUID.randomUUID();
        return access.organization(orgId)
                .chain(organization -> database.transaction(
                        organization.id(),
                        connection -> idempotency.once(
                                connection,
                                organization.id(),
                                idempotencyKey,
                                "POST api-keys " + newKey,
                                ApiKey.class,
                                () -> keys.insert(connection, id, organization.id(), newKey, key))))
                .map(made -> made.id().equals(id) ? made.withKey(key) : made);
    }

    @GET
    @Path("organizations/{org_id}/api-keys")
    @RolesAllowed(Role.ADMINISTER)
    @Operation(operationId = "listApiKeys", summary = "List the API keys of an organization")
    public Uni<List<ApiKey>> listKeys(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId).chain(organization -> keys.list(organization.id()));
    }

    @DELETE
    @Path("organizations/{org_id}/api-keys/{key_id}")
    @RolesAllowed(Role.ADMINISTER)
    @Operation(
            operationId = "revokeApiKey",
            summary = "Revoke an API key",
            description = "Takes effect at once, and within 10 seconds on the other replicas.")
    public Uni<Void> revokeKey(@RestPath("org_id") UUID orgId, @RestPath("key_id") UUID keyId) {
        return access.organization(orgId).chain(organization -> keys.revoke(organization.id(), keyId));
    }
}
