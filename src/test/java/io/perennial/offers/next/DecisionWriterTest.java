package io.perennial.offers.next;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class DecisionWriterTest {

    private static final UUID ORGANIZATION = new UUID(0, 1);

    private final DecisionWriter writer = new DecisionWriter();
    private final List<List<Decision>> written = new ArrayList<>();
    private final List<CompletableFuture<Void>> statements = new ArrayList<>();

    private Uni<Void> statement(UUID organization, List<Decision> decisions) {
        written.add(decisions);
        var statement = new CompletableFuture<Void>();
        statements.add(statement);
        return Uni.createFrom().completionStage(statement);
    }

    private CompletableFuture<Void> write(Decision decision) {
        return writer.write(ORGANIZATION, decision, this::statement)
                .subscribeAsCompletionStage()
                .orTimeout(30, TimeUnit.SECONDS);
    }

    private static Decision decision() {
        var customer = new CustomerContext(UUID.randomUUID(), new float[0], null, List.of());
        return new Decision(
                UUID.randomUUID(), customer, Instant.EPOCH, null, "popularity-1", false, List.of(), null, null);
    }

    @Test
    void whatComesWhileOthersAreWrittenGoesTogetherAfterThem() {
        var decisions = IntStream.range(0, 70).mapToObj(i -> decision()).toList();
        var answers = decisions.stream().map(this::write).toList();
        assertThat(written).containsExactly(decisions.subList(0, 1));

        statements.get(0).complete(null);
        answers.get(0).join();
        assertThat(written).hasSize(2);
        assertThat(written.get(1)).isEqualTo(decisions.subList(1, 65));
        assertThat(answers.get(1)).isNotDone();

        statements.get(1).complete(null);
        assertThat(written.get(2)).isEqualTo(decisions.subList(65, 70));
        statements.get(2).complete(null);
        answers.forEach(CompletableFuture::join);

        write(decision());
        assertThat(written.get(3)).hasSize(1);
    }

    @Test
    void whatCannotBeWrittenDoesNotTakeTheOthersWithIt() {
        var answers = IntStream.range(0, 4).mapToObj(i -> write(decision())).toList();
        statements.get(0).complete(null);
        statements.get(1).completeExceptionally(new IllegalStateException("a number too large"));

        assertThat(written.get(2)).isEqualTo(written.get(1).subList(0, 1));
        statements.get(2).complete(null);
        assertThat(written.get(3)).isEqualTo(written.get(1).subList(1, 2));
        statements.get(3).completeExceptionally(new IllegalStateException("a number too large"));
        statements.get(4).complete(null);

        answers.get(1).join();
        answers.get(3).join();
        Assertions.assertThatThrownBy(answers.get(2)::join).hasCauseInstanceOf(IllegalStateException.class);
        write(decision());
        assertThat(written.get(5)).hasSize(1);
    }

    @Test
    void aStatementThatCannotEvenBeMadeKeepsNobodyWaiting() {
        var refused = writer.write(ORGANIZATION, decision(), (organization, decisions) -> {
                    throw new IllegalArgumentException("not a number");
                })
                .subscribeAsCompletionStage()
                .orTimeout(30, TimeUnit.SECONDS);
        Assertions.assertThatThrownBy(refused::join).hasCauseInstanceOf(IllegalArgumentException.class);

        var next = write(decision());
        statements.get(0).complete(null);
        next.join();
    }

    @Test
    void aFailureIsToldToThoseItConcernsAndTheNextAreWritten() {
        var first = write(decision());
        var second = write(decision());
        statements.get(0).completeExceptionally(new IllegalStateException("gone"));
        statements.get(1).complete(null);

        second.join();
        Assertions.assertThatThrownBy(first::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
    }
}
