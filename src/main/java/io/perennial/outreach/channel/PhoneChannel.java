package io.perennial.outreach.channel;

import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;

import io.perennial.intake.billing.Signature;
import io.perennial.outreach.template.Medium;

/**
 * Has a person call a customer: posts a task to a CRM or the like. Its {@code name}, {@code description} and {@code priority} are
 * those of a task of ClickUp, whose API takes it as it is. The same task always has the same {@code Idempotency-Key}.
 */
@ApplicationScoped
class PhoneChannel implements Channel {

    private static final String SIGNATURE = "Perennial-Signature";
    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    /** ClickUp's least urgent. */
    private static final int LOW = 4;

    private final ProviderClient client;
    private final ChannelConfig.Phone config;
    private final Clock clock;

    PhoneChannel(ProviderClient client, ChannelConfig config, Clock clock) {
        this.client = client;
        this.config = config.phone();
        this.clock = clock;
    }

    @Override
    public Medium medium() {
        return Medium.PHONE;
    }

    @Override
    public boolean isConfigured() {
        return config.url().isPresent();
    }

    @Override
    public Duration timeLimit() {
        return config.timeLimit();
    }

    @Override
    public Uni<Receipt> send(Outgoing message) {
        var body = task(message).toBuffer();
        var headers = new HashMap<String, String>();
        headers.put("Content-Type", "application/json; charset=UTF-8");
        headers.put(IDEMPOTENCY_KEY, message.message().toString());
        config.secret()
                .ifPresent(secret -> headers.put(SIGNATURE, Signature.sign(secret, clock.instant(), body.getBytes())));
        config.authorization().ifPresent(authorization -> headers.put("Authorization", authorization));
        return client.ask(HttpMethod.POST, config.url().orElseThrow(), headers, body, config.timeLimit())
                .map(PhoneChannel::receipt);
    }

    private static JsonObject task(Outgoing message) {
        return new JsonObject()
                .put("name", message.subject())
                .put("description", message.text())
                .put("priority", Math.min(message.priority(), LOW))
                .put("phone_number", message.address())
                .put("task_id", message.message().toString())
                .put("organization_id", message.organization().toString())
                .put("customer_id", message.customer().toString())
                .put("created_at", message.createdAt().toString());
    }

    private static Receipt receipt(ProviderClient.Answer answer) {
        if (answer.isGood()) {
            var id = answer.json().getValue("id");
            return Receipt.of(id == null ? null : id.toString());
        }
        throw answer.mayPass()
                ? ChannelFailure.passing("answered %d", answer.status())
                : ChannelFailure.lasting("answered %d", answer.status());
    }
}
