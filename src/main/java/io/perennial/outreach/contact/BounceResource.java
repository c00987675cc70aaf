package io.perennial.outreach.contact;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.intake.billing.WebhookSigning;
import io.perennial.platform.InputError;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Organizations;

/** Where whoever carries e-mails tells what became of them. Who sends is known by the signature. */
@Path("/api/v1/webhooks/bounces")
@Tag(name = "Outreach")
@PermitAll
@Consumes(MediaType.APPLICATION_JSON)
class BounceResource {

    private static final int MOST_EVENTS = 100;

    private final WebhookSigning signing;
    private final Organizations organizations;
    private final Bounces bounces;
    private final ObjectMapper json;
    private final MeterRegistry meters;

    BounceResource(
            WebhookSigning signing,
            Organizations organizations,
            Bounces bounces,
            ObjectMapper json,
            MeterRegistry meters) {
        this.signing = signing;
        this.organizations = organizations;
        this.bounces = bounces;
        this.json = json;
        this.meters = meters;
    }

    /** The body of a webhook; whatever else it says is passed over. */
    @RegisterForReflection
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Report(List<Bounce> events) {}

    /** What a sender is answered. */
    public record Taken(
            @Schema(description = "How many events were taken", examples = "2")
            int events) {}

    @POST
    @Operation(operationId = "receiveBounces", summary = "Tell what became of e-mails", description = """
                    Up to a hundred events at once, signed like billing events: `Perennial-Signature: t=<seconds since
                    1970>,v1=<hexadecimal HMAC-SHA256 of the time, a point and the body>`. Types are `delivered`, `soft_bounce`,
                    `hard_bounce` and `complaint`. An address with a hard bounce or a complaint is not written to any more, and
                    who complains has refused e-mail. `message_id` is Perennial's id of the message or the `Message-ID` that it
                    was sent with. The same event again changes nothing.""")
    public Uni<Taken> receive(
            @RestQuery @Parameter(required = true) UUID organization,
            @HeaderParam(WebhookSigning.HEADER)
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
        if (organization == null) {
            throw ProblemType.INVALID_REQUEST.problem("The query parameter organization is missing");
        }
        signing.verify(organization, signature, body);
        return organizations
                .find(organization)
                .onItem()
                .ifNull()
                .failWith(() -> ProblemType.UNKNOWN_ORGANIZATION.problem("No organization %s", organization))
                .chain(found -> take(organization, events(body)));
    }

    private Uni<Taken> take(UUID organization, List<Bounce> events) {
        return bounces.take(organization, events)
                .invoke(() -> events.forEach(event -> meters.counter("perennial.outreach.bounces", "type", event.type())
                        .increment()))
                .replaceWith(new Taken(events.size()));
    }

    private List<Bounce> events(byte[] body) {
        var events = read(body).events();
        if (events == null
                || events.isEmpty()
                || events.size() > MOST_EVENTS
                || events.stream().anyMatch(Objects::isNull)) {
            throw refused(List.of(new InputError(null, "events", "must be a list of 1 to " + MOST_EVENTS)));
        }
        var errors = new ArrayList<InputError>();
        for (var i = 0; i < events.size(); i++) {
            errors.addAll(events.get(i).errors(i));
        }
        if (!errors.isEmpty()) {
            throw refused(errors);
        }
        return events;
    }

    private Report read(byte[] body) {
        try {
            var report = json.readValue(body, Report.class);
            return report == null ? new Report(null) : report;
        } catch (IOException e) {
            throw ProblemType.WEBHOOK_REFUSED.problem("The body is not JSON with a list of events");
        }
    }

    private static ProblemException refused(List<InputError> errors) {
        var first = errors.get(0);
        return new ProblemException(
                ProblemType.WEBHOOK_REFUSED, "%s %s".formatted(first.field(), first.reason()), errors);
    }
}
