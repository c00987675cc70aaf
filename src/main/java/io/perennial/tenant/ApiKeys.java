package io.perennial.tenant;

import com.github.benmanes.caffeine.cache.Cache;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

import io.perennial.platform.ProblemType;

/** API keys: made, checked and revoked. Only their SHA-256 is stored. */
@ApplicationScoped
class ApiKeys {

    private static final String PREFIX = "perennial_";

    private final TenantDatabase database;
    private final Clock clock;
    private final Cache<String, Caller> callers = Remembered.cache();

    ApiKeys(TenantDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** A new key: 256 random bits. */
    static String generate() {
        var bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** SHA-256 in hexadecimal. */
    static String hash(String key) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Finds whose key this is. Remembered for a few seconds, which is how long another replica may go on accepting a key
     * that was revoked.
     *
     * @return null when the key does not exist or was revoked
     */
    Uni<Caller> authenticate(String hash) {
        var known = callers.getIfPresent(hash);
        return known == null
                ? find(hash).invoke(caller -> remember(hash, caller))
                : Uni.createFrom().item(known);
    }

    private void remember(String hash, Caller caller) {
        if (caller != null) {
            callers.put(hash, caller);
        }
    }

    private Uni<Caller> find(String hash) {
        return database.queryInstance(
                        "select id, organization_id, role from api_keys where key_hash = $1 and revoked_at is null",
                        Tuple.of(Buffer.buffer(HexFormat.of().parseHex(hash))))
                .map(rows -> {
                    for (Row row : rows) {
                        return new Caller(
                                row.getUUID("id"), row.getUUID("organization_id"), Role.of(row.getString("role")));
                    }
                    return null;
                });
    }

    /** Stores a key's hash; the description it yields does not hold the key. */
    Uni<ApiKey> insert(SqlConnection connection, UUID id, UUID organization, NewApiKey newKey, String key) {
        var createdAt = clock.instant();
        return connection
                .preparedQuery("""
                        insert into api_keys (id, organization_id, name, role, key_hash, created_at)
                        values ($1, $2, $3, $4, $5, $6)""")
                .execute(io.vertx.mutiny.sqlclient.Tuple.newInstance(Tuple.of(
                        id,
                        organization,
                        newKey.name(),
                        newKey.role().value(),
                        Buffer.buffer(HexFormat.of().parseHex(hash(key))),
                        createdAt.atOffset(ZoneOffset.UTC))))
                .replaceWith(new ApiKey(id, newKey.name(), newKey.role(), null, createdAt, null));
    }

    /**
     * Makes sure that a key of the whole instance exists, with the role of admin.
     *
     * @param key the key itself, which the caller knows
     */
    Uni<Void> ensureInstanceAdmin(String name, String key) {
        var hash = Buffer.buffer(HexFormat.of().parseHex(hash(key)));
        return database.queryInstance(
                        """
                        insert into api_keys (id, organization_id, name, role, key_hash, created_at)
                        values ($1, null, $2, 'admin', $3, $4)
                        on conflict (key_hash) do nothing""",
                        Tuple.of(
                                CustomerId.derive(new UUID(0, 0), hash(key)),
                                name,
                                hash,
                                clock.instant().atOffset(ZoneOffset.UTC)))
                .replaceWithVoid();
    }

    /** The keys of an organization, without the keys themselves. */
    Uni<List<ApiKey>> list(UUID organization) {
        return database.query(organization, """
                        select id, name, role, created_at, revoked_at
                        from api_keys
                        where organization_id = $1
                        order by created_at, id""", Tuple.of(organization))
                .onItem()
                .transformToMulti(rows -> Multi.createFrom().iterable(rows))
                .map(row -> new ApiKey(
                        row.getUUID("id"),
                        row.getString("name"),
                        Role.of(row.getString("role")),
                        null,
                        instant(row, "created_at"),
                        instant(row, "revoked_at")))
                .collect()
                .asList();
    }

    /** Makes a key useless: here at once, on other replicas within seconds. */
    Uni<Void> revoke(UUID organization, UUID id) {
        return database.query(
                        organization,
                        """
                        update api_keys
                        set revoked_at = coalesce(revoked_at, $3)
                        where organization_id = $1 and id = $2""",
                        Tuple.of(organization, id, clock.instant().atOffset(ZoneOffset.UTC)))
                .map(rows -> {
                    if (rows.rowCount() == 0) {
                        throw ProblemType.UNKNOWN_API_KEY.problem("No key %s in this organization", id);
                    }
                    callers.invalidateAll();
                    return null;
                });
    }

    private static Instant instant(Row row, String column) {
        var value = row.get(OffsetDateTime.class, column);
        return value == null ? null : value.toInstant();
    }
}
