package io.perennial.offers.next;

import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Function;

/**
 * What every decision of an organization needs and seldom changes. It is asked for once however many need it, and shortly
 * before it grows too old it is asked for anew while the old is still given out, so that under load nobody waits for it: were
 * it simply forgotten in time, all who come until the next is there would ask at the same time.
 */
final class Remembered<T> {

    private static final int ORGANIZATIONS = 10_000;

    /** Share of the time after which the next is asked for. */
    private static final double EARLY = 0.8;

    private final AsyncLoadingCache<UUID, T> known;

    /**
     * Remembers nothing yet.
     *
     * @param oldest how old it may be when it is given out, give or take the time that asking takes
     */
    Remembered(Duration oldest, Function<UUID, Uni<T>> source) {
        this.known = Caffeine.newBuilder()
                .expireAfterWrite(oldest)
                .refreshAfterWrite(Duration.ofNanos((long) (oldest.toNanos() * EARLY)))
                .maximumSize(ORGANIZATIONS)
                .buildAsync(
                        (organization, executor) -> source.apply(organization).subscribeAsCompletionStage());
    }

    /** Of an organization; fails with whatever asking fails with, and the next who comes asks again. */
    Uni<T> of(UUID organization) {
        return Uni.createFrom().deferred(() -> {
            var value = known.get(organization);
            return value.isDone() && !value.isCompletedExceptionally()
                    ? Uni.createFrom().item(value.join())
                    : Uni.createFrom().completionStage(value).emitOn(CallerContext.executor());
        });
    }

    /** Has the next who comes ask anew. */
    void forget(UUID organization) {
        known.synchronous().invalidate(organization);
    }
}
