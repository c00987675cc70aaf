package io.perennial.tenant;

import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

import io.perennial.platform.ProblemType;

/**
 * Decides which organization a request acts for. Every operation asks here first, with the organization or the customer
 * in its path. To a caller, another organization's things do not exist.
 */
@ApplicationScoped
public class Access {

    private final CurrentIdentityAssociation identity;
    private final Organizations organizations;
    private final TenantDatabase database;

    Access(CurrentIdentityAssociation identity, Organizations organizations, TenantDatabase database) {
        this.identity = identity;
        this.organizations = organizations;
        this.database = database;
    }

    /** Who is calling. */
    public Uni<Caller> caller() {
        return identity.getDeferredIdentity().map(current -> (Caller) current.getPrincipal());
    }

    /**
     * The organization of a path.
     *
     * @return fails with {@link ProblemType#UNKNOWN_ORGANIZATION} when there is none, or it is not the caller's
     */
    public Uni<Organization> organization(UUID id) {
        return caller().chain(caller -> caller.mayActFor(id)
                        ? organizations.find(id)
                        : Uni.createFrom().nullItem())
                .onItem()
                .ifNull()
                .failWith(() -> ProblemType.UNKNOWN_ORGANIZATION.problem("No organization %s", id));
    }

    /**
     * The customer of a path, who may be named by Perennial's id or by the organization's own. Whether the customer
     * exists is for the query that follows to find out.
     *
     * @return fails with {@link ProblemType#UNKNOWN_CUSTOMER} when a key of the whole instance names nobody's customer
     */
    public Uni<CustomerReference> customer(String name) {
        return caller().chain(caller -> caller.organization() == null
                ? ofInstance(name)
                : Uni.createFrom().item(CustomerReference.of(caller.organization(), name)));
    }

    /** A key of the instance says nothing about the organization, so it has to be looked for. */
    private Uni<CustomerReference> ofInstance(String name) {
        var id = CustomerReference.uuid(name)
                .orElseThrow(() -> ProblemType.UNKNOWN_CUSTOMER.problem(
                        "A key of the whole instance needs the customer's UUID; %s could be anybody's", name));
        return database.queryInstance("""
                        select o.id
                        from organizations o
                        where exists (
                            select from customers c where c.organization_id = o.id and c.customer_id = $1)""", Tuple.of(id)).map(rows -> {
            for (Row row : rows) {
                return new CustomerReference(row.getUUID("id"), name, new UUID[] {id});
            }
            throw ProblemType.UNKNOWN_CUSTOMER.problem("No customer %s", name);
        });
    }
}
