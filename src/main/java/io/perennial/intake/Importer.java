package io.perennial.intake;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Organization;
import io.perennial.tenant.TenantDatabase;

/**
 * Takes an upload in: reads it record by record, sends the good ones to the database in arrays, and merges them with one
 * statement. All of it is one transaction, so an upload is in whole or not at all, whenever it is cut.
 *
 * <p>Parsing is work for a processor and waits for the network, so it has a worker thread; while it reads the next batch
 * the database takes the one before, and it waits when the database is behind. Memory holds two batches.
 */
@ApplicationScoped
public class Importer {

    private static final Logger LOG = Logger.getLogger(Importer.class);

    /** What the order of dates and the decimal mark are found out from. */
    private static final int SAMPLE = 1_000;

    private static final long SAMPLE_CHARACTERS = 4 << 20;

    private static final Duration STATEMENT_LIMIT = Duration.ofHours(1);

    private final TenantDatabase database;
    private final Idempotency idempotency;
    private final Clock clock;
    private final MeterRegistry meters;
    private final List<NewCustomers> waiting;
    private final Semaphore places;

    Importer(
            TenantDatabase database,
            Idempotency idempotency,
            Clock clock,
            MeterRegistry meters,
            @All List<NewCustomers> waiting,
            IntakeConfig config) {
        this.database = database;
        this.idempotency = idempotency;
        this.clock = clock;
        this.meters = meters;
        this.waiting = waiting;
        this.places = new Semaphore(config.maxConcurrentUploads());
    }

    /**
     * Takes an upload in.
     *
     * @param idempotencyKey may be null
     * @return fails with a {@link ProblemException} when nothing can be made of the file, and with an {@link IOException}
     *     when the connection is cut; nothing is kept then
     */
    public Uni<ImportReport> run(Organization organization, ImportKind kind, Upload upload, String idempotencyKey) {
        return run(
                organization,
                kind,
                upload,
                idempotencyKey,
                (connection, report) -> Uni.createFrom().item(report));
    }

    /**
     * Takes an upload in, and does what else belongs to it in the same transaction.
     *
     * @param idempotencyKey may be null
     * @param afterwards yields the report to answer
     * @return fails as {@link #run(Organization, ImportKind, Upload, String)} does
     */
    public Uni<ImportReport> run(
            Organization organization,
            ImportKind kind,
            Upload upload,
            String idempotencyKey,
            BiFunction<SqlConnection, ImportReport, Uni<ImportReport>> afterwards) {
        if (!places.tryAcquire()) {
            return Uni.createFrom()
                    .failure(ProblemType.UNAVAILABLE.problem(
                            "Too many uploads at the same time; try again in a moment"));
        }
        var file = upload.digested(idempotencyKey != null);
        var now = new AtomicReference<Remembered>();
        return database.transaction(
                        organization.id(),
                        connection -> idempotency.once(
                                connection,
                                organization.id(),
                                idempotencyKey,
                                "import %s %s".formatted(kind.name(), upload.parameters()),
                                Remembered.class,
                                () -> onWorker(new Session(organization, kind, file, connection)::run)
                                        .chain(report -> afterwards.apply(connection, report))
                                        .map(report -> new Remembered(report, file.digest()))
                                        .invoke(now::set)))
                .call(remembered -> remembered == now.get()
                        ? Uni.createFrom().voidItem()
                        : onWorker(() -> requireSame(remembered, file)))
                .map(Remembered::report)
                .invoke(report -> count(kind, report))
                .call(report -> tell(organization, report))
                .onTermination()
                .invoke(() -> places.release());
    }

    /** The answer to an upload, and the SHA-256 of the file that it answers. */
    @RegisterForReflection
    record Remembered(ImportReport report, String digest) {}

    /** An idempotency key stands for one file, and only all of the file tells whether this is the one. */
    private static Void requireSame(Remembered remembered, Upload file) {
        try {
            file.body().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!file.digest().equals(remembered.digest())) {
            throw ProblemType.IDEMPOTENCY_KEY_REUSED.problem(
                    "The %s was used for an upload of another file", Idempotency.HEADER);
        }
        return null;
    }

    /** What waits for customers comes after the upload and not with it, so the upload does not fail when that does. */
    private Uni<Void> tell(Organization organization, ImportReport report) {
        Uni<Void> told = Uni.createFrom().voidItem();
        if (report.customersCreated() + report.updated() > 0) {
            for (var one : waiting) {
                told = told.chain(() -> one.arrived(organization.id()));
            }
        }
        return told.onFailure()
                .invoke(e -> LOG.errorf(e, "What waited for customers of organization %s waits on", organization.id()))
                .onFailure()
                .recoverWithNull();
    }

    private void count(ImportKind kind, ImportReport report) {
        meters.counter("perennial.intake.records", "kind", kind.name(), "outcome", "accepted")
                .increment(report.accepted());
        meters.counter("perennial.intake.records", "kind", kind.name(), "outcome", "rejected")
                .increment(report.rejected());
    }

    /** A statement that waits until nobody else changes many customers of an organization, and keeps others waiting. */
    public static String turn(UUID organization) {
        return "select pg_advisory_xact_lock(hashtextextended('intake %s', 0))".formatted(organization);
    }

    private static <T> Uni<T> onWorker(Supplier<T> work) {
        return Uni.createFrom().item(work).runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }

    /** One upload, on its worker thread. */
    private final class Session {

        private final Organization organization;
        private final ImportKind kind;
        private final Upload upload;
        private final SqlConnection connection;
        private final LineErrors errors = new LineErrors();
        private final ColumnBatch batch;
        private final Set<YearMonth> months = new HashSet<>();
        private final OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
        private final int dateColumn;

        private Timestamps timestamps;
        private Decimals decimals;
        private Uni<?> inFlight = Uni.createFrom().voidItem();
        private boolean staged;

        Session(Organization organization, ImportKind kind, Upload upload, SqlConnection connection) {
            this.organization = organization;
            this.kind = kind;
            this.upload = upload;
            this.connection = connection;
            this.batch = new ColumnBatch(kind.columns());
            this.dateColumn = IntStream.range(0, kind.columns().size())
                    .filter(i -> kind.columns().get(i).javaType() == OffsetDateTime.class)
                    .findFirst()
                    .orElse(-1);
        }

        ImportReport run() {
            try (var reader = open()) {
                var sample = sample(reader);
                var understood = understand(reader.understood(), sample);
                for (var record : sample) {
                    take(record);
                }
                for (var record = reader.next(); record != null; record = reader.next()) {
                    take(record);
                }
                return merge(reader instanceof JsonRecordReader ? understand(reader.understood(), sample) : understood);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                // The transaction may not end while a statement of it is on its way.
                inFlight.onFailure().recoverWithNull().await().atMost(STATEMENT_LIMIT);
            }
        }

        private RecordReader open() throws IOException {
            var format = upload.format();
            var body = TextBody.of(upload.body(), upload.charset());
            return switch (format) {
                case CSV -> new CsvRecordReader(body, kind.fields(), errors);
                case NDJSON -> new JsonRecordReader(body, true, kind.fields(), errors);
                case JSON -> new JsonRecordReader(body, false, kind.fields(), errors);
            };
        }

        private List<InputRecord> sample(RecordReader reader) throws IOException {
            var sample = new ArrayList<InputRecord>();
            var characters = 0L;
            for (var record = reader.next(); record != null; record = reader.next()) {
                sample.add(record);
                characters += record.length();
                if (sample.size() == SAMPLE || characters >= SAMPLE_CHARACTERS) {
                    break;
                }
            }
            return sample;
        }

        private Understood understand(Understood understood, List<InputRecord> sample) {
            var order = upload.dateFormat() != null
                    ? Timestamps.Order.of(upload.dateFormat())
                    : Timestamps.detect(dates(sample)).orElse(Timestamps.Order.YMD);
            decimals = upload.decimalMark() != null
                    ? Decimals.of(upload.decimalMark())
                    : Decimals.detect(values(sample, kind.decimalFields()));
            timestamps = new Timestamps(order, organization.zone(), now.toInstant());
            return understood.with(order.value(), decimals.mark(), organization.timezone());
        }

        private List<String> dates(List<InputRecord> sample) {
            return kind.dateField() < 0 ? List.of() : values(sample, List.of(kind.dateField()));
        }

        private static List<String> values(List<InputRecord> sample, List<Integer> fields) {
            return sample.stream()
                    .flatMap(record -> fields.stream().map(field -> record.values()[field]))
                    .filter(Objects::nonNull)
                    .toList();
        }

        private void take(InputRecord record) {
            try {
                check(record);
                var row = kind.row(organization.id(), record, timestamps, decimals);
                batch.add(row);
                if (dateColumn >= 0 && row[dateColumn] != null) {
                    months.add(YearMonth.from((OffsetDateTime) row[dateColumn]));
                }
            } catch (InvalidValue e) {
                errors.add(record.line(), e.field(), e.getMessage());
            }
            if (batch.isFull()) {
                stage();
            }
        }

        private void check(InputRecord record) throws InvalidValue {
            for (var i = 0; i < record.values().length; i++) {
                var value = record.values()[i];
                var field = kind.fields().get(i);
                if (value == null && field.required()) {
                    throw new InvalidValue(field.name(), "is missing");
                }
                if (value != null) {
                    checkText(field.name(), value);
                }
            }
            if (record.attributes() != null) {
                for (var attribute : record.attributes()) {
                    checkText(attribute.getKey(), attribute.getKey());
                    checkText(attribute.getKey(), String.valueOf(attribute.getValue()));
                }
            }
        }

        private static void checkText(String field, String value) throws InvalidValue {
            if (value.indexOf('\uFFFD') >= 0) {
                throw new InvalidValue(field, "is not text in the encoding of the file; name it in the Content-Type");
            }
            if (value.indexOf('\0') >= 0) {
                throw new InvalidValue(field, "holds a NUL character");
            }
            if (value.length() > 1_000 && !field.equals("attributes")) {
                throw new InvalidValue(field, "is longer than 1000 characters");
            }
        }

        /** Sends a batch to the staging table, after the one before has arrived. */
        private void stage() {
            awaitInFlight();
            if (!staged) {
                send("create temporary table staged (%s) on commit drop"
                        .formatted(columns(column -> column.name() + " " + column.sqlType())));
                awaitInFlight();
                staged = true;
            }
            var rows = batch.drain();
            inFlight = connection
                    .preparedQuery("insert into staged " + rows.select())
                    .execute(rows.parameters())
                    .memoize()
                    .indefinitely();
            inFlight.subscribe().with(done -> {}, failure -> {});
        }

        private void send(String sql) {
            inFlight = connection.query(sql).execute();
        }

        private void awaitInFlight() {
            inFlight.await().atMost(STATEMENT_LIMIT);
            inFlight = Uni.createFrom().voidItem();
        }

        /** A small upload is merged straight from the arrays; a large one from the staging table. */
        private ImportReport merge(Understood understood) {
            kind.prepare(organization.id(), months).await().atMost(Duration.ofMinutes(1));
            takeTurn();
            var parameters = Tuple.tuple();
            var source = "select * from staged";
            if (staged) {
                if (!batch.isEmpty()) {
                    stage();
                }
                awaitInFlight();
                send("set local work_mem = '128MB'; analyze staged");
                awaitInFlight();
                source = "select * from pg_temp.staged";
            } else {
                var rows = batch.drain();
                parameters = rows.parameters();
                source = rows.select();
            }
            var organizationParameter = "$" + (parameters.size() + 1);
            var nowParameter = "$" + (parameters.size() + 2);
            parameters.addUUID(organization.id()).addOffsetDateTime(now);
            var sql = "with staged as (" + source + ")"
                    + kind.merge()
                            .replace(":organization", organizationParameter + "::uuid")
                            .replace(":now", nowParameter + "::timestamptz");
            var counts = connection
                    .preparedQuery(sql)
                    .execute(parameters)
                    .await()
                    .atMost(STATEMENT_LIMIT)
                    .iterator()
                    .next();
            return report(counts, understood);
        }

        /** Two merges would wait for each other's rows, customers above all, in any order; so they wait here, in one. */
        private void takeTurn() {
            awaitInFlight();
            send(turn(organization.id()));
            awaitInFlight();
        }

        private ImportReport report(Row counts, Understood understood) {
            var unknown = counts.getLong("unknown");
            if (unknown > 0) {
                errors.addUnknown(
                        unknown,
                        counts.getArrayOfLongs("unknown_lines"),
                        counts.getArrayOfStrings("unknown_customers"));
            }
            var accepted = counts.getLong("accepted") - unknown;
            var inserted = counts.getLong("inserted");
            var updated = counts.getLong("updated");
            return new ImportReport(
                    errors.count() == 0,
                    accepted,
                    inserted,
                    updated,
                    accepted - inserted - updated,
                    errors.count(),
                    counts.getLong("customers_created"),
                    errors.shown(),
                    understood,
                    null);
        }

        private String columns(Function<ColumnBatch.Column, String> format) {
            return kind.columns().stream().map(format).collect(Collectors.joining(", "));
        }
    }
}
