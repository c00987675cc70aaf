package io.perennial.intake;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.multipart.FileUpload;

import io.perennial.platform.AsOf;
import io.perennial.platform.ProblemType;
import io.perennial.runs.Runs;
import io.perennial.tenant.Access;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Organization;
import io.perennial.tenant.Role;

/** The ways in: files of transactions, events and customers, as a raw body or as a form. */
@Path("/api/v1")
@Tag(name = "Intake")
@RolesAllowed(Role.OPERATE)
@Blocking
class UploadResource {

    /** A run that was asked for this little before will do, when nobody asked for a certain instant. */
    private static final Duration STILL_NEW = Duration.ofMinutes(10);

    private static final String TRANSACTION_PATH = "churn/organizations/{org_id}/upload-data";
    private static final String EVENT_PATH = "organizations/{org_id}/events";
    private static final String CUSTOMER_PATH = "organizations/{org_id}/customers";
    private static final String CSV = "text/csv";
    private static final String NDJSON = "application/x-ndjson";

    private final Access access;
    private final Importer importer;
    private final Runs runs;
    private final Clock clock;
    private final TransactionImport transactions;
    private final EventImport events;
    private final CustomerImport customers;

    UploadResource(
            Access access,
            Importer importer,
            Runs runs,
            Clock clock,
            TransactionImport transactions,
            EventImport events,
            CustomerImport customers) {
        this.access = access;
        this.importer = importer;
        this.runs = runs;
        this.clock = clock;
        this.transactions = transactions;
        this.events = events;
        this.customers = customers;
    }

    /** What every upload may say about itself besides the file. */
    static class Options {

        @RestPath("org_id")
        UUID orgId;

        @HeaderParam(Idempotency.HEADER)
        String idempotencyKey;

        @HeaderParam(HttpHeaders.CONTENT_TYPE)
        @Parameter(hidden = true)
        String contentType;

        @RestQuery("date_format")
        @Parameter(description = "Order of day, month and year: ymd, dmy or mdy. Found out from the file unless given.")
        String dateFormat;

        @RestQuery("decimal_mark")
        @Parameter(description = "A point or a comma. Found out from the file unless given.")
        String decimalMark;
    }

    @POST
    @Path(TRANSACTION_PATH)
    @Consumes({CSV, NDJSON, MediaType.APPLICATION_JSON, MediaType.APPLICATION_OCTET_STREAM, MediaType.TEXT_PLAIN})
    @Operation(operationId = "uploadTransactions", summary = "Upload transactions", description = """
                    A file of `customer_id, occurred_at, amount` and, optionally, `transaction_id, product, category,
                    quantity, discount, status`; other columns become attributes. The usual other names of these columns
                    and the usual ways to write dates and amounts are understood, and the answer says what was. The file
                    is taken in whole or, when it is cut or unreadable, not at all; single bad lines are reported and
                    skipped. Uploading the same file again changes nothing. The features are then computed by a run.""")
    public Uni<ImportReport> uploadTransactions(
            @BeanParam Options options,
            @RestQuery("as_of") @Parameter(description = AS_OF) Instant asOf,
            InputStream body) {
        return runWithFeatures(options, asOf, raw(options, body));
    }

    @POST
    @Path(TRANSACTION_PATH)
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Operation(hidden = true)
    public Uni<ImportReport> uploadTransactionsForm(
            @BeanParam Options options, @RestQuery("as_of") Instant asOf, @RestForm("file") FileUpload file) {
        return runWithFeatures(options, asOf, form(options, file));
    }

    private static final String AS_OF = "The instant that the features are computed for; now unless given.";

    @POST
    @Path(EVENT_PATH)
    @Consumes({CSV, NDJSON, MediaType.APPLICATION_JSON, MediaType.APPLICATION_OCTET_STREAM, MediaType.TEXT_PLAIN})
    @Operation(operationId = "uploadEvents", summary = "Upload events", description = """
                    A file, an array or a single object of `customer_id, occurred_at, event_type` and, optionally,
                    `event_id, value`; everything else becomes attributes.""")
    public Uni<ImportReport> uploadEvents(@BeanParam Options options, InputStream body) {
        return run(options, events, raw(options, body));
    }

    @POST
    @Path(EVENT_PATH)
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Operation(hidden = true)
    public Uni<ImportReport> uploadEventsForm(@BeanParam Options options, @RestForm("file") FileUpload file) {
        return run(options, events, form(options, file));
    }

    @POST
    @Path(CUSTOMER_PATH)
    @Consumes({CSV, NDJSON, MediaType.APPLICATION_JSON, MediaType.APPLICATION_OCTET_STREAM, MediaType.TEXT_PLAIN})
    @Operation(operationId = "uploadCustomers", summary = "Upload customers", description = """
                    A file, an array or a single object of `customer_id` and, optionally, `registered_at, name, email,
                    phone`; everything else becomes attributes. What a record does not say stays as it was.""")
    public Uni<ImportReport> uploadCustomers(@BeanParam Options options, InputStream body) {
        return run(options, customers, raw(options, body));
    }

    @POST
    @Path(CUSTOMER_PATH)
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Operation(hidden = true)
    public Uni<ImportReport> uploadCustomersForm(@BeanParam Options options, @RestForm("file") FileUpload file) {
        return run(options, customers, form(options, file));
    }

    private static Upload raw(Options options, InputStream body) {
        return new Upload(body, options.contentType, null, options.dateFormat, options.decimalMark);
    }

    private static Upload form(Options options, FileUpload file) {
        if (file == null) {
            throw ProblemType.INVALID_REQUEST.problem("The form has no part named file");
        }
        try {
            var body = Files.newInputStream(file.uploadedFile());
            return new Upload(body, file.contentType(), file.fileName(), options.dateFormat, options.decimalMark);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Uni<ImportReport> run(Options options, ImportKind kind, Upload upload) {
        return access.organization(options.orgId)
                .chain(organization -> importer.run(organization, kind, upload, options.idempotencyKey));
    }

    /** The run is written together with the data, so that neither is there without the other. */
    private Uni<ImportReport> runWithFeatures(Options options, Instant givenAsOf, Upload upload) {
        var asOf = AsOf.orNow(givenAsOf, clock);
        return access.organization(options.orgId)
                .chain(organization -> importer.run(
                        organization,
                        transactions,
                        upload,
                        options.idempotencyKey,
                        (connection, report) -> createFeaturesRun(
                                connection, organization, asOf, givenAsOf == null ? STILL_NEW : Duration.ZERO, report)))
                .call(report -> submitFeaturesRun(options.orgId, report.featuresRunId()));
    }

    private Uni<ImportReport> createFeaturesRun(
            SqlConnection connection, Organization organization, Instant asOf, Duration older, ImportReport report) {
        if (report.inserted() + report.updated() == 0) {
            return Uni.createFrom().item(report);
        }
        return runs.createUnlessWaiting(connection, organization.id(), "features", asOf, older)
                .map(run -> report.withFeaturesRun(run.id()));
    }

    private Uni<Void> submitFeaturesRun(UUID organization, UUID run) {
        return run == null
                ? Uni.createFrom().voidItem()
                : runs.get(organization, run)
                        .invoke(found -> {
                            if (!found.isFinished()) {
                                runs.submit(found);
                            }
                        })
                        .replaceWithVoid();
    }
}
