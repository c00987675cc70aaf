package io.perennial.tenant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.Supplier;

import io.perennial.platform.ProblemType;

/**
 * Lets a write be repeated safely. The key is taken in the transaction that does the write and keeps its answer, so that
 * either both are there or neither, and a second request with the key waits for the first and gets the same answer.
 */
@ApplicationScoped
public class Idempotency {

    /** The header that carries the key. */
    public static final String HEADER = "Idempotency-Key";

    private static final Duration KEPT = Duration.ofDays(7);

    private final ObjectMapper json;
    private final Clock clock;
    private final TenantDatabase database;

    Idempotency(ObjectMapper json, Clock clock, TenantDatabase database) {
        this.json = json;
        this.clock = clock;
        this.database = database;
    }

    /**
     * Does the work unless the key was used before, in which case the answer of then is the answer of now.
     *
     * @param key null to do the work in any case
     * @param request what the key stands for; the same key with another request is refused
     * @param work runs on the connection's transaction; its answer is stored as JSON, so it may hold no secret
     * @return fails with {@link ProblemType#IDEMPOTENCY_KEY_REUSED}
     */
    public <T> Uni<T> once(
            SqlConnection connection,
            UUID organization,
            String key,
            String request,
            Class<T> type,
            Supplier<Uni<T>> work) {
        if (key == null) {
            return work.get();
        }
        validate(key);
        var fingerprint = sha256(request);
        return take(connection, organization, key, fingerprint)
                .chain(taken -> taken
                        ? work.get().call(answer -> keep(connection, organization, key, answer))
                        : recall(connection, organization, key, fingerprint, type));
    }

    /**
     * Does work that takes long, in transactions of its own, unless the key was used before. No transaction is held meanwhile, so
     * two requests with the key at the same time both do the work, which has to be harmless; both get the answer of the first
     * that is done.
     *
     * @param key null to do the work in any case
     * @param request what the key stands for; the same key with another request is refused
     * @param work its answer is stored as JSON, so it may hold no secret; a key whose work failed may be used again
     * @return fails with {@link ProblemType#IDEMPOTENCY_KEY_REUSED}
     */
    public <T> Uni<T> onceDone(UUID organization, String key, String request, Class<T> type, Supplier<Uni<T>> work) {
        if (key == null) {
            return work.get();
        }
        validate(key);
        return database.transaction(
                        organization, connection -> recall(connection, organization, key, sha256(request), type))
                .chain(known -> known == null
                        ? work.get().chain(answer -> keepFirst(organization, key, request, type, answer))
                        : Uni.createFrom().item(known));
    }

    private <T> Uni<T> keepFirst(UUID organization, String key, String request, Class<T> type, T answer) {
        return database.transaction(
                organization,
                connection -> once(
                        connection,
                        organization,
                        key,
                        request,
                        type,
                        () -> Uni.createFrom().item(answer)));
    }

    private static void validate(String key) {
        if (key.isBlank() || key.length() > 255) {
            throw ProblemType.INVALID_REQUEST.problem("%s must have 1 to 255 characters", HEADER);
        }
    }

    /** Waits for a transaction that holds the key. */
    private Uni<Boolean> take(SqlConnection connection, UUID organization, String key, Buffer fingerprint) {
        return connection
                .preparedQuery("""
                        insert into idempotency_keys (organization_id, idempotency_key, fingerprint, created_at)
                        values ($1, $2, $3, $4)
                        on conflict do nothing""")
                .execute(
                        Tuple.of(organization, key, fingerprint, clock.instant().atOffset(ZoneOffset.UTC)))
                .map(rows -> rows.rowCount() == 1);
    }

    private Uni<Void> keep(SqlConnection connection, UUID organization, String key, Object answer) {
        return connection
                .preparedQuery("""
                        update idempotency_keys set response = $3
                        where organization_id = $1 and idempotency_key = $2""")
                .execute(Tuple.of(organization, key, toJson(answer)))
                .replaceWithVoid();
    }

    /** The answer that was kept; null when the key was not used. */
    private <T> Uni<T> recall(
            SqlConnection connection, UUID organization, String key, Buffer fingerprint, Class<T> type) {
        return connection
                .preparedQuery("""
                        select fingerprint, response from idempotency_keys
                        where organization_id = $1 and idempotency_key = $2""")
                .execute(Tuple.of(organization, key))
                .map(rows -> {
                    if (rows.size() == 0) {
                        return null;
                    }
                    var row = rows.iterator().next();
                    if (!Arrays.equals(
                            fingerprint.getBytes(), row.getBuffer("fingerprint").getBytes())) {
                        throw ProblemType.IDEMPOTENCY_KEY_REUSED.problem(
                                "%s %s was used for a request that was not this one", HEADER, key);
                    }
                    return fromJson((JsonObject) row.getValue("response"), type);
                });
    }

    /** Forgets the keys that nobody will repeat any more. */
    @Scheduled(every = "1h", delayed = "5m", identity = "forget-idempotency-keys")
    Uni<Void> forget() {
        return database.queryInstance(
                        "delete from idempotency_keys where created_at < $1",
                        io.vertx.sqlclient.Tuple.of(clock.instant().minus(KEPT).atOffset(ZoneOffset.UTC)))
                .replaceWithVoid();
    }

    private JsonObject toJson(Object value) {
        try {
            return new JsonObject(json.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private <T> T fromJson(JsonObject value, Class<T> type) {
        try {
            return json.readValue(value.encode(), type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Buffer sha256(String text) {
        try {
            return Buffer.buffer(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
