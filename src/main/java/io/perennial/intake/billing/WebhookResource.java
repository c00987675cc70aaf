package io.perennial.intake.billing;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Organizations;

/** Where outside systems tell what happened to subscriptions and payments. Who sends is known by the signature. */
@Path("/api/v1/webhooks")
@Tag(name = "Billing")
@PermitAll
@Consumes(MediaType.APPLICATION_JSON)
class WebhookResource {

    private static final String OWN_SIGNATURE = "Perennial-Signature";
    private static final String STRIPE_SIGNATURE = "Stripe-Signature";

    private final WebhookSecrets secrets;
    private final Organizations organizations;
    private final Inbox inbox;
    private final BillingConfig config;
    private final Clock clock;
    private final MeterRegistry meters;

    WebhookResource(
            WebhookSecrets secrets,
            Organizations organizations,
            Inbox inbox,
            BillingConfig config,
            Clock clock,
            MeterRegistry meters) {
        this.secrets = secrets;
        this.organizations = organizations;
        this.inbox = inbox;
        this.config = config;
        this.clock = clock;
        this.meters = meters;
    }

    /** What a sender is answered. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Receipt(
            @Schema(examples = "evt_1NG8Du2eZvKYlo2CUI79vXWy")
            String eventId,

            WebhookEvent.Status status,

            @Schema(description = "Why it is not applied", examples = "There is no customer CUST_00042")
            String reason) {

        static Receipt of(WebhookEvent event) {
            return new Receipt(event.eventId(), event.status(), event.reason());
        }
    }

    @POST
    @Path("events")
    @Operation(
            operationId = "receiveWebhook",
            summary = "Tell what happened to a subscription or a payment",
            description = """
                    One event, signed: `Perennial-Signature: t=<seconds since 1970>,v1=<hexadecimal HMAC-SHA256 of the time, a
                    point and the body>`. The key of the HMAC is the organization's webhook secret. A signature is good for five
                    minutes; sign every delivery anew. Send an event again until it is answered 200: it counts once, and the
                    order in which events come makes no difference. It is answered when it is recorded, as `accepted`; what
                    follows from it follows within a second or so, and a second delivery is answered what became of it. The fields are those of uploaded billing events; fields
                    besides them are passed over, and so are events of other types.""")
    public Uni<Receipt> receive(
            @RestQuery @Parameter(required = true) UUID organization,
            @HeaderParam(OWN_SIGNATURE)
                    @Parameter(
                            description = "Time and HMAC-SHA256 of time and body",
                            example =
                                    "t=1767261600,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd")
                    String signature,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(implementation = Map.class)))
                    byte[] body) {
        return receive(Source.PERENNIAL, organization, OWN_SIGNATURE, signature, body);
    }

    @POST
    @Path("stripe")
    @Operation(operationId = "receiveStripeWebhook", summary = "Take a webhook of Stripe", description = """
                    Of interest are `invoice.payment_failed`, `invoice.paid`, `invoice.payment_succeeded`,
                    `customer.subscription.created`, `customer.subscription.updated`, `customer.subscription.deleted` and
                    `customer.source.expiring`; any other is answered 200 and ignored. An event is answered when it is recorded, and
                    settled in a moment. A customer is found by their own id, or by
                    the attribute `stripe_customer_id`, being Stripe's id.""")
    public Uni<Receipt> receiveStripe(
            @RestQuery @Parameter(required = true) UUID organization,
            @HeaderParam(STRIPE_SIGNATURE)
                    @Parameter(
                            description = "As Stripe signs its webhooks",
                            example =
                                    "t=1767261600,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd")
                    String signature,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(implementation = Map.class)))
                    byte[] body) {
        return receive(Source.STRIPE, organization, STRIPE_SIGNATURE, signature, body);
    }

    /** Nothing is looked up, read or stored for somebody who cannot sign. */
    private Uni<Receipt> receive(Source source, UUID organization, String header, String signature, byte[] body) {
        if (organization == null) {
            throw ProblemType.INVALID_REQUEST.problem("The query parameter organization is missing");
        }
        verify(source, organization, header, signature, body);
        return organizations
                .find(organization)
                .onItem()
                .ifNull()
                .failWith(() -> ProblemType.UNKNOWN_ORGANIZATION.problem("No organization %s", organization))
                .chain(found -> inbox.receive(organization, source, WebhookBody.read(source, body, clock.instant())))
                .map(Receipt::of);
    }

    private void verify(Source source, UUID organization, String header, String signature, byte[] body) {
        try {
            Signature.read(header, signature)
                    .verify(body, secrets.of(source, organization), clock.instant(), config.tolerance());
        } catch (ProblemException e) {
            meters.counter("perennial.billing.events", "source", source.value(), "outcome", "unsigned")
                    .increment();
            throw e;
        }
    }
}
