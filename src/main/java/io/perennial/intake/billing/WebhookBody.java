package io.perennial.intake.billing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;

import io.perennial.intake.Decimals;
import io.perennial.intake.InvalidValue;
import io.perennial.intake.Timestamps;
import io.perennial.platform.InputError;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;

/** Reads the body of a webhook whose signature is good. */
final class WebhookBody {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    static {
        JSON.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(50)
                        .maxNumberLength(100)
                        .build());
    }

    private WebhookBody() {}

    /**
     * Reads the event in a body.
     *
     * @param now later than a day from it, nothing has occurred yet
     * @throws ProblemException when the body is no event at all, so that there is nothing to remember it by
     */
    static Reading read(Source source, byte[] body, Instant now) {
        var event = parse(body);
        var id = text(event, source == Source.PERENNIAL && event.has("event_id") ? "event_id" : "id");
        var type = text(event, "type");
        try {
            var fields = source == Source.STRIPE ? StripeEvents.fields(type, event) : own(type, event);
            return fields == null
                    ? new Reading.Ignored(id, type)
                    : new Reading.Told(
                            type, BillingReader.read(id, fields, Timestamps.ofIso(now), Decimals.withPoint()));
        } catch (InvalidValue e) {
            return new Reading.Refused(id, type, e, new String(body, StandardCharsets.UTF_8));
        }
    }

    private static JsonNode parse(byte[] body) {
        try {
            var event = JSON.readTree(body);
            if (event == null || !event.isObject()) {
                throw ProblemType.INVALID_REQUEST.problem("The body is not a JSON object");
            }
            return event;
        } catch (JsonProcessingException e) {
            var line = e.getLocation() == null ? null : (long) e.getLocation().getLineNr();
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST,
                    "The body is not JSON",
                    List.of(new InputError(line, null, e.getOriginalMessage())));
        } catch (IOException e) {
            throw ProblemType.INVALID_REQUEST.problem("The body is not text in UTF-8");
        }
    }

    /** What every event has, and what it is remembered by. */
    private static String text(JsonNode event, String field) {
        var text = event.path(field);
        if (!text.isTextual()
                || text.asText().isBlank()
                || text.asText().length() > BillingReader.LONGEST_ID
                || text.asText().indexOf('\0') >= 0) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST,
                    "The body is not an event: %s must be a text of 1 to %d characters"
                            .formatted(field, BillingReader.LONGEST_ID),
                    List.of(new InputError(
                            null, field, "must be a text of 1 to %d characters".formatted(BillingReader.LONGEST_ID))));
        }
        return text.asText();
    }

    /** The fields of an event in Perennial's own format, which are those of uploads; null when it is not of interest. */
    private static UnaryOperator<String> own(String type, JsonNode event) throws InvalidValue {
        if (BillingType.find(type).isEmpty()) {
            return null;
        }
        for (var field : BillingReader.FIELDS) {
            if (event.path(field.name()).isContainerNode()) {
                throw new InvalidValue(field.name(), "is not a text, a number or a truth value");
            }
        }
        return field -> event.hasNonNull(field) ? event.path(field).asText() : null;
    }
}
