package io.perennial.models.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {

    private static final Duration OPEN_FOR = Duration.ofSeconds(30);

    private final SetClock clock = new SetClock();
    private final CircuitBreaker breaker = new CircuitBreaker(clock, 3, OPEN_FOR);

    private void fail(int times) {
        for (var i = 0; i < times; i++) {
            breaker.failed();
        }
    }

    @Test
    void failuresInARowOpenIt() {
        fail(2);
        assertThat(breaker.allows()).isTrue();
        fail(1);
        assertThat(breaker.allows()).isFalse();
    }

    @Test
    void failuresWithASuccessBetweenThemDoNot() {
        fail(2);
        breaker.succeeded();
        fail(2);
        assertThat(breaker.allows()).isTrue();
    }

    @Test
    void itIsOpenForAsLongAsItIsTold() {
        fail(3);
        clock.advance(OPEN_FOR.minusMillis(1));
        assertThat(breaker.allows()).isFalse();
        clock.advance(Duration.ofMillis(1));
        assertThat(breaker.allows()).isTrue();
    }

    @Test
    void afterThatItLetsOneThrough() {
        fail(3);
        clock.advance(OPEN_FOR);
        assertThat(Stream.generate(breaker::allows).limit(4)).containsExactly(true, false, false, false);
    }

    @Test
    void theOneThatSucceedsClosesIt() {
        fail(3);
        clock.advance(OPEN_FOR);
        breaker.allows();
        breaker.succeeded();
        assertThat(Stream.generate(breaker::allows).limit(3)).containsExactly(true, true, true);
        fail(2);
        assertThat(breaker.allows()).isTrue();
    }

    @Test
    void theOneThatFailsOpensItAgain() {
        fail(3);
        clock.advance(OPEN_FOR);
        breaker.allows();
        clock.advance(OPEN_FOR.dividedBy(2));
        breaker.failed();
        clock.advance(OPEN_FOR.minusMillis(1));
        assertThat(breaker.allows()).isFalse();
        clock.advance(Duration.ofMillis(1));
        assertThat(breaker.allows()).isTrue();
    }

    @Test
    void theOneOfWhichNothingWasLearnedLeavesItsPlaceToTheNext() {
        fail(3);
        clock.advance(OPEN_FOR);
        breaker.allows();
        breaker.undecided();
        assertThat(Stream.generate(breaker::allows).limit(2)).containsExactly(true, false);
    }

    @Test
    void theOneThatNeverComesBackDoesNotKeepItOpenForEver() {
        fail(3);
        clock.advance(OPEN_FOR);
        breaker.allows();
        clock.advance(OPEN_FOR);
        assertThat(breaker.allows()).isTrue();
    }
}
