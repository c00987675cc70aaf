package io.perennial.offers.sync;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.perennial.models.serve.CircuitBreaker;
import io.perennial.offers.Offer;
import io.perennial.offers.OfferChanges;
import io.perennial.offers.Offers;
import io.perennial.offers.sync.Synchronization.Request;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.TenantDatabase;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class SynchronizationTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Request DRY = new Request(true, false, null, null);
    private static final Request REAL = Request.ON_SCHEDULE;
    private static final Request FORCED = new Request(false, true, null, null);

    @RegisterExtension
    private static final WireMockExtension SERVER =
            WireMockExtension.newInstance().options(options().dynamicPort()).build();

    @Inject
    Vertx vertx;

    @Inject
    TenantDatabase database;

    @Inject
    Idempotency idempotency;

    @Inject
    Offers offers;

    @Inject
    OfferChanges changes;

    @Inject
    ObjectMapper json;

    @Inject
    Config environment;

    private final MovableClock clock = new MovableClock();
    private final FastSync config = new FastSync();
    private UUID organization;
    private SyncSources sources;
    private Circuits circuits;
    private Synchronization synchronization;

    @BeforeEach
    void aSourceIsDescribed() {
        organization = Api.organization("ecommerce");
        sources = new SyncSources(database, json, clock);
        circuits = new Circuits(clock, config);
        var addresses = new Addresses(config);
        var connector = new RestConnector(
                new PageClient(vertx, addresses, config), addresses, new Secrets(environment), config, json);
        synchronization = new Synchronization(
                connector, sources, circuits, config, offers, changes, database, idempotency, clock, json);
        describe("shop", 60);
    }

    private void describe(String system, Integer everyMinutes) {
        var description = new SourceDescription(
                "http://localhost:" + SERVER.getPort() + "/offers",
                null,
                Map.of(
                        "external_offer_id", "/id",
                        "name", "/title",
                        "category", "=discount",
                        "cost", "/cost",
                        "max_customer_value", "/max",
                        "lifecycle_stage", "/stage"),
                null,
                null,
                null,
                everyMinutes,
                true);
        database.transaction(
                        organization,
                        connection -> sources.put(
                                connection, organization, system, description.validated(system, new Addresses(config))))
                .await()
                .atMost(PATIENCE);
    }

    private static void serve(String offers) {
        SERVER.stubFor(get(urlPathEqualTo("/offers")).willReturn(okJson(offers)));
    }

    private SyncReport synchronize(Request request) {
        return synchronization.of(organization, "shop", request).await().atMost(PATIENCE);
    }

    private void assertRefused(ProblemType type, String reason) {
        assertThatThrownBy(() -> synchronize(REAL))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.type()).isEqualTo(type))
                .hasMessageContaining(reason);
    }

    private Offer offer(int id) {
        return offers.find(organization, id).await().atMost(PATIENCE);
    }

    private void edit(int id, String change) throws SQLException {
        Database.execute("update offers set %s, version = version + 1 where organization_id = '%s' and offer_id = %d"
                .formatted(change, organization, id));
    }

    private List<String> catalog() throws SQLException {
        try (var owner = Database.asOwner()) {
            return Database.texts(
                    owner,
                    "select to_jsonb(o)::text from offers o where organization_id = ? order by offer_id",
                    organization);
        }
    }

    @Test
    void aDryRunShowsWhatARealOneDoes() throws SQLException {
        serve("""
                [{"id": "A", "title": "First", "cost": 1.5}, {"id": "B", "title": "Second", "cost": "2", "stage": "growth"}]""");
        var before = catalog();

        var shown = synchronize(DRY);

        assertThat(catalog()).isEqualTo(before);
        assertThat(shown.dryRun()).isTrue();
        assertThat(shown.added())
                .containsExactly(new SyncReport.Named(8, "A", "First"), new SyncReport.Named(9, "B", "Second"));

        var done = synchronize(REAL);

        assertThat(done.added()).isEqualTo(shown.added());
        assertThat(done.dryRun()).isFalse();
        var made = offer(9);
        assertThat(made.name()).isEqualTo("Second");
        assertThat(made.description()).isEqualTo("Second");
        assertThat(made.category()).isEqualTo("discount");
        assertThat(made.cost()).isEqualTo(new BigDecimal("2.00"));
        assertThat(made.lifecycleStage().label()).isEqualTo("growth");
        assertThat(made.externalOfferId()).isEqualTo("B");
        assertThat(made.externalSystem()).isEqualTo("shop");
        assertThat(made.lastSynced()).isEqualTo(clock.instant());
        assertThat(made.isActive()).isTrue();
        assertThat(synchronize(REAL).unchanged()).isEqualTo(2);
        assertThat(offer(9).version()).isEqualTo(1);
    }

    @Test
    void whatChangedOutsideChangesHereWithItsHistory() {
        serve("[{\"id\": \"A\", \"title\": \"First\", \"cost\": 1, \"max\": 9}]");
        synchronize(REAL);
        serve("[{\"id\": \"A\", \"title\": \"First\", \"cost\": 1.25, \"max\": null}]");

        var report = synchronize(REAL);

        assertThat(report.changed()).singleElement().satisfies(changed -> {
            assertThat(changed.before())
                    .containsEntry("cost", new BigDecimal("1.00"))
                    .containsEntry("max_customer_value", new BigDecimal("9.00"));
            assertThat(changed.after())
                    .containsEntry("cost", new BigDecimal("1.25"))
                    .containsEntry("max_customer_value", null);
        });
        assertThat(offer(8).cost()).isEqualTo(new BigDecimal("1.25"));
        assertThat(offer(8).maxCustomerValue()).isNull();
        Api.asAdmin()
                .get("/api/v1/offers/organizations/{org_id}/8/changes", organization)
                .then()
                .statusCode(200)
                .body("items.action", contains("synced", "synced"))
                .body("items[0].changed_by.name", is("synchronisation on schedule"))
                .body("items[0].after.cost", is(1.25f));
    }

    @Test
    void whatWasEditedHereStaysAndIsListedUntilBothAgree() throws SQLException {
        serve("[{\"id\": \"A\", \"title\": \"First\", \"cost\": 1}]");
        synchronize(REAL);
        edit(8, "name = 'Ours'");
        serve("[{\"id\": \"A\", \"title\": \"Theirs\", \"cost\": 2}]");

        for (var i = 0; i < 2; i++) {
            var report = synchronize(REAL);
            assertThat(report.conflicts()).containsExactly(new SyncReport.Conflict(8, "A", "name", "Ours", "Theirs"));
            assertThat(offer(8).name()).isEqualTo("Ours");
            assertThat(offer(8).cost()).isEqualTo(new BigDecimal("2.00"));
        }

        serve("[{\"id\": \"A\", \"title\": \"Ours\", \"cost\": 2}]");
        assertThat(synchronize(REAL).conflicts()).isEmpty();
        serve("[{\"id\": \"A\", \"title\": \"Newer\", \"cost\": 2}]");
        assertThat(synchronize(REAL).conflicts()).isEmpty();
        assertThat(offer(8).name()).isEqualTo("Newer");
    }

    @Test
    void whatIsGoneOutsideIsTakenBackAndComesBackWithIt() throws SQLException {
        serve("[{\"id\": \"A\", \"title\": \"First\"}, {\"id\": \"B\", \"title\": \"Second\"}]");
        synchronize(REAL);
        serve("[{\"id\": \"A\", \"title\": \"First\"}]");

        assertThat(synchronize(REAL).deactivated()).containsExactly(new SyncReport.Named(9, "B", "Second"));
        assertThat(offer(9).isActive()).isFalse();
        assertThat(offer(4).isActive()).as("of no outside system").isTrue();

        serve("[{\"id\": \"A\", \"title\": \"First\"}, {\"id\": \"B\", \"title\": \"Second\"}]");
        synchronize(REAL);
        assertThat(offer(9).isActive()).isTrue();

        edit(9, "is_active = false");
        assertThat(synchronize(REAL).conflicts())
                .containsExactly(new SyncReport.Conflict(9, "B", "is_active", false, true));
        assertThat(offer(9).isActive()).isFalse();
    }

    @Test
    void aSourceThatLostItsOffersTakesNoneBackUnlessSomebodyInsists() throws SQLException {
        serve("""
                [{"id": "A", "title": "1"}, {"id": "B", "title": "2"}, {"id": "C", "title": "3"}, {"id": "D", "title": "4"}]""");
        synchronize(REAL);
        var before = catalog();
        serve("[]");

        assertRefused(ProblemType.SYNC_FAILED, "4 of its 4 offers no more");
        assertThat(catalog()).isEqualTo(before);
        serve("[{\"id\": \"A\", \"title\": \"1\"}]");
        assertRefused(ProblemType.SYNC_FAILED, "force=true");
        assertThat(synchronize(DRY).deactivated()).hasSize(3);

        assertThat(synchronize(FORCED).deactivated()).hasSize(3);
        assertThat(offer(11).isActive()).isFalse();
    }

    @Test
    void whatCannotBeUsedLeavesTheCatalogAsItWas() throws SQLException {
        serve("[{\"id\": \"A\", \"title\": \"First\", \"cost\": 1}]");
        synchronize(REAL);
        var before = catalog();

        serve(
                "[{\"id\": \"A\", \"title\": \"Changed\"}, {\"id\": \"B\", \"title\": \"x\", \"cost\": \"much\", \"stage\": \"late\"}]");
        assertThatThrownBy(() -> synchronize(REAL)).isInstanceOfSatisfying(ProblemException.class, problem -> {
            assertThat(problem.type()).isEqualTo(ProblemType.SYNC_FAILED);
            assertThat(problem.errors())
                    .extracting(error -> error.line() + " " + error.field())
                    .containsExactlyInAnyOrder("2 cost", "2 lifecycle_stage");
        });
        serve("[{\"id\": \"A\", \"title\": \"Changed\"}, {\"title\": \"nameless\"}]");
        assertRefused(ProblemType.SYNC_FAILED, "offer 2: external_offer_id is missing");
        serve("[{\"id\": \"A\", \"title\": \"Changed\"}, {\"id\": \"A\", \"title\": \"Again\"}]");
        assertRefused(ProblemType.SYNC_FAILED, "as of one before");
        serve("[{\"id\": \"A\", \"title\": \"Changed\"}, {\"id\": \"B\"}]");
        assertRefused(ProblemType.SYNC_FAILED, "offer 2: name is missing");
        SERVER.stubFor(get(urlPathEqualTo("/offers")).willReturn(aResponse().withStatus(401)));
        assertRefused(ProblemType.SYNC_FAILED, "does not accept the authentication");

        assertThat(catalog()).isEqualTo(before);
        var source = sources.get(organization, "shop").await().atMost(PATIENCE);
        assertThat(source.lastFailure()).contains("401");
        assertThat(source.lastOutcome()).containsEntry("added", 1);
    }

    @Test
    void whatHasNotChangedIsNotTakenOverAgain() {
        SERVER.stubFor(get(urlPathEqualTo("/offers"))
                .willReturn(okJson("[{\"id\": \"A\", \"title\": \"First\"}]").withHeader("ETag", "\"v1\"")));
        synchronize(REAL);
        SERVER.stubFor(get(urlPathEqualTo("/offers"))
                .withHeader("If-None-Match", equalTo("\"v1\""))
                .willReturn(aResponse().withStatus(304)));
        clock.advance(Duration.ofHours(1));

        var report = synchronize(REAL);

        assertThat(report.notModified()).isTrue();
        assertThat(report.unchanged()).isEqualTo(1);
        assertThat(offer(8).lastSynced()).isEqualTo(clock.instant());
        assertThat(synchronize(DRY).notModified()).as("a dry run reads").isFalse();
        describe("shop", 60);
        assertThat(synchronize(REAL).notModified()).as("read anew").isFalse();
    }

    @Test
    void aSourceThatKeepsFailingIsLeftAloneAndThenAskedOnceMore() {
        SERVER.stubFor(get(urlPathEqualTo("/offers")).willReturn(aResponse().withStatus(500)));
        var health = new SyncHealth(circuits);
        var name = "shop of " + organization;
        assertRefused(ProblemType.SYNC_FAILED, "500");
        assertThat(health.call().getData().orElseThrow()).containsEntry("not_closed", 0L);
        assertRefused(ProblemType.SYNC_FAILED, "500");
        assertThat(circuits.of(organization, "shop").state()).isEqualTo(CircuitBreaker.State.OPEN);
        assertThat(health.call().getData().orElseThrow()).containsEntry(name, "open");
        SERVER.resetRequests();

        assertRefused(ProblemType.SYNC_PAUSED, "left alone");
        SERVER.verify(0, getRequestedFor(urlPathEqualTo("/offers")));

        clock.advance(Duration.ofMinutes(5));
        assertThat(health.call().getData().orElseThrow()).containsEntry(name, "half_open");
        assertRefused(ProblemType.SYNC_FAILED, "500");
        assertRefused(ProblemType.SYNC_PAUSED, "left alone");

        clock.advance(Duration.ofMinutes(5));
        serve("[{\"id\": \"A\", \"title\": \"First\"}]");
        assertThat(synchronize(REAL).added()).hasSize(1);
        assertThat(circuits.of(organization, "shop").state()).isEqualTo(CircuitBreaker.State.CLOSED);
        assertThat(health.call().getData().orElseThrow())
                .containsEntry("not_closed", 0L)
                .doesNotContainKey(name);
    }

    @Test
    void ofTwoReplicasOneAsksASourceThatIsDue() {
        serve("[{\"id\": \"A\", \"title\": \"First\"}]");
        describe("by_hand", null);
        var schedule = new SyncSchedule(sources, synchronization, config);
        assertThat(dueHere()).isEmpty();

        clock.advance(Duration.ofMinutes(60));

        assertThat(dueHere()).containsExactly(new SyncSources.Due(organization, "shop"));
        var due = dueHere().get(0);
        assertThat(sources.claim(due).await().atMost(PATIENCE)).isTrue();
        assertThat(sources.claim(due).await().atMost(PATIENCE)).isFalse();
        clock.advance(Duration.ofMinutes(60));
        assertThat(schedule.synchronizeDue().await().atMost(PATIENCE)).isPositive();
        assertThat(offer(8).name()).isEqualTo("First");
        assertThat(dueHere()).isEmpty();
        assertThat(sources.get(organization, "shop").await().atMost(PATIENCE).nextSyncAt())
                .isEqualTo(clock.instant().plus(Duration.ofHours(1)));
    }

    /** The other tests' organizations have sources, too. */
    private List<SyncSources.Due> dueHere() {
        return sources.due().await().atMost(PATIENCE).stream()
                .filter(due -> due.organization().equals(organization))
                .toList();
    }
}
