package io.perennial.recovery.dunning;

import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

import io.perennial.platform.ProblemType;
import io.perennial.tenant.Access;
import io.perennial.tenant.TenantDatabase;

/** Finds whose a payment failure is that a path names. To a caller, those of another organization do not exist. */
@ApplicationScoped
public class PaymentFailures {

    private final Access access;
    private final TenantDatabase database;

    PaymentFailures(Access access, TenantDatabase database) {
        this.access = access;
        this.database = database;
    }

    /** A failure and whose it is. */
    public record FailureReference(UUID organization, UUID customer, UUID failure) {}

    /** The failure of a path; fails with {@link ProblemType#UNKNOWN_FAILURE}. */
    public Uni<FailureReference> find(UUID failure) {
        return access.caller()
                .chain(caller -> caller.organization() == null
                        ? organizationOf(failure)
                        : Uni.createFrom().item(caller.organization()))
                .chain(organization -> database.query(
                                organization,
                                "select customer_id from payment_failures where organization_id = $1 and failure_id = $2",
                                Tuple.of(organization, failure))
                        .map(rows -> {
                            for (var row : rows) {
                                return new FailureReference(organization, row.getUUID(0), failure);
                            }
                            throw ProblemType.UNKNOWN_FAILURE.problem("No payment failure %s", failure);
                        }));
    }

    /** A key of the instance says nothing about the organization, so it has to be looked for. */
    private Uni<UUID> organizationOf(UUID failure) {
        return database.queryInstance("""
                        select o.id
                        from organizations o
                        where exists (
                            select from payment_failures f where f.organization_id = o.id and f.failure_id = $1)""", Tuple.of(failure)).map(rows -> {
            for (var row : rows) {
                return row.getUUID(0);
            }
            throw ProblemType.UNKNOWN_FAILURE.problem("No payment failure %s", failure);
        });
    }
}
