package io.perennial.recovery.cases;

import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import java.util.function.Supplier;

import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Access;
import io.perennial.tenant.TenantDatabase;

/** Finds the organization of requests that name a case or an approval, or nothing. */
@ApplicationScoped
class CaseAccess {

    private final Access access;
    private final TenantDatabase database;

    CaseAccess(Access access, TenantDatabase database) {
        this.access = access;
        this.database = database;
    }

    /**
     * The organization whose cases are listed.
     *
     * @param named null for the caller's own
     */
    Uni<UUID> organization(UUID named) {
        return access.caller().chain(caller -> {
            if (named != null) {
                return access.organization(named).map(organization -> organization.id());
            }
            if (caller.organization() == null) {
                throw ProblemType.INVALID_REQUEST.problem(
                        "A key of the whole instance needs the query parameter organization");
            }
            return Uni.createFrom().item(caller.organization());
        });
    }

    /** The organization of a case; whether the case exists is for the query that follows to find out. */
    Uni<UUID> ofCase(UUID caseId) {
        return of("select organization_id from recovery_cases where case_id = $1", caseId, () -> Cases.unknown(caseId));
    }

    /** The organization of an approval; whether it exists is for the query that follows to find out. */
    Uni<UUID> ofApproval(UUID approvalId) {
        return of(
                "select organization_id from recovery_approvals where approval_id = $1",
                approvalId,
                () -> CaseDecisions.unknown(approvalId));
    }

    private Uni<UUID> of(String sql, UUID id, Supplier<ProblemException> unknown) {
        return access.caller()
                .chain(caller -> caller.organization() != null
                        ? Uni.createFrom().item(caller.organization())
                        : database.queryInstance(sql, Tuple.of(id)).map(rows -> {
                            for (var row : rows) {
                                return row.getUUID("organization_id");
                            }
                            throw unknown.get();
                        }));
    }

    /** Who is calling, as it is noted. */
    Uni<String> actor() {
        return access.caller().map(caller -> caller.keyId().toString());
    }
}
