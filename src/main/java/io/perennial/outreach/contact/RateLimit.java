package io.perennial.outreach.contact;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How many messages a customer gets in 24 hours and in seven days, wherever those begin. */
final class RateLimit {

    static final Duration DAY = Duration.ofDays(1);
    static final Duration WEEK = Duration.ofDays(7);

    private RateLimit() {}

    /**
     * When the next message may be sent; nothing when it may be sent now.
     *
     * @param sent when the customer's messages were sent, the latest first, at least those of the last seven days or as many as
     *     are allowed in them
     * @param perDay at least 1
     * @param perWeek at least 1
     */
    static Optional<Instant> end(Instant now, List<Instant> sent, int perDay, int perWeek) {
        return Stream.of(leaves(sent, perDay, DAY), leaves(sent, perWeek, WEEK))
                .flatMap(Optional::stream)
                .filter(now::isBefore)
                .max(Instant::compareTo);
    }

    /** When the message leaves the window without which there would be room for one more. */
    private static Optional<Instant> leaves(List<Instant> sent, int most, Duration window) {
        return sent.size() < most
                ? Optional.empty()
                : Optional.of(sent.get(most - 1).plus(window));
    }
}
