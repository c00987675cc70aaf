package io.perennial.recovery.dunning;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import io.perennial.outreach.template.Medium;

/** By which channel a step of a sequence goes: one that is named, or the second one of the strategy for the risk. */
public enum StepChannel {
    EMAIL,
    SMS,
    PUSH,
    PHONE,
    /** What the strategy has besides e-mail and phone, or of these what the customer prefers. */
    FOLLOW_UP;

    /** As the API and the database write it. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads what {@link #label()} writes. */
    @JsonCreator
    public static StepChannel of(String label) {
        return Arrays.stream(values())
                .filter(channel -> channel.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of email, sms, push, phone, follow_up"));
    }

    /**
     * The channel for a customer; empty when the strategy has no second one.
     *
     * @param strategy the channels of the strategy, the most important first
     * @param preferred how the customer prefers to be contacted, as somebody wrote it; null when not known
     */
    Optional<Medium> channel(List<String> strategy, String preferred) {
        return this == FOLLOW_UP ? followUp(strategy, preferred) : Optional.of(Medium.of(label()));
    }

    private static Optional<Medium> followUp(List<String> strategy, String preferred) {
        var second = strategy.stream()
                .filter(channel -> !channel.equals(Medium.EMAIL.value()) && !channel.equals(Medium.PHONE.value()))
                .findFirst();
        var wanted = preferred == null ? "" : preferred.strip().toLowerCase(Locale.ROOT);
        return second.map(channel -> switch (wanted) {
            case "sms", "push" -> Medium.of(wanted);
            default -> Medium.of(channel);
        });
    }
}
