package io.perennial.offers;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.insight.lifecycle.Stage;
import io.perennial.platform.EntityTag;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Access;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;

/** The catalog of offers: keep it, say who may get what, and take what is accepted from budgets. */
@Path("/api/v1")
@Tag(name = "Offers")
class OfferResource {

    private static final String IF_MATCH =
            "The ETag that was read; what was changed since is not overwritten. Any" + " version unless given.";

    private final Access access;
    private final Offers offers;
    private final Catalog catalog;
    private final OfferChanges changes;
    private final Eligibility eligibility;
    private final Redemptions redemptions;

    OfferResource(
            Access access,
            Offers offers,
            Catalog catalog,
            OfferChanges changes,
            Eligibility eligibility,
            Redemptions redemptions) {
        this.access = access;
        this.offers = offers;
        this.catalog = catalog;
        this.changes = changes;
        this.eligibility = eligibility;
        this.redemptions = redemptions;
    }

    /** Who accepts an offer. */
    public record NewRedemption(
            @NotBlank
            @Schema(
                    description = "Perennial's UUID of the customer or the organization's own id",
                    examples = "CUST_00042")
            String customerId) {}

    @GET
    @Path("offers/organizations/{org_id}")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "listOffers",
            summary = "List the offers of an organization",
            description = "Every organization begins with eight, 0 to 7.")
    public Uni<Page<Offer>> list(
            @RestPath("org_id") UUID orgId,
            @RestQuery @Parameter(description = "Only active ones, or only the others", example = "true")
                    Boolean active,
            @RestQuery @Parameter(description = "Only those of a category", example = "discount") String category,
            @RestQuery("lifecycle_stage")
                    @Parameter(description = "Only those for a lifecycle stage", example = "retention")
                    String stage,
            @RestQuery Integer after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.organization(orgId)
                .chain(organization ->
                        offers.list(orgId, new Offers.Filter(active, category, known(stage)), after, limit));
    }

    @GET
    @Path("offers/organizations/{org_id}/{offer_id}")
    @RolesAllowed(Role.VIEW)
    @APIResponse(
            responseCode = "200",
            description = "The offer, with its version as ETag",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Offer.class)))
    @Operation(operationId = "getOffer", summary = "Read an offer")
    public Uni<Response> get(@RestPath("org_id") UUID orgId, @RestPath("offer_id") int offerId) {
        return existing(orgId, offerId).map(offer -> tagged(Response.Status.OK, offer));
    }

    @POST
    @Path("offers/organizations/{org_id}")
    @RolesAllowed(Role.OPERATE)
    @APIResponse(
            responseCode = "201",
            description = "Created, with its version as ETag",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Offer.class)))
    @Operation(operationId = "createOffer", summary = "Add an offer to the catalog")
    public Uni<Response> create(
            @RestPath("org_id") UUID orgId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @NotNull @Valid NewOffer offer) {
        var validated = offer.validated();
        return access.organization(orgId)
                .chain(organization -> catalog.create(orgId, idempotencyKey, validated))
                .map(made -> tagged(Response.Status.CREATED, made));
    }

    @PUT
    @Path("offers/organizations/{org_id}/{offer_id}")
    @RolesAllowed(Role.OPERATE)
    @APIResponse(
            responseCode = "200",
            description = "The offer as it is now, with its version as ETag",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Offer.class)))
    @Operation(
            operationId = "replaceOffer",
            summary = "Replace an offer",
            description =
                    "What is left out is as if the offer were new; only where it comes from stays unless it is said.")
    public Uni<Response> replace(
            @RestPath("org_id") UUID orgId,
            @RestPath("offer_id") int offerId,
            @HeaderParam(HttpHeaders.IF_MATCH) @Parameter(description = IF_MATCH, example = "\"3\"") String ifMatch,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @NotNull @Valid NewOffer offer) {
        var validated = offer.validatedFor(offerId);
        var expected = EntityTag.expected(ifMatch);
        return access.organization(orgId)
                .chain(organization -> catalog.replace(orgId, offerId, idempotencyKey, expected, validated))
                .map(replaced -> tagged(Response.Status.OK, replaced));
    }

    @DELETE
    @Path("offers/organizations/{org_id}/{offer_id}")
    @RolesAllowed(Role.OPERATE)
    @APIResponse(
            responseCode = "200",
            description = "The offer as it is now, with its version as ETag",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Offer.class)))
    @Operation(
            operationId = "deactivateOffer",
            summary = "Take an offer back",
            description =
                    "It stays in the catalog, for what was decided with it, and can be made active again by replacing it.")
    public Uni<Response> deactivate(
            @RestPath("org_id") UUID orgId,
            @RestPath("offer_id") int offerId,
            @HeaderParam(HttpHeaders.IF_MATCH) @Parameter(description = IF_MATCH, example = "\"3\"") String ifMatch,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey) {
        var expected = EntityTag.expected(ifMatch);
        return access.organization(orgId)
                .chain(organization -> catalog.deactivate(orgId, offerId, idempotencyKey, expected))
                .map(offer -> tagged(Response.Status.OK, offer));
    }

    @GET
    @Path("offers/organizations/{org_id}/{offer_id}/changes")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listOfferChanges", summary = "Read who changed an offer, when and how, the latest first")
    public Uni<Page<OfferChanges.Change>> changes(
            @RestPath("org_id") UUID orgId,
            @RestPath("offer_id") int offerId,
            @RestQuery Integer after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return existing(orgId, offerId).chain(offer -> changes.of(orgId, offerId, after, limit));
    }

    @POST
    @Path("offers/organizations/{org_id}/{offer_id}/redemptions")
    @ResponseStatus(201)
    @RolesAllowed(Role.OPERATE)
    @APIResponse(
            responseCode = "201",
            description = "Created",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Redemptions.Redemption.class)))
    @Operation(operationId = "redeemOffer", summary = "Note that a customer has accepted an offer", description = """
                    Takes it from the limit of the offer and its cost from the month's budget, in the time zone of the
                    organization. Neither is ever exceeded, however many ask at once. A customer accepts an offer once, and only one
                    that they may get by its rules; whoever was made it and still has time to answer may accept it in another
                    stage or segment, too.""")
    public Uni<Redemptions.Redemption> redeem(
            @RestPath("org_id") UUID orgId,
            @RestPath("offer_id") int offerId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @NotNull @Valid NewRedemption redemption) {
        return access.organization(orgId)
                .chain(organization -> redemptions.redeem(
                        organization, offerId, CustomerReference.of(orgId, redemption.customerId()), idempotencyKey));
    }

    @GET
    @Path("offers/organizations/{org_id}/{offer_id}/redemptions")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listRedemptions", summary = "List who has accepted an offer")
    public Uni<Page<Redemptions.Redemption>> redemptions(
            @RestPath("org_id") UUID orgId,
            @RestPath("offer_id") int offerId,
            @RestQuery UUID after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return existing(orgId, offerId).chain(offer -> redemptions.of(orgId, offerId, after, limit));
    }

    @GET
    @Path("customers/{customer_id}/eligible-offers")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "listEligibleOffers",
            summary = "Read which active offers a customer may get, and why not the others",
            description = """
                    By industry, lifecycle stage, segment, value, consent, limits of contacts, what the customer has accepted
                    before, and what is left of limits and budgets. A customer without a lifecycle stage may get offers of
                    every stage. A customer has consented whose attribute `marketing_consent` says so.""")
    public Uni<Eligibility.EligibleOffers> eligible(@RestPath("customer_id") String customerId) {
        return access.customer(customerId).chain(eligibility::of);
    }

    private static Stage known(String stage) {
        try {
            return stage == null ? null : Stage.of(stage);
        } catch (IllegalArgumentException e) {
            throw ProblemType.INVALID_REQUEST.problem("lifecycle_stage %s", e.getMessage());
        }
    }

    private Uni<Offer> existing(UUID organization, int offer) {
        return access.organization(organization)
                .chain(found -> offers.find(organization, offer))
                .onItem()
                .ifNull()
                .failWith(() -> Catalog.unknown(offer));
    }

    private static Response tagged(Response.Status status, Offer offer) {
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON)
                .entity(offer)
                .header(HttpHeaders.ETAG, EntityTag.of(offer.version()))
                .build();
    }
}
