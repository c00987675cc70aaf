package io.perennial.offers.sync;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.multipart.FileUpload;

import io.perennial.offers.sync.Synchronization.Request;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Access;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;
import io.perennial.tenant.TenantDatabase;

/** Where offers come from besides people: outside systems and files. */
@Path("/api/v1")
@Tag(name = "Offers from outside")
class SyncResource {

    private static final String DRY_RUN = "Whether to change nothing and only show what would change.";
    private static final String FORCE =
            "Whether to take offers back that are no longer there even if they are more than half of all.";

    private final Access access;
    private final SyncSources sources;
    private final Synchronization synchronization;
    private final Circuits circuits;
    private final Addresses addresses;
    private final OfferFile file;
    private final TenantDatabase database;
    private final Idempotency idempotency;

    SyncResource(
            Access access,
            SyncSources sources,
            Synchronization synchronization,
            Circuits circuits,
            Addresses addresses,
            OfferFile file,
            TenantDatabase database,
            Idempotency idempotency) {
        this.access = access;
        this.sources = sources;
        this.synchronization = synchronization;
        this.circuits = circuits;
        this.addresses = addresses;
        this.file = file;
        this.database = database;
        this.idempotency = idempotency;
    }

    @GET
    @Path("offers/organizations/{org_id}/sync-sources")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listOfferSources", summary = "List the outside systems that offers come from")
    public Uni<List<SyncSource>> list(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId)
                .chain(organization -> sources.list(orgId))
                .map(found -> found.stream().map(source -> shown(orgId, source)).toList());
    }

    @GET
    @Path("offers/organizations/{org_id}/sync-sources/{system}")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "getOfferSource", summary = "Read an outside system and how it went with it")
    public Uni<SyncSource> get(@RestPath("org_id") UUID orgId, @RestPath String system) {
        return access.organization(orgId)
                .chain(organization -> sources.get(orgId, system))
                .map(source -> shown(orgId, source));
    }

    @PUT
    @Path("offers/organizations/{org_id}/sync-sources/{system}")
    @RolesAllowed(Role.ADMINISTER)
    @Operation(
            operationId = "putOfferSource",
            summary = "Describe an outside system that offers come from",
            description = """
                    Of `xiva` and `crm` the URL is enough; of others it has to be said how pages follow each other and where the
                    fields are. A token or password is named, never sent: it is in an environment variable of the service.""")
    public Uni<SyncSource> put(
            @RestPath("org_id") UUID orgId,
            @RestPath String system,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @NotNull @Valid SourceDescription source) {
        return access.organization(orgId)
                .chain(organization -> store(orgId, system, idempotencyKey, source.validated(system, addresses)))
                .invoke(() -> circuits.reset(orgId, system))
                .map(put -> shown(orgId, put));
    }

    private Uni<SyncSource> store(UUID organization, String system, String idempotencyKey, SourceDescription source) {
        return database.transaction(
                organization,
                connection -> idempotency.once(
                        connection,
                        organization,
                        idempotencyKey,
                        "PUT sync-sources %s %s".formatted(system, source),
                        SyncSource.class,
                        () -> sources.put(connection, organization, system, source)));
    }

    @DELETE
    @Path("offers/organizations/{org_id}/sync-sources/{system}")
    @RolesAllowed(Role.ADMINISTER)
    @Operation(
            operationId = "deleteOfferSource",
            summary = "Forget an outside system",
            description = "The offers that came from it stay in the catalog.")
    public Uni<Void> delete(@RestPath("org_id") UUID orgId, @RestPath String system) {
        return access.organization(orgId)
                .chain(organization -> sources.delete(orgId, system))
                .invoke(() -> circuits.reset(orgId, system));
    }

    @POST
    @Path("offers/organizations/{org_id}/sync-sources/{system}/sync")
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "synchronizeOffers",
            summary = "Take the offers of an outside system over into the catalog",
            description = """
                    Reads all of them, then changes all that differs in one transaction, or nothing. What was edited here since
                    the last time stays and is listed. Offers that the system has no more are taken back. With `dry_run` the
                    difference is only shown.""")
    public Uni<SyncReport> synchronize(
            @RestPath("org_id") UUID orgId,
            @RestPath String system,
            @RestQuery("dry_run") @DefaultValue("false") @Parameter(description = DRY_RUN) boolean dryRun,
            @RestQuery @DefaultValue("false") @Parameter(description = FORCE) boolean force,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey) {
        return access.organization(orgId)
                .chain(organization -> access.caller())
                .chain(caller -> synchronization.of(orgId, system, new Request(dryRun, force, caller, idempotencyKey)));
    }

    /** What an upload may say besides the file. */
    static class Options {

        @RestPath("org_id")
        UUID orgId;

        @RestQuery
        @DefaultValue("csv")
        @Parameter(
                description =
                        "The system that the file is from: offers of it that the file does not hold are taken back.",
                example = "csv")
        String system;

        @RestQuery("dry_run")
        @DefaultValue("false")
        @Parameter(description = DRY_RUN)
        boolean dryRun;

        @RestQuery
        @DefaultValue("false")
        @Parameter(description = FORCE)
        boolean force;

        @HeaderParam(Idempotency.HEADER)
        String idempotencyKey;

        @HeaderParam(HttpHeaders.CONTENT_TYPE)
        @Parameter(hidden = true)
        String contentType;
    }

    @POST
    @Path("offers/organizations/{org_id}/upload")
    @RolesAllowed(Role.OPERATE)
    @Blocking
    @Operation(
            operationId = "uploadOffers",
            summary = "Take the offers of a file over into the catalog",
            description = """
                    All the offers of a system, with the fields of the catalog and `external_offer_id`, by which they are found
                    again the next time. Like a synchronisation: all or nothing, and what was edited here stays.""")
    public Uni<SyncReport> upload(@BeanParam Options options, @NotNull InputStream body) {
        return upload(options, body, options.contentType);
    }

    @POST
    @Path("offers/organizations/{org_id}/upload")
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @RolesAllowed(Role.OPERATE)
    @Blocking
    @Operation(hidden = true)
    public Uni<SyncReport> uploadForm(@BeanParam Options options, @RestForm("file") FileUpload upload) {
        if (upload == null) {
            throw ProblemType.INVALID_FILE.problem("The form has no part named file");
        }
        try {
            return upload(options, Files.newInputStream(upload.uploadedFile()), upload.contentType());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Uni<SyncReport> upload(Options options, InputStream body, String mediaType) {
        if (!options.system.matches("[a-z][a-z0-9_]{0,49}")) {
            throw ProblemType.INVALID_REQUEST.problem("system must be up to 50 lower-case letters, digits and _");
        }
        try {
            var digested = new DigestInputStream(body, MessageDigest.getInstance("SHA-256"));
            var offers = file.read(digested, mediaType);
            var digest = HexFormat.of().formatHex(digested.getMessageDigest().digest());
            return access.organization(options.orgId)
                    .chain(organization -> access.caller())
                    .chain(caller -> synchronization.ofFile(
                            options.orgId,
                            options.system,
                            offers,
                            digest,
                            new Request(options.dryRun, options.force, caller, options.idempotencyKey)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private SyncSource shown(UUID organization, SyncSource source) {
        return source.withCircuit(circuits.of(organization, source.system()).state());
    }
}
