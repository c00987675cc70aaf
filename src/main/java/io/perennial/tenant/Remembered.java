package io.perennial.tenant;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;

/** What nearly every request needs and hardly ever changes is remembered for a moment, so that it costs no statement. */
final class Remembered {

    private static final Duration MOMENT = Duration.ofSeconds(10);
    private static final int SIZE = 10_000;

    private Remembered() {}

    static <K, V> Cache<K, V> cache() {
        return Caffeine.newBuilder().expireAfterWrite(MOMENT).maximumSize(SIZE).build();
    }
}
