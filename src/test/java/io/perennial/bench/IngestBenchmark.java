package io.perennial.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

import io.perennial.tenant.CustomerId;
import io.perennial.testing.Api;
import io.perennial.testing.DatabaseResource;
import io.perennial.testing.ServiceTest;

/** A large file of transactions through the API, against {@code COPY} of the rows it becomes. */
@ServiceTest
@Tag("bench")
class IngestBenchmark {

    private static final Path DIRECTORY = Path.of("target", "bench");
    private static final Instant FIRST = Instant.parse("2024-01-01T00:00:00Z");
    private static final int SECONDS = 2 * 365 * 24 * 3600;
    private static final String[] TABLES = {"transactions", "customers", "customer_feature"};

    private final Report report = new Report("Ingest", """
            Ours is one request to `upload-data`, customers, deduplication and merge included. The floor is `COPY` of the rows
            that came out of it, in the order of the file, into the same table with the same index.
            """);

    @Inject
    @DataSource("owner")
    AgroalDataSource source;

    @TestHTTPResource
    URI service;

    private final HttpClient client = HttpClient.newHttpClient();
    private Owner owner;

    @BeforeEach
    void prepare() throws IOException {
        owner = new Owner(source);
        Files.createDirectories(DIRECTORY);
    }

    /** A line of the file. */
    private record Line(String customer, Instant occurredAt, BigDecimal amount) {}

    /** Lines of a tenth as many customers, in no order; the same ones every time. */
    private static Iterable<Line> lines(int count) {
        var random = new SplittableRandom(1);
        return () -> java.util.stream.IntStream.range(0, count)
                .mapToObj(i -> new Line(
                        "C" + random.nextInt(Math.max(1, count / 10)),
                        FIRST.plusSeconds(random.nextInt(SECONDS)),
                        BigDecimal.valueOf(random.nextInt(50_000), 2)))
                .iterator();
    }

    @Test
    void csvOfTransactions() throws Exception {
        upload(Size.ROWS / 10);
        copy(Size.ROWS / 10);
        var ours = new double[Size.ROUNDS];
        var floor = new double[Size.ROUNDS];
        for (var round = 0; round < Size.ROUNDS; round++) {
            ours[round] = upload(Size.ROWS);
            floor[round] = copy(Size.ROWS);
            System.out.printf("ingest: ours %.2f s, COPY %.2f s%n", ours[round], floor[round]);
        }
        report.add(Figure.throughput(
                "Ingest of %,d transactions from CSV".formatted(Size.ROWS),
                "rows",
                Size.ROWS / Size.median(ours),
                Size.ROWS / Size.median(floor),
                0.5));
        report.write(owner);
    }

    /** Seconds that the request takes. */
    private double upload(int rows) throws Exception {
        var organization = Api.organization("ecommerce");
        var file = DIRECTORY.resolve("transactions.csv");
        try (var csv = Files.newBufferedWriter(file)) {
            csv.write("customer_id,occurred_at,amount\n");
            for (var line : lines(rows)) {
                csv.write(line.customer() + ',' + line.occurredAt() + ',' + line.amount() + '\n');
            }
        }
        var request = HttpRequest.newBuilder(
                        service.resolve("/api/v1/churn/organizations/%s/upload-data".formatted(organization)))
                .header("X-API-Key", DatabaseResource.ADMIN_KEY)
                .header("Content-Type", "text/csv")
                .POST(HttpRequest.BodyPublishers.ofFile(file))
                .build();
        owner.settle();

        var begin = System.nanoTime();
        var response = client.send(request, BodyHandlers.ofString());
        var seconds = (System.nanoTime() - begin) / 1e9;

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(owner.count("transactions", organization)).isEqualTo(rows);
        awaitRuns(organization);
        owner.clear(organization, TABLES);
        return seconds;
    }

    private static void awaitRuns(UUID organization) throws InterruptedException {
        List<String> statuses;
        do {
            Thread.sleep(100);
            statuses = Api.asAdmin()
                    .get("/api/v1/organizations/{org_id}/runs", organization)
                    .then()
                    .statusCode(200)
                    .extract()
                    .path("items.status");
        } while (statuses.contains("running"));
        assertThat(statuses).containsOnly("completed");
    }

    /** Seconds that {@code COPY} takes. */
    private double copy(int rows) throws Exception {
        var organization = UUID.randomUUID();
        var file = DIRECTORY.resolve("transactions.copy");
        try (var copy = Files.newBufferedWriter(file)) {
            for (var line : lines(rows)) {
                copy.write(row(organization, line));
            }
        }
        owner.settle();

        var begin = System.nanoTime();
        var copied = owner.with(connection -> {
            try (var in = Files.newInputStream(file)) {
                return connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn(
                                "copy transactions (organization_id, customer_id, transaction_key, occurred_at, amount)"
                                        + " from stdin",
                                in,
                                1 << 16);
            } catch (IOException e) {
                throw new SQLException(e);
            }
        });
        var seconds = (System.nanoTime() - begin) / 1e9;

        assertThat(copied).isEqualTo(rows);
        owner.clear(organization, TABLES);
        return seconds;
    }

    /** As the upload stores it, with ids of the same kind. */
    private static String row(UUID organization, Line line) {
        var customer = CustomerId.of(organization, line.customer());
        var key = CustomerId.derive(customer, line.occurredAt() + "\0" + line.amount());
        return organization + "\t" + customer + '\t' + key + '\t'
                + line.occurredAt().atOffset(ZoneOffset.UTC) + '\t' + line.amount() + '\n';
    }
}
