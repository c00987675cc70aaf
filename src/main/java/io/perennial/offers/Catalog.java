package io.perennial.offers;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.UUID;
import java.util.function.Supplier;

import io.perennial.platform.EntityTag;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Access;
import io.perennial.tenant.Caller;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.TenantDatabase;

/** Decides how people may change the catalog, and notes what they change. */
@ApplicationScoped
class Catalog {

    private static final String UNIQUE_VIOLATION = "23505";

    private final TenantDatabase database;
    private final Idempotency idempotency;
    private final Access access;
    private final Offers offers;
    private final OfferChanges changes;
    private final Clock clock;

    Catalog(
            TenantDatabase database,
            Idempotency idempotency,
            Access access,
            Offers offers,
            OfferChanges changes,
            Clock clock) {
        this.database = database;
        this.idempotency = idempotency;
        this.access = access;
        this.offers = offers;
        this.changes = changes;
        this.clock = clock;
    }

    /** Adds an offer; fails with {@link ProblemType#OFFER_EXISTS} when its id, or its id outside, is taken. */
    Uni<Offer> create(UUID organization, String idempotencyKey, NewOffer offer) {
        return change(
                organization,
                idempotencyKey,
                "POST offers " + offer,
                (connection, caller) -> offers.addAlone(connection, organization)
                        .chain(() -> offer.offerId() == null
                                ? offers.nextId(connection, organization)
                                : Uni.createFrom().item(offer.offerId()))
                        .chain(id -> offers.insert(connection, organization, id, offer, clock.instant())
                                .onItem()
                                .ifNull()
                                .failWith(() -> taken(id, offer)))
                        .call(made -> changes.note(connection, organization, "created", caller, null, made)));
    }

    /**
     * Replaces an offer; fails with {@link ProblemType#PRECONDITION_FAILED} when it is not of the version expected.
     *
     * @param expected null for any
     */
    Uni<Offer> replace(UUID organization, int id, String idempotencyKey, EntityTag expected, NewOffer offer) {
        return change(
                organization,
                idempotencyKey,
                "PUT offers %d %s %s".formatted(id, expected, offer),
                (connection, caller) -> locked(connection, organization, id, expected)
                        .chain(before -> offers.update(connection, organization, id, offer, clock.instant())
                                .onFailure(Catalog::isTaken)
                                .transform(e -> taken(id, offer))
                                .call(after ->
                                        changes.note(connection, organization, "replaced", caller, before, after))));
    }

    /** Takes an offer back. One that is taken back already stays as it is. */
    Uni<Offer> deactivate(UUID organization, int id, String idempotencyKey, EntityTag expected) {
        return change(
                organization,
                idempotencyKey,
                "DELETE offers %d %s".formatted(id, expected),
                (connection, caller) -> locked(connection, organization, id, expected)
                        .chain(before -> before.isActive()
                                ? offers.deactivate(connection, organization, id, clock.instant())
                                        .call(after -> changes.note(
                                                connection, organization, "deactivated", caller, before, after))
                                : Uni.createFrom().item(before)));
    }

    /** A change as it is done on a connection, and who asked for it. */
    private interface Work {
        Uni<Offer> on(SqlConnection connection, Caller caller);
    }

    private Uni<Offer> change(UUID organization, String idempotencyKey, String request, Work work) {
        return access.caller()
                .chain(caller -> database.transaction(organization, connection -> {
                    Supplier<Uni<Offer>> once = () -> work.on(connection, caller);
                    return idempotency.once(connection, organization, idempotencyKey, request, Offer.class, once);
                }));
    }

    private Uni<Offer> locked(SqlConnection connection, UUID organization, int id, EntityTag expected) {
        return offers.lock(connection, organization, id).map(found -> {
            if (found == null) {
                throw unknown(id);
            }
            if (expected != null && !expected.matches(found.version())) {
                throw ProblemType.PRECONDITION_FAILED.problem(
                        "Offer %d is at version %d now; read it again", id, found.version());
            }
            return found;
        });
    }

    private static boolean isTaken(Throwable e) {
        return e instanceof PgException refused && UNIQUE_VIOLATION.equals(refused.getSqlState());
    }

    private static RuntimeException taken(int id, NewOffer offer) {
        return offer.externalOfferId() == null
                ? ProblemType.OFFER_EXISTS.problem("There is an offer %d", id)
                : ProblemType.OFFER_EXISTS.problem(
                        "There is an offer %d, or one that is %s of %s",
                        id, offer.externalOfferId(), offer.externalSystem());
    }

    static RuntimeException unknown(int id) {
        return ProblemType.UNKNOWN_OFFER.problem("No offer %d in this organization", id);
    }
}
