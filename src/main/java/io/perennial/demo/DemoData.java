package io.perennial.demo;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

import io.perennial.intake.CustomerImport;
import io.perennial.intake.EventImport;
import io.perennial.intake.ImportKind;
import io.perennial.intake.ImportReport;
import io.perennial.intake.Importer;
import io.perennial.intake.TransactionImport;
import io.perennial.intake.Upload;
import io.perennial.intake.billing.BillingUploads;
import io.perennial.models.ChurnScoreImport;
import io.perennial.runs.Runs;
import io.perennial.tenant.Caller;
import io.perennial.tenant.NewOrganization;
import io.perennial.tenant.Organization;
import io.perennial.tenant.Organizations;
import io.perennial.tenant.Role;
import io.perennial.tenant.TenantDatabase;

/**
 * Makes demo organizations the way a user would: it uploads customers, transactions, events and churn scores, makes them
 * {@link PastOffers}, and has them segmented, analyzed and valued, once as of a month ago and once as of now, so that there are
 * moves to look at; and then some of their cards are {@link DeclinedCards declined}. Everything follows from the seed and the day the organization was made, so an interrupted start is
 * completed by the next.
 */
@ApplicationScoped
public class DemoData {

    private static final Logger LOG = Logger.getLogger(DemoData.class);

    /** Customers whose data are in memory at a time. */
    private static final int CHUNK = 500;

    /** The kinds of runs whose results there are to look at, in the order in which they are run. */
    private static final List<String> RUNS = List.of("segmentation", "behavior", "standing");

    /** Organizations that are made at a time: one reads while the database works for the other. */
    private static final int AT_A_TIME = 2;

    private static final Caller DEMO =
            new Caller(UUID.fromString("d3300000-0000-8000-8000-000000000000"), null, Role.ADMIN);

    private final Organizations organizations;
    private final Importer importer;
    private final CustomerImport customers;
    private final TransactionImport transactions;
    private final EventImport events;
    private final ChurnScoreImport churnScores;
    private final BillingUploads billing;
    private final PastOffers pastOffers;
    private final Runs runs;
    private final TenantDatabase database;
    private final DemoConfig config;

    DemoData(
            Organizations organizations,
            Importer importer,
            CustomerImport customers,
            TransactionImport transactions,
            EventImport events,
            ChurnScoreImport churnScores,
            BillingUploads billing,
            PastOffers pastOffers,
            Runs runs,
            TenantDatabase database,
            DemoConfig config) {
        this.organizations = organizations;
        this.importer = importer;
        this.customers = customers;
        this.transactions = transactions;
        this.events = events;
        this.churnScores = churnScores;
        this.billing = billing;
        this.pastOffers = pastOffers;
        this.runs = runs;
        this.database = database;
        this.config = config;
    }

    /** Makes what is not there yet. */
    Uni<Void> load() {
        return Multi.createFrom()
                .iterable(Industry.ALL)
                .onItem()
                .transformToUni(industry -> organization(industry)
                        .chain(organization -> isComplete(organization)
                                .chain(complete -> complete
                                        ? Uni.createFrom().item(organization)
                                        : fill(industry, organization, config.customers(), config.seed())))
                        .call(organization -> hasBillingEvents(organization)
                                .chain(has -> has
                                        ? Uni.createFrom().voidItem()
                                        : declineCards(industry, organization, config.customers(), config.seed()))))
                .merge(AT_A_TIME)
                .collect()
                .asList()
                .replaceWithVoid();
    }

    private Uni<Organization> organization(Industry industry) {
        var key = "demo " + industry.type().value();
        return organizations
                .find(Organizations.idOf(DEMO, key))
                .onItem()
                .ifNull()
                .switchTo(() -> organizations.create(
                        DEMO,
                        key,
                        new NewOrganization(
                                industry.organization(),
                                industry.type(),
                                industry.currency(),
                                industry.timezone(),
                                industry.churnHorizonDays())));
    }

    /** The last thing that is done is the last run as of the present. */
    private Uni<Boolean> isComplete(Organization organization) {
        return is(organization, """
                select exists (
                    select from runs
                    where organization_id = $1 and kind = 'standing' and status = 'completed' and as_of = $2)""", present(organization).atOffset(ZoneOffset.UTC));
    }

    private Uni<Boolean> hasBillingEvents(Organization organization) {
        return is(organization, "select exists (select from webhook_events where organization_id = $1)");
    }

    private Uni<Boolean> is(Organization organization, String sql, Object... parameters) {
        var all = Tuple.of(organization.id());
        for (var parameter : parameters) {
            all.addValue(parameter);
        }
        return database.query(organization.id(), sql, all)
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    private static Instant present(Organization organization) {
        return organization.createdAt().truncatedTo(ChronoUnit.HOURS);
    }

    /**
     * Fills an organization with customers, what they did and the offers that were made to them.
     *
     * @param count of the customers
     */
    public Uni<Organization> fill(Industry industry, Organization organization, int count, long seed) {
        return upload(industry, organization, count, seed)
                .chain(() -> pastOffers.make(industry, organization, seed, present(organization)))
                .chain(() -> look(industry, organization, count, seed))
                .invoke(() -> LOG.infof("Demo: %s, %d customers", organization.name(), count))
                .replaceWith(organization);
    }

    /** Uploads customers and what they did, and nothing else. */
    Uni<Void> upload(Industry industry, Organization organization, int count, long seed) {
        var now = present(organization);
        return Multi.createFrom()
                .range(0, (count + CHUNK - 1) / CHUNK)
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .onItem()
                .transformToUniAndConcatenate(chunk -> uploadChunk(
                        organization,
                        IntStream.rangeClosed(chunk * CHUNK + 1, Math.min(count, (chunk + 1) * CHUNK))
                                .mapToObj(number -> DemoCustomer.invent(industry, seed, number, now))
                                .toList()))
                .collect()
                .asList()
                .replaceWithVoid();
    }

    private Uni<Void> look(Industry industry, Organization organization, int count, long seed) {
        var now = present(organization);
        return run(organization, now.minus(Duration.ofDays(30)))
                .chain(() ->
                        upload(organization, churnScores, () -> CustomerFiles.churnScores(industry, count, seed, now)))
                .chain(() -> run(organization, now));
    }

    private Uni<Void> uploadChunk(Organization organization, List<DemoCustomer> chunk) {
        return upload(organization, customers, () -> CustomerFiles.customers(chunk))
                .chain(() -> upload(organization, transactions, () -> CustomerFiles.transactions(chunk)))
                .chain(() -> upload(organization, events, () -> CustomerFiles.events(chunk)));
    }

    private Uni<Void> upload(Organization organization, ImportKind kind, Supplier<String> csv) {
        return invented(csv)
                .chain(file -> importer.run(organization, kind, file("text/csv", file), null))
                .invoke(DemoData::check)
                .replaceWithVoid();
    }

    /** Inventing some hundred customers takes longer than an event loop may be kept busy. */
    private static Uni<String> invented(Supplier<String> file) {
        return Uni.createFrom().item(file).runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }

    /** Uploads billing events of customers who have been uploaded, if there are any to be had of so few. */
    Uni<Void> declineCards(Industry industry, Organization organization, int count, long seed) {
        return invented(() -> DeclinedCards.events(industry, count, seed, present(organization)))
                .chain(events -> events.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : billing.run(organization, file("application/x-ndjson", events), null)
                                .invoke(DemoData::check)
                                .replaceWithVoid());
    }

    private static Upload file(String type, String content) {
        return new Upload(new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)), type, null, null, null);
    }

    private static void check(ImportReport report) {
        if (!report.success()) {
            throw new IllegalStateException("Demo data are refused: " + report.errors());
        }
    }

    private Uni<Void> run(Organization organization, Instant asOf) {
        return Multi.createFrom()
                .iterable(RUNS)
                .onItem()
                .transformToUniAndConcatenate(
                        kind -> runs.start(organization.id(), kind, asOf).chain(runs::follow))
                .collect()
                .asList()
                .replaceWithVoid();
    }
}
