package io.perennial.offers.sync;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import io.perennial.models.serve.CircuitBreaker;
import io.perennial.offers.Offer;
import io.perennial.offers.OfferChanges;
import io.perennial.offers.Offers;
import io.perennial.offers.sync.CatalogDifference.Known;
import io.perennial.offers.sync.CatalogDifference.Write;
import io.perennial.platform.InputError;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Caller;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.TenantDatabase;

/**
 * Takes the offers of an outside system over into the catalog: all that differs in one transaction, or nothing. What is read
 * is read before the transaction begins, so a slow source holds nothing up.
 */
@ApplicationScoped
class Synchronization {

    private static final int SHOWN_ERRORS = 100;

    private final Connector connector;
    private final SyncSources sources;
    private final Circuits circuits;
    private final SyncConfig config;
    private final Offers offers;
    private final OfferChanges changes;
    private final TenantDatabase database;
    private final Idempotency idempotency;
    private final Clock clock;
    private final ObjectReader said;

    Synchronization(
            Connector connector,
            SyncSources sources,
            Circuits circuits,
            SyncConfig config,
            Offers offers,
            OfferChanges changes,
            TenantDatabase database,
            Idempotency idempotency,
            Clock clock,
            ObjectMapper json) {
        this.connector = connector;
        this.sources = sources;
        this.circuits = circuits;
        this.config = config;
        this.offers = offers;
        this.changes = changes;
        this.database = database;
        this.idempotency = idempotency;
        this.clock = clock;
        this.said = json.readerFor(new TypeReference<Map<String, Object>>() {})
                .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    }

    /**
     * How it is asked for.
     *
     * @param dryRun only shows what would change
     * @param force also takes back more offers at once than is usual
     * @param caller null on schedule
     */
    record Request(boolean dryRun, boolean force, Caller caller, String idempotencyKey) {

        static final Request ON_SCHEDULE = new Request(false, false, null, null);
    }

    /**
     * Takes over what a source has now.
     *
     * @return fails with {@link ProblemType#UNKNOWN_SYNC_SOURCE}, {@link ProblemType#SYNC_FAILED} or {@link
     *     ProblemType#SYNC_PAUSED}; the catalog is as it was then
     */
    Uni<SyncReport> of(UUID organization, String system, Request request) {
        return sources.get(organization, system)
                .chain(source -> fetch(organization, source, request)
                        .chain(fetched -> take(organization, source, fetched, request))
                        .onFailure(
                                e -> e instanceof ProblemException problem && problem.type() == ProblemType.SYNC_FAILED)
                        .call(e -> sources.failed(organization, system, e.getMessage())));
    }

    /** A dry run always reads, to show all that differs. */
    private Uni<Connector.Fetched> fetch(UUID organization, SyncSource source, Request request) {
        var circuit = circuits.of(organization, source.system());
        if (!circuit.allows()) {
            throw ProblemType.SYNC_PAUSED.problem(
                    "%s kept failing and is left alone for up to %d s: %s",
                    source.system(), config.openFor().toSeconds(), source.lastFailure());
        }
        return connector
                .fetch(organization, source.system(), source.source(), request.dryRun() ? null : source.etag())
                .invoke(circuit::succeeded)
                .onFailure()
                .invoke(e -> note(circuit, e))
                .onCancellation()
                .invoke(circuit::undecided)
                .onFailure(SourceFailure.class)
                .transform(e -> ProblemType.SYNC_FAILED.problem("%s; the catalog is as it was", e.getMessage()));
    }

    private static void note(CircuitBreaker circuit, Throwable e) {
        if (e instanceof SourceFailure failure && failure.kind() == SourceFailure.Kind.OURS) {
            circuit.undecided();
        } else {
            circuit.failed();
        }
    }

    private Uni<SyncReport> take(UUID organization, SyncSource source, Connector.Fetched fetched, Request request) {
        var mapping = new Mapping(source.source().mapping());
        var theirs = fetched.notModified() ? null : read(fetched.items(), mapping, ProblemType.SYNC_FAILED);
        return inTransaction(
                organization,
                request,
                "POST sync %s %s".formatted(source.system(), request.force()),
                connection -> (theirs == null
                                ? untouched(connection, organization, source.system())
                                : merge(
                                        connection,
                                        organization,
                                        source.system(),
                                        theirs,
                                        request,
                                        ProblemType.SYNC_FAILED))
                        .call(report -> request.dryRun()
                                ? Uni.createFrom().voidItem()
                                : sources.synced(connection, organization, report, fetched.etag())));
    }

    /**
     * Takes over the offers of a file.
     *
     * @param digest of the file, for the same idempotency key to stand for the same file
     * @return fails with {@link ProblemType#INVALID_FILE}; the catalog is as it was then
     */
    Uni<SyncReport> ofFile(UUID organization, String system, List<JsonNode> items, String digest, Request request) {
        var theirs = read(items, Mapping.ofFile(), ProblemType.INVALID_FILE);
        return inTransaction(
                organization,
                request,
                "POST offers upload %s %s %s %s".formatted(system, digest, request.dryRun(), request.force()),
                connection -> merge(connection, organization, system, theirs, request, ProblemType.INVALID_FILE));
    }

    private interface Work {
        Uni<SyncReport> on(SqlConnection connection);
    }

    private Uni<SyncReport> inTransaction(UUID organization, Request request, String name, Work work) {
        var key = request.dryRun() ? null : request.idempotencyKey();
        return database.transaction(
                organization,
                connection -> idempotency.once(
                        connection, organization, key, name, SyncReport.class, () -> work.on(connection)));
    }

    private static List<ForeignOffer> read(List<JsonNode> items, Mapping mapping, ProblemType problem) {
        var errors = new ArrayList<InputError>();
        var offers = new ArrayList<ForeignOffer>();
        var ids = new HashSet<String>();
        for (var item : items) {
            var offer = mapping.read(offers.size() + 1L, item, errors);
            if (offer == null) {
                break;
            }
            offers.add(offer);
            if (!ids.add(offer.externalId())) {
                errors.add(new InputError(
                        offer.number(), Mapping.EXTERNAL_ID, "is %s, as of one before".formatted(offer.externalId())));
            }
        }
        refuse(errors, problem);
        return offers;
    }

    private static void refuse(List<InputError> errors, ProblemType problem) {
        if (!errors.isEmpty()) {
            var first = errors.stream()
                    .limit(3)
                    .map(error -> "offer %d: %s %s".formatted(error.line(), error.field(), error.reason()))
                    .collect(Collectors.joining("; "));
            throw new ProblemException(
                    problem,
                    "%s%s; the catalog is as it was".formatted(first, errors.size() > 3 ? "; and more" : ""),
                    errors.stream().limit(SHOWN_ERRORS).toList());
        }
    }

    private Uni<SyncReport> untouched(SqlConnection connection, UUID organization, String system) {
        return connection
                .preparedQuery("""
                        update offers set last_synced = $3
                        where organization_id = $1 and external_system = $2""")
                .execute(Tuple.of(organization, system, clock.instant().atOffset(ZoneOffset.UTC)))
                .map(rows -> SyncReport.notModified(system, rows.rowCount()));
    }

    private Uni<SyncReport> merge(
            SqlConnection connection,
            UUID organization,
            String system,
            List<ForeignOffer> theirs,
            Request request,
            ProblemType problem) {
        return offers.addAlone(connection, organization)
                .chain(() -> known(connection, organization, system))
                .chain(ours -> offers.nextId(connection, organization).chain(next -> {
                    var difference = CatalogDifference.of(system, ours, theirs, next);
                    refuse(difference.errors(), problem);
                    if (request.dryRun()) {
                        return Uni.createFrom().item(difference.report(true));
                    }
                    refuseLoss(system, ours, difference, request, problem);
                    return write(connection, organization, difference, request.caller())
                            .replaceWith(difference.report(false));
                }));
    }

    private Uni<List<Known>> known(SqlConnection connection, UUID organization, String system) {
        return connection
                .preparedQuery("select " + Offer.COLUMNS + """
                        , synced_values::text as said
                        from offers
                        where organization_id = $1 and external_system = $2
                        order by offer_id
                        for no key update""")
                .execute(Tuple.of(organization, system))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(this::known)
                        .toList());
    }

    private Known known(Row row) {
        try {
            var text = row.getString("said");
            Map<String, Object> values = text == null ? Map.of() : said.readValue(text);
            return new Known(Offer.of(row.getDelegate()), values);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private void refuseLoss(
            String system, List<Known> ours, CatalogDifference difference, Request request, ProblemType problem) {
        var active = ours.stream().filter(known -> known.offer().isActive()).count();
        if (!request.force() && difference.takenBack() > Math.max(1, active * config.maxShareTakenBack())) {
            throw problem.problem(
                    "%s has %d of its %d offers no more; if that is right, ask again with force=true. The catalog is as it"
                            + " was",
                    system, difference.takenBack(), active);
        }
    }

    private Uni<Void> write(SqlConnection connection, UUID organization, CatalogDifference difference, Caller caller) {
        var now = clock.instant();
        var added = difference.writes().stream()
                .filter(write -> write.before() == null)
                .toList();
        var changed = difference.writes().stream()
                .filter(write -> write.before() != null)
                .toList();
        return offers.insertAll(
                        connection,
                        organization,
                        added.stream().map(Write::offer).toList(),
                        now)
                .chain(made -> note(connection, organization, caller, added, made))
                .chain(() -> offers.updateAll(
                        connection,
                        organization,
                        changed.stream().map(Write::offer).toList(),
                        now))
                .chain(made -> note(connection, organization, caller, changed, made))
                .chain(() -> remember(connection, organization, difference));
    }

    private Uni<Void> note(
            SqlConnection connection, UUID organization, Caller caller, List<Write> writes, List<Offer> made) {
        var pairs = new ArrayList<Offer[]>();
        for (var i = 0; i < made.size(); i++) {
            pairs.add(new Offer[] {writes.get(i).before(), made.get(i)});
        }
        return changes.noteAll(connection, organization, "synced", caller, pairs);
    }

    /** Keeps what the system says, to find out the next time what was edited here. */
    private Uni<Void> remember(SqlConnection connection, UUID organization, CatalogDifference difference) {
        if (difference.said().isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        var now = clock.instant().atOffset(ZoneOffset.UTC);
        return connection
                .preparedQuery("""
                        update offers set synced_values = $3, last_synced = $4
                        where organization_id = $1 and offer_id = $2""")
                .executeBatch(difference.said().stream()
                        .map(said -> Tuple.of(
                                organization, said.offerId(), new JsonObject(new LinkedHashMap<>(said.values())), now))
                        .toList())
                .replaceWithVoid();
    }
}
