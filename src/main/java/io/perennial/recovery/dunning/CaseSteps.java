package io.perennial.recovery.dunning;

import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;

import io.perennial.platform.ProblemType;
import io.perennial.recovery.cases.Cases;
import io.perennial.tenant.Access;
import io.perennial.tenant.TenantDatabase;

/** Shows the steps of the case that a path names. */
@ApplicationScoped
class CaseSteps {

    private final Access access;
    private final TenantDatabase database;
    private final Cases cases;
    private final Steps steps;

    CaseSteps(Access access, TenantDatabase database, Cases cases, Steps steps) {
        this.access = access;
        this.database = database;
        this.cases = cases;
        this.steps = steps;
    }

    /** The steps of a case in their order; fails with {@link ProblemType#UNKNOWN_CASE}. */
    Uni<List<Step>> of(UUID caseId) {
        return access.caller()
                .chain(caller -> caller.organization() == null
                        ? organizationOf(caseId)
                        : Uni.createFrom().item(caller.organization()))
                .chain(organization -> database.transaction(
                        organization,
                        connection -> cases.find(connection, organization, caseId)
                                .chain(found -> steps.of(connection, Sequences.keyOf(found)))));
    }

    /** A key of the instance says nothing about the organization, so it has to be looked for. */
    private Uni<UUID> organizationOf(UUID caseId) {
        return database.queryInstance("select organization_id from recovery_cases where case_id = $1", Tuple.of(caseId))
                .map(rows -> {
                    for (var row : rows) {
                        return row.getUUID(0);
                    }
                    throw ProblemType.UNKNOWN_CASE.problem("No recovery case %s", caseId);
                });
    }
}
