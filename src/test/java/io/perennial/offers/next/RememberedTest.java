package io.perennial.offers.next;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RememberedTest {

    private static final UUID ORGANIZATION = new UUID(0, 1);

    private final List<CompletableFuture<String>> asked = new ArrayList<>();
    private final Remembered<String> remembered = new Remembered<>(Duration.ofHours(1), this::ask);

    private Uni<String> ask(UUID organization) {
        var answer = new CompletableFuture<String>();
        asked.add(answer);
        return Uni.createFrom().completionStage(answer);
    }

    private CompletableFuture<String> get() {
        return remembered.of(ORGANIZATION).subscribeAsCompletionStage().orTimeout(30, TimeUnit.SECONDS);
    }

    @Test
    void whoComesWhileItIsAskedForWaitsForTheSameAnswer() {
        var waiting = IntStream.range(0, 50).mapToObj(i -> get()).toList();
        asked.get(0).complete("counts");

        assertThat(waiting).allSatisfy(answer -> assertThat(answer.join()).isEqualTo("counts"));
        assertThat(get().join()).isEqualTo("counts");
        assertThat(asked).hasSize(1);
    }

    @Test
    void whatIsForgottenIsAskedForAnew() {
        var first = get();
        asked.get(0).complete("old");
        first.join();
        remembered.forget(ORGANIZATION);
        var second = get();
        asked.get(1).complete("new");

        assertThat(second.join()).isEqualTo("new");
    }

    @Test
    void aFailureIsNotRemembered() {
        var first = get();
        asked.get(0).completeExceptionally(new IllegalStateException("gone"));
        assertThatThrownBy(first::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IllegalStateException.class);

        var second = get();
        asked.get(1).complete("back");
        assertThat(second.join()).isEqualTo("back");
    }
}
