package io.perennial.outreach.message;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.outreach.channel.StatusCallbacks;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.TenantDatabase;

/**
 * Where Twilio tells what became of text messages: {@code delivered}, {@code undelivered} and {@code failed} are noted, any other
 * status changes nothing. That it is Twilio is known by the signature; nobody else is told the address, so the API document
 * leaves it out.
 */
@Path("/api/v1/webhooks/twilio")
@PermitAll
class TwilioResource {

    private final StatusCallbacks callbacks;
    private final Deliveries deliveries;
    private final TenantDatabase database;
    private final Clock clock;

    TwilioResource(StatusCallbacks callbacks, Deliveries deliveries, TenantDatabase database, Clock clock) {
        this.callbacks = callbacks;
        this.deliveries = deliveries;
        this.database = database;
        this.clock = clock;
    }

    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Operation(hidden = true)
    public Uni<Void> receive(
            @RestQuery UUID organization,
            @RestQuery UUID customer,
            @RestQuery UUID message,
            @HeaderParam(StatusCallbacks.SIGNATURE) String signature,
            byte[] body) {
        var form = form(body);
        if (organization == null
                || customer == null
                || message == null
                || !callbacks.isSigned(organization, customer, message, form, signature)) {
            throw ProblemType.WEBHOOK_SIGNATURE_INVALID.problem(
                    "%s is not the signature of this address and this form with the secret of the account",
                    StatusCallbacks.SIGNATURE);
        }
        return switch (form.getOrDefault("MessageStatus", "")) {
            case "delivered" -> note(organization, customer, message, Delivery.Kind.DELIVERED, null);
            case "undelivered", "failed" ->
                note(organization, customer, message, Delivery.Kind.BOUNCED, code(form.get("ErrorCode")));
            default -> Uni.createFrom().voidItem();
        };
    }

    private static Map<String, String> form(byte[] body) {
        try {
            return new QueryStringDecoder(new String(body, StandardCharsets.UTF_8), false)
                    .parameters().entrySet().stream()
                            .collect(Collectors.toMap(
                                    Map.Entry::getKey, field -> field.getValue().get(0)));
        } catch (IllegalArgumentException e) {
            throw ProblemType.INVALID_REQUEST.problem("The body is no form");
        }
    }

    private static String code(String error) {
        return error != null && error.matches("\\d{1,6}") ? "code " + error : null;
    }

    private Uni<Void> note(UUID organization, UUID customer, UUID message, Delivery.Kind kind, String reason) {
        return database.transaction(
                organization,
                connection -> connection
                        .query(TenantDatabase.shareWithoutErasure(organization))
                        .execute()
                        .chain(() -> deliveries.note(
                                connection, organization, customer, message, kind, reason, clock.instant())));
    }
}
