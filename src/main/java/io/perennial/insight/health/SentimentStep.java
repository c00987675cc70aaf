package io.perennial.insight.health;

import io.quarkus.arc.All;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Cursor;
import io.vertx.mutiny.sqlclient.PreparedStatement;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;

import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/**
 * Classifies what customers wrote in the last 365 days and was not classified yet. Texts come by cursor, a block at a time, so
 * memory is bounded; when the classifier is not there or fails, the step leaves the texts for the next run and says so.
 */
@ApplicationScoped
class SentimentStep implements RunStep {

    private static final Logger LOG = Logger.getLogger(SentimentStep.class);
    private static final JsonObject SKIPPED = new JsonObject(Map.of("sentiment_skipped", true));

    private static final String READ = """
            select e.customer_id, e.occurred_at, e.event_key, left(e.attributes ->> 'text', 4000) as text
            from events e
            where e.organization_id = $1 and e.customer_id between $2 and $3
                and e.occurred_at > $5 and e.occurred_at <= $4
                and e.event_type in %s
                and e.attributes ->> 'text' <> ''
                and not exists (
                    select from event_sentiment s
                    where s.organization_id = e.organization_id and s.customer_id = e.customer_id
                        and s.customer_id between $2 and $3 and s.occurred_at > $5
                        and s.occurred_at = e.occurred_at and s.event_key = e.event_key)""".formatted(HealthEvents.sql(HealthEvents.FEEDBACK));

    private static final String WRITE = """
            insert into event_sentiment (organization_id, customer_id, occurred_at, event_key, sentiment)
            select $1, classified.*
            from unnest($2::uuid[], $3::timestamptz[], $4::uuid[], $5::real[]) as classified
            on conflict do nothing""";

    private final List<TextSentiment> classifiers;
    private final HealthConfig config;
    private final Vertx vertx;

    /**
     * Takes what the service has.
     *
     * @param classifiers one, or none
     */
    SentimentStep(@All List<TextSentiment> classifiers, HealthConfig config, Vertx vertx) {
        this.classifiers = classifiers;
        this.config = config;
        this.vertx = vertx;
    }

    @Override
    public String name() {
        return "sentiment";
    }

    /** Yields how many texts were classified, or that the step was skipped. */
    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        if (classifiers.isEmpty() || !classifiers.get(0).ready()) {
            return Uni.createFrom().item(SKIPPED);
        }
        return connection
                .prepare(READ)
                .chain(statement -> classify(connection, part, statement).call(statement::close))
                .map(texts -> new JsonObject().put("texts", texts))
                .onFailure(Unclassified.class)
                .invoke(e -> LOG.warn("Texts wait for the next run", e))
                .onFailure(Unclassified.class)
                .recoverWithItem(SKIPPED);
    }

    /** The classifier failed, which is no reason for a run to fail. */
    private static final class Unclassified extends RuntimeException {

        private Unclassified(Throwable cause) {
            super(cause);
        }
    }

    private Uni<Long> classify(SqlConnection connection, RunPart part, PreparedStatement statement) {
        var cursor = statement.cursor(Tuple.of(
                part.organization(),
                part.firstCustomer(),
                part.lastCustomer(),
                part.asOf(),
                part.asOf().minusDays(365)));
        return Multi.createBy()
                .repeating()
                .uni(() -> nextBlock(connection, part, cursor))
                .whilst(block -> cursor.hasMore())
                .collect()
                .with(Collectors.summingLong(Integer::longValue))
                .onTermination()
                .call(() -> cursor.close().onFailure().recoverWithNull());
    }

    private Uni<Integer> nextBlock(SqlConnection connection, RunPart part, Cursor cursor) {
        return cursor.read(config.textsPerBlock())
                .map(rows -> StreamSupport.stream(rows.spliterator(), false).toList())
                .chain(rows -> rows.isEmpty()
                        ? Uni.createFrom().item(0)
                        : classified(rows)
                                .chain(sentiments -> write(connection, part.organization(), rows, sentiments)));
    }

    private Uni<float[]> classified(List<Row> rows) {
        var texts = rows.stream().map(row -> row.getString("text")).toList();
        return vertx.executeBlocking(() -> classifiers.get(0).of(texts), false)
                .onFailure()
                .transform(Unclassified::new);
    }

    private static Uni<Integer> write(SqlConnection connection, UUID organization, List<Row> rows, float[] sentiments) {
        var values = new Float[sentiments.length];
        for (var i = 0; i < values.length; i++) {
            values[i] = Math.max(-1, Math.min(1, sentiments[i]));
        }
        return connection
                .preparedQuery(WRITE)
                .execute(Tuple.newInstance(io.vertx.sqlclient.Tuple.of(organization)
                        .addArrayOfUUID(rows.stream()
                                .map(row -> row.getUUID("customer_id"))
                                .toArray(UUID[]::new))
                        .addArrayOfOffsetDateTime(rows.stream()
                                .map(row -> row.get(OffsetDateTime.class, "occurred_at"))
                                .toArray(OffsetDateTime[]::new))
                        .addArrayOfUUID(rows.stream()
                                .map(row -> row.getUUID("event_key"))
                                .toArray(UUID[]::new))
                        .addArrayOfFloat(values)))
                .replaceWith(rows.size());
    }
}
