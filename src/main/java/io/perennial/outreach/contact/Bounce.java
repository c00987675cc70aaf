package io.perennial.outreach.contact;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

import io.perennial.platform.InputError;

/**
 * What became of an e-mail, as whoever carries e-mails tells it.
 *
 * @param type delivered, soft_bounce, hard_bounce or complaint
 * @param address that it was sent to
 * @param messageId Perennial's id of the message, or the {@code Message-ID} that it was sent with, which holds it; may be null
 * @param occurredAt may be null for now
 * @param reason in words; may be null
 */
@RegisterForReflection
@JsonIgnoreProperties(ignoreUnknown = true)
record Bounce(String type, String address, String messageId, Instant occurredAt, String reason) {

    private static final Pattern ID =
            Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", Pattern.CASE_INSENSITIVE);

    private static final List<String> TYPES = List.of("delivered", "soft_bounce", "hard_bounce", "complaint");
    private static final int LONGEST_REASON = 500;

    /** What is wrong with it. */
    List<InputError> errors(int place) {
        var errors = new ArrayList<InputError>();
        if (type == null || !TYPES.contains(type)) {
            errors.add(new InputError(
                    null, "events[%d].type".formatted(place), "must be one of " + String.join(", ", TYPES)));
        }
        if (address == null || !address.contains("@") || address.length() > Suppressions.LONGEST_ADDRESS) {
            errors.add(new InputError(null, "events[%d].address".formatted(place), "must be a mailbox"));
        }
        return errors;
    }

    /** Whether the address is not to be written to any more. */
    boolean suppresses() {
        return isComplaint() || type.equals("hard_bounce");
    }

    boolean isComplaint() {
        return type.equals("complaint");
    }

    /** Whether the message came back; a message that is complained about has arrived. */
    boolean isReturned() {
        return type.endsWith("_bounce");
    }

    SuppressionReason suppressionReason() {
        return isComplaint() ? SuppressionReason.COMPLAINT : SuppressionReason.HARD_BOUNCE;
    }

    /** Perennial's id of the message, where one is named. */
    Optional<UUID> message() {
        if (messageId == null) {
            return Optional.empty();
        }
        var found = ID.matcher(messageId);
        return found.find() ? Optional.of(UUID.fromString(found.group())) : Optional.empty();
    }

    /** The type and what was said about it, as listeners are told. */
    String told() {
        var said = reason == null ? type : type + ": " + reason;
        return said.substring(0, Math.min(said.length(), LONGEST_REASON));
    }
}
