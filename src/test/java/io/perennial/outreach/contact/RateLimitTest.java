package io.perennial.outreach.contact;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RateLimitTest {

    private static final Instant NOW = Instant.parse("2026-01-10T12:00:00Z");

    private static Instant ago(Duration duration) {
        return NOW.minus(duration);
    }

    @Example
    void theFourthMessageOfADayWaitsUntilTheFirstIsADayOld() {
        var sent = List.of(ago(Duration.ofHours(1)), ago(Duration.ofHours(5)), ago(Duration.ofHours(20)));

        assertThat(RateLimit.end(NOW, sent, 3, 8)).contains(NOW.plus(Duration.ofHours(4)));
        assertThat(RateLimit.end(NOW, sent.subList(0, 2), 3, 8)).isEmpty();
        assertThat(RateLimit.end(NOW.plus(Duration.ofHours(4)), sent, 3, 8)).isEmpty();
        assertThat(RateLimit.end(NOW, sent, 4, 8)).isEmpty();
    }

    @Example
    void theNinthMessageOfAWeekWaitsUntilTheFirstIsAWeekOld() {
        var sent = new ArrayList<Instant>();
        for (var i = 0; i < 8; i++) {
            sent.add(ago(Duration.ofHours(18L * (i + 1))));
        }

        assertThat(RateLimit.end(NOW, sent, 3, 8)).contains(NOW.plus(Duration.ofHours(24)));
        assertThat(RateLimit.end(NOW, sent, 3, 9)).isEmpty();
    }

    @Example
    void bothLimitsHaveToBeKept() {
        var sent = List.of(ago(Duration.ofHours(1)), ago(Duration.ofHours(2)));

        assertThat(RateLimit.end(NOW, sent, 2, 2))
                .contains(ago(Duration.ofHours(2)).plus(Duration.ofDays(7)));
    }

    @Property(tries = 300)
    void whoeverAsksEveryTimeNeverSendsTooMuchAndNeverWaitsTooLong(
            @ForAll @Size(max = 120) List<@IntRange(min = 1, max = 600) Integer> pauses,
            @ForAll @IntRange(min = 1, max = 6) int perDay,
            @ForAll @IntRange(min = 1, max = 20) int perWeek) {
        var sent = new ArrayList<Instant>();
        var at = NOW;
        for (var minutes : pauses) {
            at = at.plus(Duration.ofMinutes(minutes));
            var end = RateLimit.end(at, sent, perDay, perWeek);
            var room = within(sent, at, Duration.ofDays(1)) < perDay && within(sent, at, Duration.ofDays(7)) < perWeek;
            assertThat(end.isEmpty()).isEqualTo(room);
            if (end.isPresent()) {
                assertThat(RateLimit.end(end.get().minusNanos(1), sent, perDay, perWeek))
                        .isEqualTo(end);
                assertThat(RateLimit.end(end.get(), sent, perDay, perWeek)).isEmpty();
            } else {
                sent.add(0, at);
            }
        }
    }

    /** How many were sent in the time that ends now, what is exactly as old as that left out. */
    private static long within(List<Instant> sent, Instant now, Duration window) {
        return sent.stream().filter(one -> one.isAfter(now.minus(window))).count();
    }
}
