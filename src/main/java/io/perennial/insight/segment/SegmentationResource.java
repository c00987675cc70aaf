package io.perennial.insight.segment;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.multipart.FileUpload;

import io.perennial.intake.ImportReport;
import io.perennial.intake.Importer;
import io.perennial.intake.Upload;
import io.perennial.models.ChurnScoreImport;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.runs.Run;
import io.perennial.runs.RunAnswer;
import io.perennial.runs.Runs;
import io.perennial.tenant.Access;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Organization;
import io.perennial.tenant.Role;

/** Segmentation: put customers into segments, and read who is where and who went where. */
@Path("/api/v1/segmentation")
@Tag(name = "Segmentation")
public class SegmentationResource {

    private final Access access;
    private final Importer importer;
    private final ChurnScoreImport churnScores;
    private final Runs runs;
    private final Segments segments;

    SegmentationResource(Access access, Importer importer, ChurnScoreImport churnScores, Runs runs, Segments segments) {
        this.access = access;
        this.importer = importer;
        this.churnScores = churnScores;
        this.runs = runs;
        this.segments = segments;
    }

    /** What became of a segmentation. {@code total_customers} are the segmented ones and the lines that found nobody. */
    @RegisterForReflection
    public record SegmentationResult(
            boolean success,
            @Schema(examples = "10000") long totalCustomers,
            @Schema(examples = "9987") long segmented,

            @Schema(description = "The first 100", examples = "[\"Customer CUST_00123 not found in organization\"]")
            List<String> errors) {}

    /** How the customers of an organization are spread over the segments. */
    public record Distribution(@Schema(examples = "10000") long totalCustomers, Map<String, Share> segments) {}

    /** The customers of a segment. */
    public record Share(
            @Schema(examples = "1250") long count,
            @Schema(examples = "12.5") BigDecimal percentage,
            Segment.Definition metadata) {}

    /** All segments, by their names. */
    public record Definitions(Map<String, Segment.Definition> segments) {}

    /** What a segmentation request may say besides the file. */
    static class Options {

        @RestPath("org_id")
        UUID orgId;

        @RestQuery("as_of")
        @Parameter(description = "Only data up to this instant count; now unless given.")
        Instant asOf;

        @HeaderParam(Idempotency.HEADER)
        String idempotencyKey;

        @HeaderParam("Prefer")
        @Parameter(description = "respond-async: answer 202 with the run at once instead of waiting for its end.")
        String prefer;

        @HeaderParam(HttpHeaders.CONTENT_TYPE)
        @Parameter(hidden = true)
        String contentType;
    }

    @POST
    @Path("organizations/{org_id}/segment")
    @RolesAllowed(Role.OPERATE)
    @Blocking
    @Operation(
            operationId = "segmentOrganization",
            summary = "Segment the customers of an organization",
            description = """
                    Optionally takes churn scores along, as the part `file` of a form or as the body: CSV of `customer_id,
                    churn_score`. A customer without one keeps the latest churn probability there is, else the rules
                    give one. Waits for the end and answers the totals; the run is named in the header `Link`.""")
    @APIResponse(
            responseCode = "200",
            description = "The totals",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = SegmentationResult.class)))
    @APIResponse(
            responseCode = "202",
            description = "The run, when the request prefers not to wait",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Run.class)))
    public Uni<Response> segment(@BeanParam Options options, @RequestBody(required = false) InputStream body) {
        try {
            var file = new PushbackInputStream(body);
            var first = file.read();
            if (first < 0) {
                return segment(options, (Upload) null);
            }
            file.unread(first);
            return segment(options, new Upload(file, options.contentType, null, null, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @POST
    @Path("organizations/{org_id}/segment")
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @RolesAllowed(Role.OPERATE)
    @Blocking
    @Operation(hidden = true)
    public Uni<Response> segmentWithForm(@BeanParam Options options, @RestForm("file") FileUpload file) {
        if (file == null) {
            return segment(options, (Upload) null);
        }
        try {
            var body = Files.newInputStream(file.uploadedFile());
            return segment(options, new Upload(body, file.contentType(), file.fileName(), null, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Uni<Response> segment(Options options, Upload scores) {
        return access.organization(options.orgId)
                .chain(organization -> take(organization, scores, options.idempotencyKey)
                        .chain(report -> startRun(organization, options)
                                .chain(run -> "respond-async".equalsIgnoreCase(options.prefer)
                                        ? RunAnswer.accepted(run)
                                        : totals(run, report))));
    }

    private Uni<ImportReport> take(Organization organization, Upload scores, String idempotencyKey) {
        return scores == null
                ? Uni.createFrom().nullItem()
                : importer.run(organization, churnScores, scores, idempotencyKey);
    }

    private Uni<Run> startRun(Organization organization, Options options) {
        var key = options.idempotencyKey == null ? null : options.idempotencyKey + "#run";
        return runs.startOnce(organization.id(), key, SegmentationRun.NAME, options.asOf, null);
    }

    private Uni<Response> totals(Run run, ImportReport report) {
        return runs.follow(run).map(finished -> {
            var segmented = ((Number) finished.totals().get("segmented")).longValue();
            var result = report == null
                    ? new SegmentationResult(true, segmented, segmented, List.of())
                    : new SegmentationResult(true, segmented + report.rejected(), segmented, errors(report));
            return RunAnswer.ended(run, result);
        });
    }

    private static List<String> errors(ImportReport report) {
        return report.errors().stream()
                .map(error -> error.reason().startsWith("Customer ")
                        ? error.reason()
                        : "Line %d: %s %s".formatted(error.line(), error.field(), error.reason()))
                .toList();
    }

    @GET
    @Path("organizations/{org_id}/segments")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "getSegmentDistribution", summary = "Read how many customers are in each segment")
    public Uni<Distribution> distribution(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId)
                .chain(organization -> segments.counts(organization.id()))
                .map(SegmentationResource::distribution);
    }

    private static Distribution distribution(Map<String, Long> counts) {
        var total = counts.values().stream().mapToLong(Long::longValue).sum();
        var shares = new LinkedHashMap<String, Share>();
        for (var segment : Segment.values()) {
            var count = counts.getOrDefault(segment.label(), 0L);
            shares.put(segment.label(), new Share(count, percentage(count, total), segment.definition()));
        }
        return new Distribution(total, shares);
    }

    /** Rounded to two decimals, without needless zeros. */
    private static BigDecimal percentage(long count, long total) {
        if (count == 0) {
            return BigDecimal.ZERO;
        }
        var percentage =
                BigDecimal.valueOf(Math.round(count * 10_000.0 / total), 2).stripTrailingZeros();
        return percentage.scale() < 0 ? percentage.setScale(0) : percentage;
    }

    @GET
    @Path("customers/{customer_id}/segment")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getCustomerSegment",
            summary = "Read the segment of a customer",
            description = "The customer's UUID or, with a key of the organization, the organization's own id.")
    public Uni<Segments.CustomerSegment> customerSegment(@RestPath("customer_id") String customerId) {
        return access.customer(customerId).chain(segments::of);
    }

    @GET
    @Path("customers/{customer_id}/segment-history")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getCustomerSegmentHistory",
            summary = "Read the segments that a customer has been in",
            description = "The present one first.")
    public Uni<List<Segments.Stay>> history(@RestPath("customer_id") String customerId) {
        return access.customer(customerId).chain(segments::history);
    }

    @GET
    @Path("organizations/{org_id}/customers")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listSegmentedCustomers", summary = "List the customers of a segment")
    public Uni<Page<Segments.CustomerSegment>> customers(
            @RestPath("org_id") UUID orgId,
            @RestQuery @Parameter(description = "The name of a segment", example = "At Risk") String segment,
            @RestQuery UUID after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.organization(orgId)
                .chain(organization -> segments.in(organization.id(), known(segment), after, limit));
    }

    private static Segment known(String label) {
        if (label == null) {
            return null;
        }
        return Segment.labelled(label)
                .orElseThrow(() -> ProblemType.INVALID_REQUEST.problem("There is no segment %s", label));
    }

    @GET
    @Path("organizations/{org_id}/segment-moves")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getSegmentMoves",
            summary = "Read how many customers a run moved from where to where",
            description = "Of the latest segmentation unless a run is named.")
    public Uni<Segments.Moves> moves(@RestPath("org_id") UUID orgId, @RestQuery("run_id") UUID runId) {
        return access.organization(orgId).chain(organization -> segments.moves(organization.id(), runId));
    }

    @GET
    @Path("organizations/{org_id}/segment-moves/customers")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listMovedCustomers", summary = "List the customers that a run moved from one segment")
    public Uni<Page<Segments.MovedCustomer>> movedCustomers(
            @RestPath("org_id") UUID orgId,
            @RestQuery("run_id") @Parameter(required = true) UUID runId,
            @RestQuery @Parameter(required = true, example = "Champions") String from,
            @RestQuery @Parameter(required = true, example = "At Risk") String to,
            @RestQuery UUID after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        if (runId == null || from == null || to == null) {
            throw ProblemType.INVALID_REQUEST.problem("run_id, from and to are needed");
        }
        return access.organization(orgId)
                .chain(organization -> segments.moved(organization.id(), runId, known(from), known(to), after, limit));
    }

    @GET
    @Path("segment-definitions")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "getSegmentDefinitions", summary = "Read what the segments mean and what to do about them")
    public Definitions definitions() {
        var definitions = new LinkedHashMap<String, Segment.Definition>();
        for (var segment : Segment.values()) {
            definitions.put(segment.label(), segment.definition());
        }
        return new Definitions(definitions);
    }
}
