package io.perennial.intake.billing;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import jakarta.enterprise.inject.spi.CDI;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

import io.perennial.testing.Api;
import io.perennial.testing.Database;

/** Sends webhooks as outside systems do, signed with the secrets of the organization. */
final class Webhooks {

    static final String EVENTS = "/api/v1/webhooks/events";
    static final String STRIPE = "/api/v1/webhooks/stripe";

    /** When the fixtures of Stripe say that it happened. */
    static final Instant AT = Instant.parse("2026-01-01T09:59:30Z");

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Webhooks() {}

    /** The secrets of an organization for Perennial's own webhooks, the current one first. */
    static List<String> secrets(UUID organization) {
        return Api.asAdmin()
                .get("/api/v1/organizations/{org_id}/webhook-secrets", organization)
                .then()
                .statusCode(200)
                .extract()
                .path("perennial");
    }

    /** Gives the service a secret of Stripe for an organization, as its environment would. */
    static void setStripeSecret(UUID organization, String secrets) {
        System.setProperty(
                "STRIPE_WEBHOOK_SECRET_"
                        + organization.toString().replace('-', '_').toUpperCase(Locale.ROOT),
                secrets);
    }

    /** Sends an event until it is settled, as a sender does who wants to know. Yields the last answer. */
    static Response send(String path, UUID organization, String signature, String body) {
        var answer = deliver(path, organization, signature, body);
        if (answer.statusCode() != 200 || !answer.path("status").equals("accepted")) {
            return answer;
        }
        settle(organization);
        return deliver(path, organization, signature, body);
    }

    /** Settles what was accepted: if another pass is under way, after it. */
    static void settle(UUID organization) {
        var accepted = CDI.current().select(AcceptedEvents.class).get();
        var deadline = Instant.now().plus(PATIENCE);
        do {
            assertThat(Instant.now()).as("webhooks are settled").isBefore(deadline);
            accepted.settle(organization).await().atMost(PATIENCE);
        } while (isAccepted(organization));
    }

    private static boolean isAccepted(UUID organization) {
        try {
            return Database.number(
                            "select count(*) from webhook_events where organization_id = ? and status = 'accepted'",
                            organization)
                    > 0;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends an event once. */
    static Response deliver(String path, UUID organization, String signature, String body) {
        var request = Api.withoutKey()
                .contentType("application/json; charset=utf-8")
                .queryParam("organization", organization)
                .body(body.getBytes(StandardCharsets.UTF_8));
        if (signature != null) {
            request.header(path.equals(STRIPE) ? "Stripe-Signature" : "Perennial-Signature", signature);
        }
        return request.post(path);
    }

    static String signature(String secret, String body) {
        return Signature.sign(secret, Instant.now(), body.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends an event in Perennial's format, well signed. */
    static Response send(UUID organization, String body) {
        return send(EVENTS, organization, signature(secrets(organization).get(0), body), body);
    }

    /** Sends an event of Stripe, signed with the secret {@code whsec_test}. */
    static Response sendStripe(UUID organization, String body) {
        return send(STRIPE, organization, signature("whsec_test", body), body);
    }

    /** An event of Stripe as its documentation shows it. */
    static String fixture(String name) {
        try (var file = Webhooks.class.getResourceAsStream("/stripe/" + name + ".json")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
