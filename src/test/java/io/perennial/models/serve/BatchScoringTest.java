package io.perennial.models.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.models.learn.FeatureSchema;
import io.perennial.models.learn.FeatureSchema.Feature;
import io.perennial.models.learn.Rows;
import io.perennial.models.serve.InferenceFailure.Reason;
import io.perennial.tenant.TenantDatabase;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class BatchScoringTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int CUSTOMERS = 2500;
    private static final int BLOCK = 1000;

    private static final FeatureSchema SCHEMA = new FeatureSchema(List.of(
            Feature.numeric("recency_days"), Feature.numeric("frequency"), Feature.numeric("inter_purchase_gap_days")));

    /** A double, an integer, and one that is missing for one customer in three; -7.25 is what the first has of it. */
    private static final String CUSTOMERS_WITH_FEATURES = """
            with made as (
                insert into customers (organization_id, customer_id, external_id, created_at, updated_at)
                select '%1$s', md5('%1$s' || n)::uuid, 'C' || n, now(), now()
                from generate_series(1, %2$d) n
                returning organization_id, customer_id, substr(external_id, 2)::integer as n
            )
            insert into customer_feature (organization_id, customer_id, as_of, run_id, recency_days, frequency, monetary,
                engagement, tenure_days, inter_purchase_gap_days, trend_30d, transactions_30d, transactions_previous_30d,
                transactions_90d, amount_30d, amount_previous_30d, amount_90d, discounted_transactions, refunds,
                failed_payments_90d, events_30d, events_previous_30d, events_90d, logins_30d, logins_previous_30d,
                feature_uses_30d, feature_uses_previous_30d, support_tickets_30d, support_tickets_90d)
            select organization_id, customer_id, now(), organization_id, n / 8.0, n %% 11, 0, 0, 0,
                case when n %% 3 <> 0 then -7.25 * n end, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
            from made""";

    private static final String SELECT = """
            select customer_id, recency_days, frequency, inter_purchase_gap_days
            from customer_feature
            where organization_id = $1 and customer_id between $2 and $3""";

    private static final String WRITE = """
            insert into customer_prediction (organization_id, customer_id, kind, value, model_version, predicted_at)
            select $1, customer_id, 'ltv', score, 'ltv-1', now()
            from unnest($2::uuid[], $3::float4[]) as scored (customer_id, score)
            on conflict (organization_id, customer_id, kind) do update set value = excluded.value""";

    @Inject
    TenantDatabase database;

    private final LinearModels models = new LinearModels();
    private final List<Integer> written = Collections.synchronizedList(new ArrayList<>());
    private Inference inference;
    private ModelVersion version;
    private UUID organization;

    @BeforeEach
    void start() throws SQLException {
        inference = new Inference(Settings.of(), models, models, new SetClock(), new SimpleMeterRegistry());
        version = models.add(1, 1, 100, 0.5f);
        organization = Api.organization("ecommerce");
        Database.execute(CUSTOMERS_WITH_FEATURES.formatted(organization, CUSTOMERS));
    }

    @AfterEach
    void stop() {
        inference.stop();
    }

    /** A model tells its own features from others by their names. */
    private Uni<float[]> score(Rows rows) {
        return inference.predictBlock(
                version, new Rows(LinearModels.schema(rows.schema().size()), rows.count(), rows.values()));
    }

    private Uni<Void> write(SqlConnection connection, UUID[] customerIds, float[] scores) {
        var boxed = new Float[scores.length];
        for (var i = 0; i < scores.length; i++) {
            boxed[i] = scores[i];
        }
        written.add(scores.length);
        return connection
                .preparedQuery(WRITE)
                .execute(io.vertx.mutiny.sqlclient.Tuple.newInstance(Tuple.of(organization, customerIds, boxed)))
                .replaceWithVoid();
    }

    private long run(Function<Rows, Uni<float[]>> scorer, UUID first, UUID last) {
        var scoring = new BatchScoring(SELECT, SCHEMA, scorer, this::write, BLOCK);
        return database.transaction(
                        organization, connection -> scoring.score(connection, Tuple.of(organization, first, last)))
                .await()
                .atMost(LONG);
    }

    private long run() {
        return run(this::score, new UUID(0, 0), new UUID(-1, -1));
    }

    private Map<String, Double> predictions() throws SQLException {
        try (var owner = Database.asOwner()) {
            var found = new HashMap<String, Double>();
            for (var line : Database.texts(owner, """
                    select c.external_id || ' ' || p.value
                    from customer_prediction p
                    join customers c using (organization_id, customer_id)
                    where organization_id = ?""", organization)) {
                var parts = line.split(" ");
                found.put(parts[0], Double.valueOf(parts[1]));
            }
            return found;
        }
    }

    @Test
    void everyCustomerGetsTheScoreThatTheyGetAlone() throws SQLException {
        assertThat(run()).isEqualTo(CUSTOMERS);

        assertThat(written).containsExactly(1000, 1000, 500);
        var predictions = predictions();
        assertThat(predictions).hasSize(CUSTOMERS);
        for (var n = 1; n <= CUSTOMERS; n++) {
            var alone = inference
                    .predict(version, new float[] {n / 8f, n % 11, n % 3 == 0 ? Float.NaN : -7.25f * n})
                    .await()
                    .atMost(LONG);
            assertThat(predictions.get("C" + n)).isCloseTo(alone.value(), within(1e-9));
        }
    }

    @Test
    void whatIsMissingIsNotANumberAndWhatIsThereIsExact() {
        var seen = Collections.synchronizedList(new ArrayList<Float>());
        run(
                rows -> {
                    for (var i = 0; i < rows.count(); i++) {
                        var n = (int) (rows.get(i, 0) * 8);
                        assertThat(rows.get(i, 1)).isEqualTo(n % 11);
                        assertThat(rows.get(i, 2)).isEqualTo(Float.valueOf(n % 3 == 0 ? Float.NaN : -7.25f * n));
                        seen.add(rows.get(i, 0));
                    }
                    return score(rows);
                },
                new UUID(0, 0),
                new UUID(-1, -1));
        assertThat(seen).doesNotHaveDuplicates().hasSize(CUSTOMERS);
    }

    @Test
    void aSecondTimeChangesNothing() throws SQLException {
        run();
        var once = predictions();
        assertThat(run()).isEqualTo(CUSTOMERS);
        assertThat(predictions()).isEqualTo(once);
    }

    @Test
    void rangesOfCustomersAddUpToAll() throws SQLException {
        var middle = new UUID(Long.MIN_VALUE, 0);
        var beforeMiddle = new UUID(Long.MAX_VALUE, -1);
        var first = run(this::score, new UUID(0, 0), beforeMiddle);
        assertThat(predictions()).hasSize((int) first);
        var second = run(this::score, middle, new UUID(-1, -1));

        assertThat(first).isBetween(1000L, 1500L);
        assertThat(first + second).isEqualTo(CUSTOMERS);
        assertThat(predictions()).hasSize(CUSTOMERS);
    }

    @Test
    void anEmptyRangeIsNothingToDo() {
        assertThat(run(this::score, new UUID(0, 0), new UUID(0, 0))).isZero();
        assertThat(written).isEmpty();
    }

    @Test
    void aFailureInTheMiddleLeavesNothingBehind() throws SQLException {
        var blocks = new AtomicInteger();
        models.deed = (v, rows) -> {
            if (blocks.incrementAndGet() == 3) {
                throw new IllegalStateException("Native trouble");
            }
        };
        assertThatExceptionOfType(InferenceFailure.class)
                .isThrownBy(this::run)
                .satisfies(failure -> assertThat(failure.reason()).isEqualTo(Reason.MODEL_FAILED));
        // The first block was written before the third was scored.
        assertThat(written).contains(1000);
        assertThat(predictions()).isEmpty();

        models.deed = (v, rows) -> {};
        assertThat(run()).isEqualTo(CUSTOMERS);
    }

    @Test
    void noMoreThanTwoBlocksAreInMemory() {
        var fetched = new AtomicInteger();
        var behind = Collections.synchronizedList(new ArrayList<Integer>());
        run(
                rows -> {
                    behind.add(fetched.incrementAndGet() - written.size());
                    return score(rows);
                },
                new UUID(0, 0),
                new UUID(-1, -1));
        // When a block is scored, the one before it is the only one that may not be written yet.
        assertThat(behind).containsExactly(1, 2, 2);
    }
}
