package io.perennial.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.RequestOptions;
import io.vertx.pgclient.PgConnectOptions;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.perennial.platform.DatabaseConfig;
import io.perennial.testing.Api;
import io.perennial.testing.MailServer;
import io.perennial.testing.ServiceTest;

/** Signed webhooks at ten thousand a minute, against a bare route that inserts a row. */
@ServiceTest
@Tag("bench")
class WebhookBenchmark {

    private static final int CUSTOMERS = 20_000;
    private static final int PER_MINUTE = 10_000;
    private static final int PER_SECOND = (PER_MINUTE + 59) / 60;

    /** A third of a minute, so that three rounds are ten thousand. */
    private static final int REQUESTS = Math.min(Size.REQUESTS, (PER_MINUTE + 2) / 3);

    private static final double P99 = 50;
    private static final int FAST = 1_000;

    /** As many as come in a minute, so that the service is measured as one that has run for a while. */
    private static final int WARM_UP = Math.min(Size.REQUESTS, PER_MINUTE);

    /** How long it may take until everything has followed from the last event. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final String[] TABLES = {
        "outreach_links",
        "outreach_messages",
        "retention_offers",
        "recovery_steps",
        "recovery_approvals",
        "recovery_case_events",
        "recovery_cases",
        "webhook_events",
        "payment_failures",
        "payments",
        "subscriptions",
        "transactions",
        "customers"
    };

    private static final String ROWS = """
            insert into customers (organization_id, customer_id, external_id, email, created_at, updated_at)
            select '%1$s', derived_id('%1$s', 'C' || n), 'C' || n, 'c' || n || '@customers.example', now(), now()
            from generate_series(0, %2$d) n""";

    private final Report report = new Report("Webhooks", """
            Signed webhooks over HTTP, each another event: of ten, four first attempts of a payment that fail, a second attempt
            that begins a recovery case, four payments that succeed, half of them after an attempt that failed, and one change of
            a subscription, of %,d customers. The service checks the signature, records the event and answers. A moment later,
            and on the same processors, it brings subscription, failure, payment and transactions up to date, begins the case
            and assesses it, writes the first mail and sends it: everything works as in production. The floor is a bare route
            that puts down the event and does nothing else. %,d a minute come whether the service keeps up or not, each measured
            from when it was due, after as many as come in a minute; the target is a p99 of at most %.0f ms. A second figure
            sends %,d a second, to see what is left. PostgreSQL, the service, the mail server and whoever sends share the
            processors.
            """.formatted(CUSTOMERS, PER_MINUTE, P99, FAST));

    @Inject
    @DataSource("owner")
    AgroalDataSource source;

    @Inject
    DatabaseConfig database;

    @ConfigProperty(name = "quarkus.datasource.reactive.max-size")
    int connections;

    @TestHTTPResource
    URI service;

    private final MailServer mails = new MailServer();
    private final AtomicInteger numbers = new AtomicInteger();

    @Test
    void webhooks() throws Exception {
        var owner = new Owner(source);
        var organization = Api.organization("ecommerce");
        var bareOrganization = Api.organization("ecommerce");
        owner.run(ROWS.formatted(organization, CUSTOMERS - 1), "vacuum analyze customers");
        owner.settle();
        String secret = Api.asAdmin()
                .get("/api/v1/organizations/{org_id}/webhook-secrets", organization)
                .then()
                .statusCode(200)
                .extract()
                .path("perennial[0]");
        var options = PgConnectOptions.fromUri(database.url())
                .setUser(database.user())
                .setPassword(database.password());
        IntFunction<Load.Post> ours =
                i -> signed(service.getPort(), "/api/v1/webhooks/events?organization=" + organization, secret);
        mails.start();
        try (var bare = new BareServer(options, connections, new BareWebhooks(bareOrganization));
                var load = new Load()) {
            IntFunction<Load.Post> floor = i -> signed(bare.port(), "/", secret);
            load.pacedPosts(WARM_UP / 2, PER_SECOND * 2, ours);
            owner.run("analyze");
            load.pacedPosts(WARM_UP / 2, PER_SECOND * 2, ours);
            load.pacedPosts(REQUESTS, FAST / 2, floor);
            compare(load, "%,d webhooks a minute, p99".formatted(PER_MINUTE), PER_SECOND, ours, floor, true);
            report.note(settled(owner, organization));
            compare(load, "%,d a second, p99".formatted(FAST), FAST, ours, floor, false);
            awaitAll(owner, organization);
        } finally {
            mails.stop();
        }
        assertThat(number(owner, UNAPPLIED.formatted(organization))).isZero();
        var cases = owner.count("recovery_cases", organization);
        assertThat(cases).isGreaterThan(REQUESTS / 20);
        report.note("Every event was applied: %,d of them; %,d transactions followed, %,d cases and %,d mails."
                .formatted(
                        owner.count("webhook_events", organization),
                        owner.count("transactions", organization),
                        cases,
                        number(owner, SENT.formatted(organization))));
        owner.clear(organization, TABLES);
        owner.clear(bareOrganization, "webhook_events");
        report.write(owner);
    }

    private void compare(
            Load load,
            String what,
            int perSecond,
            IntFunction<Load.Post> ours,
            IntFunction<Load.Post> floor,
            boolean target)
            throws Exception {
        var oursP99 = new double[Size.ROUNDS];
        var floorP99 = new double[Size.ROUNDS];
        for (var round = 0; round < Size.ROUNDS; round++) {
            floorP99[round] = load.pacedPosts(REQUESTS, perSecond, floor).p99();
            oursP99[round] = load.pacedPosts(REQUESTS, perSecond, ours).p99();
            System.out.printf(
                    "webhooks at %d/s: p99 %.1f ms, floor %.1f ms%n", perSecond, oursP99[round], floorP99[round]);
        }
        var figure = Figure.latency(what, Size.median(oursP99), Size.median(floorP99), Double.MAX_VALUE)
                .withoutTarget();
        report.add(figure);
        if (target) {
            var p99 = Size.median(oursP99);
            report.note("At %,d webhooks a minute, 99 of 100 were answered within %.1f ms; the target of %.0f ms is %s."
                    .formatted(PER_MINUTE, p99, P99, p99 <= P99 ? "met" : "missed"));
        }
    }

    private static final String UNAPPLIED =
            "select count(*) from webhook_events where organization_id = '%s' and status not in ('applied', 'stale')";

    private static final String SENT =
            "select count(*) from outreach_messages where organization_id = '%s' and status = 'sent'";

    private static final String UNDONE = """
            select (select count(*) from webhook_events where organization_id = '%1$s' and status = 'accepted')
                + (select count(*) from recovery_cases where organization_id = '%1$s' and assess_at is not null)""";

    /** Milliseconds from when an event was received until it began to be settled, of which 99 of 100 took less. */
    private static final String SETTLED_WITHIN = """
            select coalesce(percentile_disc(0.99) within group (
                order by extract(epoch from coalesce(settled_at, now()) - received_at) * 1000), 0)::bigint
            from webhook_events
            where organization_id = '%s'""";

    private static String settled(Owner owner, UUID organization) throws SQLException {
        return "Of those, and of the warm-up, 99 of 100 were settled within %,d ms of being received."
                .formatted(number(owner, SETTLED_WITHIN.formatted(organization)));
    }

    /** Waits until every event is settled and every case assessed. */
    private static void awaitAll(Owner owner, UUID organization) throws SQLException {
        var deadline = Instant.now().plus(PATIENCE);
        while (number(owner, UNDONE.formatted(organization)) > 0) {
            assertThat(Instant.now()).as("everything is settled and assessed").isBefore(deadline);
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
    }

    private static long number(Owner owner, String sql) throws SQLException {
        return owner.with(connection -> {
            try (var rows = connection.createStatement().executeQuery(sql)) {
                rows.next();
                return rows.getLong(1);
            }
        });
    }

    /** Signed at the moment in which it is sent. */
    private Load.Post signed(int port, String path, String secret) {
        var number = numbers.getAndIncrement();
        var body = event(number).getBytes(StandardCharsets.UTF_8);
        var seconds = String.valueOf(Instant.now().getEpochSecond());
        var options = new RequestOptions()
                .setHost("localhost")
                .setPort(port)
                .setURI(path)
                .putHeader("Content-Type", "application/json")
                .putHeader("Perennial-Signature", "t=%s,v1=%s".formatted(seconds, hmac(secret, seconds, body)));
        return new Load.Post(options, Buffer.buffer(body));
    }

    private static String event(int number) {
        var head = "{\"id\":\"evt_%d\",\"occurred_at\":\"%s\",\"customer_id\":\"%s\","
                .formatted(number, Instant.now(), customer(number));
        return head
                + switch (number % 10) {
                    case 0, 1, 2, 3 -> failed(number, 1);
                    case 4 -> failed(number, 2);
                    case 5, 6 ->
                        "\"type\":\"payment.succeeded\",\"payment_id\":\"in_%d\",\"amount\":\"49.00\"}"
                                .formatted(number - 5);
                    case 7, 8 ->
                        "\"type\":\"payment.succeeded\",\"payment_id\":\"in_%d\",\"amount\":\"49.00\"}"
                                .formatted(number);
                    default ->
                        "\"type\":\"subscription.updated\",\"subscription_id\":\"sub_1\",\"plan\":\"Team\","
                                + "\"amount\":\"49.00\",\"will_renew\":true}";
                };
    }

    /** The second attempts are of others than those who pay, whose cases would not begin. */
    private static String customer(int number) {
        var spread = number / 10 * 0x9E3779B9 + (number % 10 == 4 ? 0x7F4A7C15 : 0);
        return "C" + Integer.toUnsignedLong(spread) % CUSTOMERS;
    }

    private static String failed(int number, int attempt) {
        return "\"type\":\"payment.failed\",\"payment_id\":\"in_%d\",\"amount\":\"49.00\",".formatted(number)
                + "\"attempt_count\":%d,\"reason\":\"insufficient_funds\",\"subscription_id\":\"sub_1\"}"
                        .formatted(attempt);
    }

    private static String hmac(String secret, String seconds, byte[] body) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((seconds + ".").getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
