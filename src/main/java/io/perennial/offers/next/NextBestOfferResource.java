package io.perennial.offers.next;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import java.math.BigDecimal;
import java.util.List;
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

import io.perennial.runs.Run;
import io.perennial.runs.Runs;
import io.perennial.tenant.Access;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;

/** The next best offer: decide it, say why, try what would be, and tell what came of it. */
@Path("/api/v1")
@Tag(name = "Next best offer")
class NextBestOfferResource {

    private static final int MANY = 200;

    private final Access access;
    private final NextBestOffers offers;
    private final Feedback feedback;
    private final Runs runs;

    NextBestOfferResource(Access access, NextBestOffers offers, Feedback feedback, Runs runs) {
        this.access = access;
        this.offers = offers;
        this.feedback = feedback;
        this.runs = runs;
    }

    /** Who is asked about. */
    public record Customers(
            @NotEmpty
            @Size(max = MANY)
            @Schema(
                    description = "Perennial's UUIDs of customers or the organization's own ids",
                    examples = "[\"CUST_00042\", \"CUST_00043\"]")
            List<@NotBlank String> customerIds) {}

    /** What was decided for each, in the order that they were asked for. */
    public record Offered(List<NextBestOffer> offers) {}

    /** A catalog that is only thought of. */
    public record Simulation(
            @NotBlank
            @Schema(
                    description = "Perennial's UUID of the customer or the organization's own id",
                    examples = "CUST_00042")
            String customerId,

            @NotNull @Size(max = MANY) List<@NotNull @Valid OfferChange> offers) {}

    /** What is different about an offer. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record OfferChange(
            @NotNull @Schema(examples = "4") Integer offerId,

            @Schema(description = "False to leave it out", examples = "true")
            Boolean isActive,

            @DecimalMin("0") @Schema(description = "What an acceptance costs; as it is unless given", examples = "3.00")
            BigDecimal cost) {

        NextBestOffers.Change change() {
            return new NextBestOffers.Change(offerId, Boolean.FALSE.equals(isActive), cost);
        }
    }

    /** What came of a decision. */
    public record NewFeedback(
            @NotNull
            @Schema(
                    type = org.eclipse.microprofile.openapi.annotations.enums.SchemaType.STRING,
                    examples = "accepted",
                    enumeration = {"shown", "accepted", "declined"})
            Feedback.Outcome outcome) {}

    @GET
    @Path("customers/{customer_id}/next-best-offer")
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "getNextBestOffer",
            summary = "Decide which offer a customer should be made",
            description = """
                    Of the eligible offers that with the highest expected value, which is the probability that it is
                    accepted, times what it is worth to keep the customer (the predicted lifetime value, else the average
                    order, else the margin of the offer), minus what the offer costs. A share of the decisions is for learning. Where no
                    offer is expected to bring what it costs, none is recommended but to learn, and the explanation says so. Each
                    decision is logged; tell what came of it. Without a trained model popularity decides,
                    `popularity-1`.""")
    public Uni<NextBestOffer> next(
            @RestPath("customer_id") String customerId,
            @RestQuery @DefaultValue("false") @Parameter(description = "Say what moved the probability")
                    boolean explain) {
        return access.customer(customerId).chain(customer -> offers.decide(customer, explain));
    }

    @GET
    @Path("customers/{customer_id}/decisions/{decision_id}")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getOfferDecision",
            summary = "Read a decision, why it was made and what came of it",
            description = "The contributions are those of the model version that has decided.")
    public Uni<LoggedDecision> decision(
            @RestPath("customer_id") String customerId, @RestPath("decision_id") UUID decisionId) {
        return access.customer(customerId).chain(customer -> offers.logged(customer, decisionId));
    }

    @POST
    @Path("customers/{customer_id}/decisions/{decision_id}/feedback")
    @RolesAllowed(Role.OPERATE)
    @Operation(operationId = "tellOfferFeedback", summary = "Tell what came of a decision", description = """
                    Whoever does not answer within the feedback window has ignored the offer. What is accepted is redeemed, and
                    what was shown counts for the limits of contacts.""")
    public Uni<LoggedDecision> tell(
            @RestPath("customer_id") String customerId,
            @RestPath("decision_id") UUID decisionId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @NotNull @Valid NewFeedback told) {
        return access.customer(customerId)
                .chain(customer -> feedback.note(customer, decisionId, told.outcome(), idempotencyKey));
    }

    @POST
    @Path("offers/organizations/{org_id}/next-best-offers")
    @RolesAllowed(Role.OPERATE)
    @Operation(operationId = "decideOffers", summary = "Decide for several customers", description = """
                    For up to 200; for all of them there is a run.""")
    public Uni<Offered> many(@RestPath("org_id") UUID orgId, @NotNull @Valid Customers asked) {
        return access.organization(orgId)
                .chain(organization -> offers.decide(
                        orgId,
                        asked.customerIds().stream()
                                .distinct()
                                .map(name -> CustomerReference.of(orgId, name))
                                .toList()))
                .map(Offered::new);
    }

    @POST
    @Path("offers/organizations/{org_id}/simulate")
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "simulateOffers",
            summary = "Ask what would be best if offers were inactive or cheaper",
            description = "For one customer. Nothing is logged, and nothing explored.")
    public Uni<NextBestOffers.Compared> simulate(
            @RestPath("org_id") UUID orgId, @NotNull @Valid Simulation simulation) {
        return access.organization(orgId)
                .chain(organization -> offers.simulate(
                        CustomerReference.of(orgId, simulation.customerId()),
                        simulation.offers().stream().map(OfferChange::change).toList()));
    }

    @POST
    @Path("offers/organizations/{org_id}/decide")
    @ResponseStatus(202)
    @RolesAllowed(Role.OPERATE)
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Run.class)))
    @Operation(
            operationId = "decideAllOffers",
            summary = "Decide for every customer",
            description = "Computes the features first. The totals of the run tell which offer was chosen how often.")
    public Uni<Run> all(@RestPath("org_id") UUID orgId, @HeaderParam(Idempotency.HEADER) String idempotencyKey) {
        return access.organization(orgId)
                .chain(organization -> runs.startOnce(orgId, idempotencyKey, NextBestOfferRun.NAME, null, null));
    }
}
