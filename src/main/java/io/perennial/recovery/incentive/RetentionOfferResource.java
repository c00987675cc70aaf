package io.perennial.recovery.incentive;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.math.BigDecimal;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Access;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;

/** Retention offers: see what a customer would be and was offered, redeem codes, and say what may be offered and spent. */
@Path("/api/v1/recovery")
@Tag(name = "Retention offers")
class RetentionOfferResource {

    private final Access access;
    private final RetentionOffers offers;
    private final OfferRedemptions redemptions;
    private final IncentiveBudgets budgets;

    RetentionOfferResource(
            Access access, RetentionOffers offers, OfferRedemptions redemptions, IncentiveBudgets budgets) {
        this.access = access;
        this.offers = offers;
        this.redemptions = redemptions;
        this.budgets = budgets;
    }

    /** A code that a customer redeems. */
    public record CodeToRedeem(
            @NotBlank
            @Size(max = 100)
            @Schema(description = "In any case, with or without its hyphens", examples = "STAY-7K3M-9QXD-R2VH-5TBN")
            String offerCode,

            @Size(min = 1, max = 255)
            @Schema(
                    description =
                            "Perennial's UUID of the customer or the organization's own id; when given, the code has"
                                    + " to be that customer's",
                    examples = "CUST_00042")
            String customerId) {}

    @GET
    @Path("customers/{customer_id}/retention-offers/preview")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "previewRetentionOffers",
            summary = "Read what a customer would be offered in a stage of dunning",
            description = """
                    By the billing segment and the metrics of this moment, the budgets, and what the customer is expected to be
                    worth. Nothing is promised, so there are no codes.""")
    public Uni<RetentionOffers.OfferPreview> preview(
            @RestPath("customer_id") String customerId,
            @RestQuery
                    @DefaultValue("dunning_1")
                    @Parameter(description = "dunning_1 to dunning_5", example = "dunning_3")
                    String stage,
            @RestQuery("amount_due")
                    @DecimalMin("0")
                    @Digits(integer = 15, fraction = 4)
                    @Parameter(
                            description = "What was to be paid and was not, in the organization's currency; that of the"
                                    + " latest open failure of a payment unless given",
                            example = "640.00")
                    BigDecimal amountDue) {
        var known = DunningStage.labelled(stage)
                .orElseThrow(() -> ProblemType.INVALID_REQUEST.problem("stage must be one of dunning_1 to dunning_5"));
        return access.customer(customerId).chain(customer -> offers.preview(customer, known, amountDue));
    }

    @GET
    @Path("customers/{customer_id}/retention-offers")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "listRetentionOffers",
            summary = "List what a customer was offered and what became of it, the latest first",
            description = "Of the codes only the last four characters are shown.")
    public Uni<Page<RetentionOffers.MadeOffer>> list(
            @RestPath("customer_id") String customerId,
            @RestQuery UUID after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.customer(customerId).chain(customer -> offers.of(customer, after, limit));
    }

    @POST
    @Path("organizations/{org_id}/offer-redemptions")
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "redeemRetentionOffer",
            summary = "Redeem the code of a retention offer",
            description = """
                    Answers what the customer now has. A code is redeemed once; repeated with its idempotency key, the request
                    answers what it answered the first time. The code of an offer whose place a later one has taken redeems the
                    later one.""")
    public Uni<OfferRedemptions.OfferRedemption> redeem(
            @RestPath("org_id") UUID orgId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @NotNull @Valid CodeToRedeem redemption) {
        var customer = redemption.customerId() == null ? null : CustomerReference.of(orgId, redemption.customerId());
        return access.organization(orgId)
                .chain(organization -> redemptions.redeem(orgId, redemption.offerCode(), customer, idempotencyKey));
    }

    @GET
    @Path("organizations/{org_id}/retention-offers")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getRetentionOfferSettings",
            summary = "Read what is offered by segment and stage, and on which triggers")
    public Uni<OfferSettings> settings(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId).chain(organization -> offers.settings(orgId));
    }

    @PUT
    @Path("organizations/{org_id}/retention-offers")
    @RolesAllowed(Role.ADMINISTER)
    @Operation(
            operationId = "setRetentionOfferSettings",
            summary = "Set what is offered by segment and stage, and on which triggers",
            description = """
                    Replaces everything; where a segment or a stage is left out, nothing is offered. Offers that were made stay
                    as they are.""")
    public Uni<OfferSettings> setSettings(@RestPath("org_id") UUID orgId, @NotNull @Valid OfferSettings given) {
        return access.organization(orgId).chain(organization -> offers.change(orgId, given));
    }

    @GET
    @Path("organizations/{org_id}/incentive-budget")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getIncentiveBudget",
            summary = "Read what incentives may cost, and what they do this month")
    public Uni<IncentiveBudgets.BudgetState> budget(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId).chain(budgets::state);
    }

    @PUT
    @Path("organizations/{org_id}/incentive-budget")
    @RolesAllowed(Role.ADMINISTER)
    @Operation(
            operationId = "setIncentiveBudget",
            summary = "Set what incentives may cost",
            description = "Takes effect at once for what is promised from then on; what was promised before stays.")
    public Uni<IncentiveBudgets.BudgetState> setBudget(
            @RestPath("org_id") UUID orgId, @NotNull @Valid IncentiveBudgets.Budget budget) {
        return access.organization(orgId).chain(organization -> budgets.change(organization, budget));
    }
}
