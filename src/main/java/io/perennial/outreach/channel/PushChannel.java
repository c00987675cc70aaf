package io.perennial.outreach.channel;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.perennial.outreach.template.Medium;

/**
 * Sends push messages by the HTTP v1 API of Firebase Cloud Messaging, to every device of the customer. It is sent when one
 * device got it; the message's id replaces on a device what it has of the same message, so one that is tried again shows once.
 *
 * @see <a href="https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages">FCM: projects.messages</a>
 */
@ApplicationScoped
class PushChannel implements Channel {

    private static final int AT_A_TIME = 4;

    private final ProviderClient client;
    private final AccessTokens tokens;
    private final ChannelConfig.Push config;

    PushChannel(ProviderClient client, AccessTokens tokens, ChannelConfig config) {
        this.client = client;
        this.tokens = tokens;
        this.config = config.push();
    }

    @Override
    public Medium medium() {
        return Medium.PUSH;
    }

    @Override
    public boolean isConfigured() {
        return config.projectId().isPresent()
                && config.clientEmail().isPresent()
                && config.privateKey().isPresent();
    }

    /** Getting a token, and a few devices after each other. */
    @Override
    public Duration timeLimit() {
        return config.timeLimit().multipliedBy(4);
    }

    /** What became of it on one device: a name of the message, that the device is gone, or another failure. */
    private record OnDevice(String device, String name, boolean isGone, ChannelFailure failure) {}

    @Override
    public Uni<Receipt> send(Outgoing message) {
        return tokens.get()
                .chain(token -> Multi.createFrom()
                        .iterable(message.devices())
                        .onItem()
                        .transformToUni(device -> send(message, device, token))
                        .merge(AT_A_TIME)
                        .collect()
                        .asList())
                .map(PushChannel::receipt);
    }

    private static Receipt receipt(List<OnDevice> devices) {
        var gone =
                devices.stream().filter(OnDevice::isGone).map(OnDevice::device).toList();
        return devices.stream()
                .filter(device -> device.name() != null)
                .findFirst()
                .map(device -> new Receipt(device.name(), gone))
                .orElseThrow(() -> worst(devices).without(gone));
    }

    /** As long as it may reach one device later, it is tried again. */
    private static ChannelFailure worst(List<OnDevice> devices) {
        var failures = devices.stream().map(OnDevice::failure).toList();
        return failures.stream()
                .filter(failure -> failure.kind() == ChannelFailure.Kind.PASSING)
                .findFirst()
                .or(() -> failures.stream().findFirst())
                .orElseGet(() -> ChannelFailure.lasting("unregistered"));
    }

    private Uni<OnDevice> send(Outgoing message, String device, String token) {
        var headers = Map.of("Authorization", "Bearer " + token, "Content-Type", "application/json; charset=UTF-8");
        var url = URI.create(config.url()
                + "/v1/projects/%s/messages:send".formatted(config.projectId().orElseThrow()));
        return client.ask(HttpMethod.POST, url, headers, body(message, device).toBuffer(), config.timeLimit())
                .map(answer -> onDevice(device, answer))
                .onFailure(ChannelFailure.class)
                .recoverWithItem(e -> new OnDevice(device, null, false, (ChannelFailure) e));
    }

    private static JsonObject body(Outgoing message, String device) {
        var id = message.message().toString();
        return new JsonObject()
                .put(
                        "message",
                        new JsonObject()
                                .put("token", device)
                                .put(
                                        "notification",
                                        new JsonObject()
                                                .put("title", message.subject())
                                                .put("body", message.text()))
                                .put("data", new JsonObject().put("message_id", id))
                                .put(
                                        "android",
                                        new JsonObject()
                                                .put("collapse_key", id)
                                                .put("notification", new JsonObject().put("tag", id)))
                                .put(
                                        "apns",
                                        new JsonObject().put("headers", new JsonObject().put("apns-collapse-id", id)))
                                .put(
                                        "webpush",
                                        new JsonObject()
                                                .put("headers", new JsonObject().put("Topic", id.replace("-", "")))));
    }

    private OnDevice onDevice(String device, ProviderClient.Answer answer) {
        if (answer.isGood()) {
            return new OnDevice(device, answer.json().getString("name", ""), false, null);
        }
        var code = errorCode(answer.json());
        if (code.equals("UNREGISTERED") || code.equals("SENDER_ID_MISMATCH")) {
            return new OnDevice(device, null, true, ChannelFailure.lasting("unregistered"));
        }
        if (answer.status() == 401) {
            tokens.forget();
        }
        var failure = answer.mayPass()
                ? ChannelFailure.passing("answered %d %s", answer.status(), code)
                : ChannelFailure.lasting("answered %d %s", answer.status(), code);
        return new OnDevice(device, null, false, failure);
    }

    /** FCM's own code where there is one, or else the general one. */
    private static String errorCode(JsonObject answer) {
        var error = answer.getJsonObject("error", new JsonObject());
        return details(error)
                .map(detail -> detail.getString("errorCode"))
                .filter(code -> code != null && code.matches("[A-Z_]{1,40}"))
                .findFirst()
                .orElse(error.getString("status", "").replaceAll("[^A-Z_]", ""));
    }

    private static Stream<JsonObject> details(JsonObject error) {
        return error.getJsonArray("details", new JsonArray()).stream()
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast);
    }
}
