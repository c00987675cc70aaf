package io.perennial.outreach.channel;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import io.perennial.outreach.template.Medium;

/**
 * Sends text messages by Twilio's REST API. It has no idempotency keys, so before a message is tried again Twilio is asked
 * whether it has it: what came through although nobody was told, or by somebody who then crashed, is not sent twice.
 *
 * @see <a href="https://www.twilio.com/docs/messaging/api/message-resource">Twilio: Messages resource</a>
 */
@ApplicationScoped
class SmsChannel implements Channel {

    /** Twilio's code for a number whose owner has answered STOP. */
    private static final int UNSUBSCRIBED = 21610;

    /** How much Twilio's clock may differ from ours. */
    private static final Duration CLOCKS = Duration.ofMinutes(2);

    private final ProviderClient client;
    private final ChannelConfig.Sms config;
    private final StatusCallbacks callbacks;

    SmsChannel(ProviderClient client, ChannelConfig config, StatusCallbacks callbacks) {
        this.client = client;
        this.config = config.sms();
        this.callbacks = callbacks;
    }

    @Override
    public Medium medium() {
        return Medium.SMS;
    }

    @Override
    public boolean isConfigured() {
        return config.accountSid().isPresent()
                && config.authToken().isPresent()
                && (config.from().isPresent() || config.messagingServiceSid().isPresent());
    }

    /** Asking whether it is there, and sending it. */
    @Override
    public Duration timeLimit() {
        return config.timeLimit().multipliedBy(2);
    }

    @Override
    public Uni<Receipt> send(Outgoing message) {
        return message.attempt() == 1
                ? post(message)
                : find(message)
                        .chain(found ->
                                found.isPresent() ? Uni.createFrom().item(Receipt.of(found.get())) : post(message));
    }

    private Uni<Receipt> post(Outgoing message) {
        var form = new LinkedHashMap<String, String>();
        form.put("To", message.address());
        config.messagingServiceSid()
                .ifPresentOrElse(
                        service -> form.put("MessagingServiceSid", service),
                        () -> form.put("From", config.from().orElseThrow()));
        form.put("Body", message.text());
        callbacks.of(message).ifPresent(url -> form.put("StatusCallback", url));
        var headers = Map.of(
                "Authorization", authorization(),
                "Content-Type", "application/x-www-form-urlencoded",
                "Accept", "application/json");
        return client.ask(HttpMethod.POST, messages(""), headers, Buffer.buffer(encoded(form)), config.timeLimit())
                .map(SmsChannel::receipt);
    }

    private static Receipt receipt(ProviderClient.Answer answer) {
        var json = answer.json();
        if (answer.isGood()) {
            return Receipt.of(json.getString("sid"));
        }
        var code = json.getValue("code") instanceof Number number ? number.intValue() : 0;
        if (code == UNSUBSCRIBED) {
            throw ChannelFailure.optedOut();
        }
        throw answer.mayPass()
                ? ChannelFailure.passing("answered %d, code %d", answer.status(), code)
                : ChannelFailure.lasting("answered %d, code %d", answer.status(), code);
    }

    /** What Twilio calls the message, if it has it. Texts differ: each has a link of its own. */
    private Uni<Optional<String>> find(Outgoing message) {
        var query = encoded(Map.of("To", message.address(), "PageSize", "50"));
        var headers = Map.of("Authorization", authorization(), "Accept", "application/json");
        return client.ask(HttpMethod.GET, messages("?" + query), headers, null, config.timeLimit())
                .map(answer -> {
                    if (!answer.isGood()) {
                        throw ChannelFailure.passing("answered %d when asked what it has", answer.status());
                    }
                    return answer.json().getJsonArray("messages").stream()
                            .map(JsonObject.class::cast)
                            .filter(known -> isSame(message, known))
                            .map(known -> known.getString("sid"))
                            .findFirst();
                });
    }

    private static boolean isSame(Outgoing message, JsonObject known) {
        var made = date(known.getString("date_created"));
        return known.getString("body", "").endsWith(message.text())
                && made.isAfter(message.createdAt().minus(CLOCKS));
    }

    /** As in RFC 2822; of what has no date, it is assumed to be of now. */
    private static Instant date(String text) {
        try {
            return text == null
                    ? Instant.MAX
                    : ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant();
        } catch (DateTimeException e) {
            return Instant.MAX;
        }
    }

    private URI messages(String query) {
        return URI.create(config.url()
                + "/2010-04-01/Accounts/%s/Messages.json"
                        .formatted(config.accountSid().orElseThrow())
                + query);
    }

    private String authorization() {
        var pair = config.accountSid().orElseThrow() + ":" + config.authToken().orElseThrow();
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private static String encoded(Map<String, String> form) {
        return form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
