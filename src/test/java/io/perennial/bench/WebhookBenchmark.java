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
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.perennial.platform.DatabaseConfig;
import io.perennial.testing.Api;
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
    private static final String[] TABLES = {
        "webhook_events", "payment_failures", "payments", "subscriptions", "transactions", "customers"
    };

    private static final String ROWS = """
            insert into customers (organization_id, customer_id, external_id, created_at, updated_at)
            select '%1$s', derived_id('%1$s', 'C' || n), 'C' || n, now(), now()
            from generate_series(0, %2$d) n""";

    private final Report report = new Report("Webhooks", """
            Signed webhooks over HTTP, each another event: of ten, five failed attempts of a payment, four payments that
            succeed, half of them after an attempt that failed, and one change of a subscription, of %,d customers. The service
            checks the signature, records the event, locks the customer, brings subscription, failure, payment and transactions
            up to date, and answers. The floor is a bare route that puts down the event and does nothing else. %,d a minute come
            whether the service keeps up or not, each measured from when it was due; the target is a p99 of at most %.0f ms. A
            second figure sends %,d a second, to see what is left.
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
        try (var bare = new BareWebhooks(options, connections, bareOrganization);
                var load = new Load()) {
            IntFunction<Load.Post> floor = i -> signed(bare.port(), "/", secret);
            load.pacedPosts(REQUESTS, FAST / 2, ours);
            load.pacedPosts(REQUESTS, FAST / 2, floor);
            owner.run("analyze webhook_events");
            compare(load, "%,d webhooks a minute, p99".formatted(PER_MINUTE), PER_SECOND, ours, floor, true);
            compare(load, "%,d a second, p99".formatted(FAST), FAST, ours, floor, false);
        }
        assertThat(unapplied(owner, organization)).isZero();
        report.note("Every event was applied: %,d of them, and %,d transactions followed."
                .formatted(owner.count("webhook_events", organization), owner.count("transactions", organization)));
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

    private static long unapplied(Owner owner, UUID organization) throws SQLException {
        var sql =
                "select count(*) from webhook_events where organization_id = '%s' and status not in ('applied', 'stale')"
                        .formatted(organization);
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
        var customer = "C" + Integer.toUnsignedLong(number / 10 * 0x9E3779B9) % CUSTOMERS;
        var head = "{\"id\":\"evt_%d\",\"occurred_at\":\"%s\",\"customer_id\":\"%s\","
                .formatted(number, Instant.now(), customer);
        return head
                + switch (number % 10) {
                    case 0, 1, 2, 3, 4 ->
                        "\"type\":\"payment.failed\",\"payment_id\":\"in_%d\",\"amount\":\"49.00\",".formatted(number)
                                + "\"attempt_count\":1,\"reason\":\"insufficient_funds\",\"subscription_id\":\"sub_1\"}";
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
