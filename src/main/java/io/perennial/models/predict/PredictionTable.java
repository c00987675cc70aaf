package io.perennial.models.predict;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

import io.perennial.models.ModelKind;
import io.perennial.models.learn.Objective;

/** Where the predictions of a kind are kept. */
abstract class PredictionTable {

    private static final int CHOICES_KEPT = 5;

    final ModelKind kind;

    private PredictionTable(ModelKind kind) {
        this.kind = kind;
    }

    static PredictionTable of(ModelKind kind) {
        return kind.name().equals("churn") ? new Churn(kind) : new Others(kind);
    }

    /** Keeps a block of predictions. */
    abstract Uni<Void> write(
            SqlConnection connection,
            UUID organization,
            String modelVersion,
            List<String> choices,
            UUID[] customers,
            float[] predictions,
            OffsetDateTime now);

    /** Removes what models said before of customers {@code first} to {@code last}. */
    abstract Uni<Void> forget(SqlConnection connection, UUID organization, UUID first, UUID last, OffsetDateTime now);

    private static final class Churn extends PredictionTable {

        Churn(ModelKind kind) {
            super(kind);
        }

        @Override
        Uni<Void> write(
                SqlConnection connection,
                UUID organization,
                String modelVersion,
                List<String> choices,
                UUID[] customers,
                float[] predictions,
                OffsetDateTime now) {
            var parameters = io.vertx.sqlclient.Tuple.of(organization, customers, box(predictions), modelVersion, now);
            return connection
                    .preparedQuery("""
                            insert into churn_prediction (
                                organization_id, customer_id, churn_probability, model_version, predicted_at)
                            select $1, scored.customer_id, scored.probability, $4, $5
                            from unnest($2::uuid[], $3::float8[]) as scored (customer_id, probability)
                            on conflict (organization_id, customer_id) do update
                            set churn_probability = excluded.churn_probability, model_version = excluded.model_version,
                                predicted_at = excluded.predicted_at""")
                    .execute(Tuple.newInstance(parameters))
                    .replaceWithVoid();
        }

        @Override
        Uni<Void> forget(SqlConnection connection, UUID organization, UUID first, UUID last, OffsetDateTime now) {
            return connection
                    .preparedQuery("""
                            delete from churn_prediction
                            where organization_id = $1 and customer_id between $2 and $3 and predicted_at < $4
                                and model_version like 'churn-%'""")
                    .execute(Tuple.of(organization, first, last, now))
                    .replaceWithVoid();
        }
    }

    private static final class Others extends PredictionTable {

        Others(ModelKind kind) {
            super(kind);
        }

        @Override
        Uni<Void> write(
                SqlConnection connection,
                UUID organization,
                String modelVersion,
                List<String> choices,
                UUID[] customers,
                float[] predictions,
                OffsetDateTime now) {
            var chooses = kind.objective() == Objective.MULTICLASS;
            var classes = predictions.length / customers.length;
            var values = new Double[customers.length];
            var chosen = new String[customers.length];
            for (var i = 0; i < customers.length; i++) {
                var likeliest = chooses ? likeliest(choices, predictions, i * classes) : null;
                values[i] = chooses
                        ? likeliest.getJsonObject(0).getDouble("probability")
                        : (Double) Predictions.shown(kind, predictions[i]);
                chosen[i] = chooses ? likeliest.encode() : null;
            }
            var parameters =
                    io.vertx.sqlclient.Tuple.of(organization, customers, values, chosen, kind.name(), modelVersion);
            return connection
                    .preparedQuery("""
                            insert into customer_prediction (
                                organization_id, customer_id, kind, value, choices, model_version, predicted_at)
                            select $1, scored.customer_id, $5, scored.value, scored.choices::jsonb, $6, $7
                            from unnest($2::uuid[], $3::float8[], $4::text[]) as scored (customer_id, value, choices)
                            on conflict (organization_id, customer_id, kind) do update
                            set value = excluded.value, choices = excluded.choices, model_version = excluded.model_version,
                                predicted_at = excluded.predicted_at""")
                    .execute(Tuple.newInstance(parameters.addOffsetDateTime(now)))
                    .replaceWithVoid();
        }

        private static JsonArray likeliest(List<String> choices, float[] probabilities, int from) {
            var likeliest = new JsonArray();
            IntStream.range(0, choices.size())
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer i) -> -probabilities[from + i]))
                    .limit(CHOICES_KEPT)
                    .forEach(i -> likeliest.add(
                            new JsonObject().put("choice", choices.get(i)).put("probability", (double)
                                    probabilities[from + i])));
            return likeliest;
        }

        @Override
        Uni<Void> forget(SqlConnection connection, UUID organization, UUID first, UUID last, OffsetDateTime now) {
            return connection
                    .preparedQuery("""
                            delete from customer_prediction
                            where organization_id = $1 and customer_id between $2 and $3 and kind = $4
                                and predicted_at < $5 and model_version like $4 || '-%'""")
                    .execute(Tuple.of(organization, first, last, kind.name(), now))
                    .replaceWithVoid();
        }
    }

    private static Double[] box(float[] values) {
        return IntStream.range(0, values.length)
                .mapToObj(i -> (double) values[i])
                .toArray(Double[]::new);
    }
}
