package io.perennial.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.platform.ProblemException;
import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

/** Work that takes long, and is known by its key when it is done. */
@ServiceTest
class OnceDoneTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** More than the pool has connections. */
    private static final int MANY = 50;

    /** How often the work was done. */
    record Count(int done) {}

    @Inject
    Idempotency idempotency;

    @Inject
    TenantDatabase database;

    private final AtomicInteger works = new AtomicInteger();
    private UUID organization;

    @BeforeEach
    void anOrganization() {
        organization = Api.organization("ecommerce");
    }

    private Uni<Count> onceDone(String key, String request, Supplier<Uni<Count>> work) {
        return idempotency.onceDone(organization, key, request, Count.class, work);
    }

    /** Needs a connection of its own, and yields how often it was done. */
    private Uni<Count> count() {
        return database.transaction(
                        organization, connection -> connection.query("select 1").execute())
                .map(rows -> new Count(works.incrementAndGet()));
    }

    private int await(Uni<Count> answer) {
        return answer.await().atMost(PATIENCE).done();
    }

    @Test
    void whatIsDoneIsAnsweredAgain() {
        assertThat(await(onceDone("k", "count", this::count))).isEqualTo(1);
        assertThat(await(onceDone("k", "count", this::count))).isEqualTo(1);
        assertThat(await(onceDone(null, "count", this::count))).isEqualTo(2);

        assertThatThrownBy(() -> await(onceDone("k", "count on", this::count)))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("was used for a request that was not this one");
    }

    @Test
    void whatFailedMayBeTriedAgain() {
        assertThatThrownBy(() -> await(
                        onceDone("k", "count", () -> Uni.createFrom().failure(new IllegalStateException("broken")))))
                .hasMessage("broken");

        assertThat(await(onceDone("k", "count", this::count))).isEqualTo(1);
    }

    @Test
    void whoIsFirstDoneAnswersForAllWhoAskedMeanwhile() {
        var answer =
                onceDone("k", "count", () -> onceDone("k", "count", this::count).chain(this::count));

        assertThat(await(answer)).isEqualTo(1);
        assertThat(works).hasValue(2);
    }

    @Test
    void manyAtOnceDoNotKeepTheConnectionsFromEachOther() {
        var answers = Multi.createFrom()
                .range(0, MANY)
                .onItem()
                .transformToUni(i -> onceDone("k" + i, "count", this::count))
                .merge(MANY)
                .collect()
                .asList()
                .await()
                .atMost(PATIENCE);

        assertThat(answers).hasSize(MANY).doesNotHaveDuplicates();
    }
}
