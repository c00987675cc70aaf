package io.perennial.outreach.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class BackoffTest {

    private static final Backoff BACKOFF = new Backoff(Duration.ofMinutes(1), Duration.ofHours(1));

    @Property
    void aPauseIsBetweenHalfAndAllOfWhatDoublesUpToTheLongest(
            @ForAll long high, @ForAll long low, @ForAll @IntRange(min = 1, max = 1_000_000) int attempt) {
        var whole = attempt > 6 ? Duration.ofHours(1) : Duration.ofMinutes(1L << (attempt - 1));

        assertThat(BACKOFF.after(new UUID(high, low), attempt)).isBetween(whole.dividedBy(2), whole);
    }

    @Example
    void whatFailedTogetherIsTriedApart() {
        var pauses = IntStream.range(0, 1_000)
                .mapToLong(i -> BACKOFF.after(new UUID(i, -i), 3).toMillis())
                .summaryStatistics();

        assertThat(pauses.getMin()).isLessThan(Duration.ofSeconds(122).toMillis());
        assertThat(pauses.getMax()).isGreaterThan(Duration.ofSeconds(238).toMillis());
        assertThat(pauses.getAverage())
                .isBetween((double) Duration.ofSeconds(177).toMillis(), (double)
                        Duration.ofSeconds(183).toMillis());
    }
}
