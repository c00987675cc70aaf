package io.perennial.recovery.cases;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

import io.perennial.platform.InputError;
import io.perennial.platform.ProblemException;
import io.perennial.recovery.billing.Settings;
import io.perennial.tenant.Access;
import io.perennial.tenant.Role;
import io.perennial.tenant.TenantDatabase;

/** How an organization wants recovery cases to be handled. */
@Path("/api/v1/recovery/organizations/{org_id}/settings")
@Tag(name = "Recovery cases")
class CaseSettingsResource {

    private final Access access;
    private final TenantDatabase database;
    private final Cases cases;
    private final Settings settings;
    private final AlertHosts hosts;

    CaseSettingsResource(Access access, TenantDatabase database, Cases cases, Settings settings, AlertHosts hosts) {
        this.access = access;
        this.database = database;
        this.cases = cases;
        this.settings = settings;
        this.hosts = hosts;
    }

    @GET
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "getRecoverySettings", summary = "Read how recovery cases are handled")
    public Uni<CaseSettings> get(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId)
                .chain(organization -> database.transaction(orgId, connection -> cases.settings(connection, orgId)));
    }

    @PUT
    @RolesAllowed(Role.ADMINISTER)
    @Operation(operationId = "setRecoverySettings", summary = "Say how recovery cases are handled", description = """
                    Replaces everything. Takes effect on what happens from then on: whether a case is in the hold-out is drawn when
                    it begins.""")
    public Uni<CaseSettings> set(@RestPath("org_id") UUID orgId, @NotNull @Valid CaseSettings given) {
        return access.organization(orgId)
                .invoke(organization -> check(given))
                .chain(organization -> database.transaction(
                        orgId, connection -> settings.replace(connection, orgId, CaseSettings.TOPIC, given)))
                .replaceWith(given);
    }

    private void check(CaseSettings given) {
        if (given.alertUrl() != null) {
            hosts.refusal(given.alertUrl()).ifPresent(reason -> {
                throw ProblemException.invalid(List.of(new InputError(null, "alert_url", reason)));
            });
        }
    }
}
