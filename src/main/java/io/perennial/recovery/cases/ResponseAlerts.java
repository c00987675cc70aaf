package io.perennial.recovery.cases;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;

import io.perennial.intake.billing.Signature;
import io.perennial.tenant.TenantDatabase;

/**
 * Tells organizations that an answer is late, at the URL that they have set, at least once and until they take it. Whoever gets it
 * twice sees that by the {@code Idempotency-Key}. It holds nothing personal.
 */
@ApplicationScoped
class ResponseAlerts {

    private static final Logger LOG = Logger.getLogger(ResponseAlerts.class);

    private static final int AT_ONCE = 4;

    /** The pause after a failure is as long as it was tried, within these bounds; the shortest is also the lease. */
    private static final Duration SHORTEST_PAUSE = Duration.ofMinutes(1);

    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    private final TenantDatabase database;
    private final AlertHosts hosts;
    private final RecoveryCaseConfig config;
    private final Clock clock;
    private final HttpClient client;

    ResponseAlerts(TenantDatabase database, AlertHosts hosts, RecoveryCaseConfig config, Clock clock, Vertx vertx) {
        this.database = database;
        this.hosts = hosts;
        this.config = config;
        this.clock = clock;
        this.client = vertx.createHttpClient(new HttpClientOptions()
                .setConnectTimeout((int) config.alertTimeLimit().toMillis())
                .setMaxPoolSize(AT_ONCE));
    }

    /** An answer that is late, and where to tell. */
    private record Alert(
            UUID organization,
            UUID customer,
            UUID caseId,
            String level,
            Instant createdAt,
            Instant respondBy,
            Instant lateAt,
            String url) {

        static Alert of(UUID organization, Row row) {
            return new Alert(
                    organization,
                    row.getUUID("customer_id"),
                    row.getUUID("case_id"),
                    row.getString("risk_level"),
                    instant(row, "created_at"),
                    instant(row, "respond_by"),
                    instant(row, "response_late_at"),
                    row.getString("alert_url"));
        }

        private static Instant instant(Row row, String column) {
            return row.get(OffsetDateTime.class, column).toInstant();
        }

        Buffer body() {
            return new JsonObject()
                    .put("type", "recovery_case.response_late")
                    .put("organization_id", organization.toString())
                    .put("case_id", caseId.toString())
                    .put("risk_level", level)
                    .put("created_at", createdAt.toString())
                    .put("respond_by", respondBy.toString())
                    .put("response_late_at", lateAt.toString())
                    .toBuffer();
        }
    }

    @Scheduled(
            every = "{perennial.recovery.cases.check-every}",
            delayed = "5s",
            identity = "tell-late-recovery-responses",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return sendDue()
                .onFailure()
                .invoke(e -> LOG.warnf("Late answers could not be told: %s", e.getMessage()))
                .onFailure()
                .recoverWithItem(0)
                .replaceWithVoid();
    }

    /** Tells what is to be told now. Yields how many alerts were taken. */
    Uni<Integer> sendDue() {
        return database.queryInstance("""
                        select organization_id, case_id from recovery_cases
                        where alert_at <= $1
                        order by alert_at
                        limit 200""", Tuple.of(Cases.time(clock.instant())))
                .onItem()
                .transformToMulti(rows -> Multi.createFrom().iterable(rows))
                .onItem()
                .transformToUni(row -> claimAndSend(row.getUUID("organization_id"), row.getUUID("case_id")))
                .merge(AT_ONCE)
                .filter(Boolean::booleanValue)
                .collect()
                .asList()
                .map(taken -> taken.size());
    }

    private static final String CLAIM = """
            update recovery_cases c
            set alert_at = $4
            from recovery_settings s
            where c.organization_id = $1 and c.case_id = $2 and c.alert_at <= $3
                and s.organization_id = $1 and s.topic = 'recovery'
            returning c.customer_id, c.case_id, c.risk_level, c.created_at, c.respond_by, c.response_late_at,
                s.settings->>'alert_url' as alert_url""";

    private Uni<Boolean> claimAndSend(UUID organization, UUID caseId) {
        var now = clock.instant();
        return database.query(
                        organization,
                        CLAIM,
                        Tuple.of(organization, caseId, Cases.time(now), Cases.time(now.plus(SHORTEST_PAUSE))))
                .chain(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .findFirst()
                        .map(row -> deliver(Alert.of(organization, row)))
                        .orElseGet(() -> Uni.createFrom().item(false)));
    }

    private Uni<Boolean> deliver(Alert alert) {
        if (alert.url() == null) {
            return done(alert, null, false);
        }
        return send(alert)
                .chain(status -> status >= 200 && status < 300
                        ? done(alert, "response_late_told", true)
                        : retry(alert, "answered " + status))
                .onFailure()
                .recoverWithUni(e -> retry(alert, e.getMessage()));
    }

    private Uni<Integer> send(Alert alert) {
        var refusal = hosts.refusal(alert.url());
        if (refusal.isPresent()) {
            return Uni.createFrom().failure(new IllegalStateException("The URL " + refusal.get()));
        }
        var body = alert.body();
        var options = new RequestOptions()
                .setAbsoluteURI(alert.url())
                .setMethod(HttpMethod.POST)
                .setFollowRedirects(false)
                .setTimeout(config.alertTimeLimit().toMillis())
                .putHeader("Content-Type", "application/json; charset=UTF-8")
                .putHeader("Idempotency-Key", "late response " + alert.caseId());
        config.alertSecret()
                .ifPresent(secret -> options.putHeader(
                        "Perennial-Signature", Signature.sign(secret, clock.instant(), body.getBytes())));
        return UniHelper.toUni(client.request(options)
                        .compose(request -> request.send(body))
                        .compose(response -> response.end().map(response.statusCode())))
                .ifNoItem()
                .after(config.alertTimeLimit())
                .fail();
    }

    private Uni<Boolean> retry(Alert alert, String reason) {
        var tried = Duration.between(alert.lateAt(), clock.instant());
        LOG.warnf(
                "Late answer in recovery case %s of %s could not be told: %s",
                alert.caseId(), alert.organization(), reason);
        if (tried.compareTo(config.alertFor()) > 0) {
            return done(alert, "response_late_not_told", false);
        }
        var pause = tried.compareTo(SHORTEST_PAUSE) < 0
                ? SHORTEST_PAUSE
                : tried.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : tried;
        return database.query(
                        alert.organization(),
                        "update recovery_cases set alert_at = $3 where organization_id = $1 and case_id = $2 and alert_at is not null",
                        Tuple.of(
                                alert.organization(),
                                alert.caseId(),
                                Cases.time(clock.instant().plus(pause))))
                .replaceWith(false);
    }

    private static final String DONE = """
            with told as (
                update recovery_cases set alert_at = null
                where organization_id = $1 and customer_id = $2 and case_id = $3
                returning case_id
            )
            insert into recovery_case_events (organization_id, customer_id, case_id, event_id, happened_at, kind, detail)
            select $1::uuid, $2::uuid, case_id, derived_id(case_id, $4::text), $5::timestamptz, $4::text, '{}'
            from told
            where $4::text is not null
            on conflict do nothing""";

    /** @param kind of the event that is noted; null for none */
    private Uni<Boolean> done(Alert alert, String kind, boolean isTaken) {
        return database.transaction(
                alert.organization(),
                transaction -> transaction
                        .query(TenantDatabase.shareWithoutErasure(alert.organization()))
                        .execute()
                        .chain(() -> transaction
                                .preparedQuery(DONE)
                                .execute(io.vertx.mutiny.sqlclient.Tuple.of(
                                        alert.organization(),
                                        alert.customer(),
                                        alert.caseId(),
                                        kind,
                                        Cases.time(clock.instant()))))
                        .replaceWith(isTaken));
    }

    @PreDestroy
    void close() {
        client.close();
    }
}
