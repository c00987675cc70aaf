package io.perennial.tenant;

import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import java.util.UUID;

import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;

/**
 * A customer as a path names one.
 *
 * @param name as written
 * @param candidates the ids that the name can stand for: some organizations use UUIDs of their own
 */
public record CustomerReference(UUID organization, String name, UUID[] candidates) {

    /** A customer of an organization that is known. */
    public static CustomerReference of(UUID organization, String name) {
        var derived = CustomerId.of(organization, name);
        var candidates = uuid(name).map(id -> new UUID[] {id, derived}).orElse(new UUID[] {derived});
        return new CustomerReference(organization, name, candidates);
    }

    static Optional<UUID> uuid(String name) {
        try {
            return name.length() == 36 ? Optional.of(UUID.fromString(name)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * {@code $1}, the organization, and {@code $2} and {@code $3}, the candidates; where there is one, it comes twice. An array
     * of them would be planned anew each time, because the planner takes an array that it does not know for a long one.
     */
    public Tuple parameters() {
        return Tuple.of(organization, candidates[0], candidates[candidates.length - 1]);
    }

    /**
     * Fails for what is not there: for the customer, or else with the problem of what was asked about them.
     *
     * @param <T> what would have been there
     */
    public <T> Uni<T> without(TenantDatabase database, ProblemException asked) {
        return database.query(
                        organization,
                        "select from customers where organization_id = $1 and customer_id in ($2, $3)",
                        parameters())
                .map(rows -> {
                    throw rows.size() == 0 ? unknown() : asked;
                });
    }

    /** What to fail with when none of the candidates exists. */
    public ProblemException unknown() {
        return ProblemType.UNKNOWN_CUSTOMER.problem("No customer %s", name);
    }
}
