package io.perennial.offers;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.Page;
import io.perennial.tenant.Caller;
import io.perennial.tenant.TenantDatabase;

/** Who changed which offer, when and how. */
@ApplicationScoped
public class OfferChanges {

    private static final String WRITE = """
            insert into offer_changes (organization_id, offer_id, version, action, key_id, changed_by, role, changed_at,
                before, after)
            values ($1, $2, $3, $4, $5,
                coalesce((select name from api_keys where organization_id = $1 and id = $5), $6),
                $7, $8, $9, $10)""";

    private final TenantDatabase database;
    private final ObjectReader fields;

    OfferChanges(TenantDatabase database, ObjectMapper json) {
        this.database = database;
        this.fields = json.readerFor(new TypeReference<Map<String, Object>>() {})
                .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    }

    /** A change of an offer. */
    public record Change(
            @Schema(description = "The version that it led to", examples = "3")
            int version,

            @Schema(
                    examples = "replaced",
                    enumeration = {"created", "replaced", "deactivated", "synced"})
            String action,

            ChangedBy changedBy,
            Instant changedAt,

            @Schema(description = "The fields that differ, as they were; empty of an offer that was created")
            Map<String, Object> before,

            @Schema(description = "The same fields, as they are since")
            Map<String, Object> after) {}

    /** Whose doing a change was. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ChangedBy(
            @Schema(description = "Absent of a synchronisation on schedule")
            UUID keyId,

            @Schema(description = "The name of the key", examples = "marketing")
            String name,

            @Schema(examples = "operator") String role) {}

    /**
     * Notes what became of an offer.
     *
     * @param caller null for a synchronisation on schedule
     * @param before null for an offer that is new
     */
    public Uni<Void> note(
            SqlConnection connection, UUID organization, String action, Caller caller, Offer before, Offer after) {
        return connection
                .preparedQuery(WRITE)
                .execute(io.vertx.mutiny.sqlclient.Tuple.newInstance(row(organization, action, caller, before, after)))
                .replaceWithVoid();
    }

    /** Notes many changes at once: the offers by what they were, null for those that are new. */
    public Uni<Void> noteAll(
            SqlConnection connection, UUID organization, String action, Caller caller, List<Offer[]> changes) {
        if (changes.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return connection
                .preparedQuery(WRITE)
                .executeBatch(changes.stream()
                        .map(change -> io.vertx.mutiny.sqlclient.Tuple.newInstance(
                                row(organization, action, caller, change[0], change[1])))
                        .toList())
                .replaceWithVoid();
    }

    private static Tuple row(UUID organization, String action, Caller caller, Offer before, Offer after) {
        Map<String, Object> was = before == null ? Map.of() : before.fields();
        var differing = differing(was, after.fields());
        return Tuple.from(Arrays.asList(
                organization,
                after.offerId(),
                after.version(),
                action,
                caller == null ? null : caller.keyId(),
                caller == null ? "synchronisation on schedule" : "key of the whole instance",
                caller == null ? null : caller.role().value(),
                after.updatedAt().atOffset(ZoneOffset.UTC),
                before == null ? new JsonObject() : only(was, differing),
                only(after.fields(), differing)));
    }

    private static List<String> differing(Map<String, Object> before, Map<String, Object> after) {
        return after.keySet().stream()
                .filter(field -> !Objects.equals(before.get(field), after.get(field)))
                .toList();
    }

    private static JsonObject only(Map<String, Object> fields, List<String> names) {
        var some = new LinkedHashMap<String, Object>();
        names.forEach(name -> some.put(name, fields.get(name)));
        return new JsonObject(some);
    }

    /**
     * The changes of an offer, the latest first.
     *
     * @param after the version that the page before ended with; null for the first page
     */
    Uni<Page<Change>> of(UUID organization, int offer, Integer after, int limit) {
        return database.query(organization, """
                        select version, action, key_id, changed_by, role, changed_at, before::text, after::text
                        from offer_changes
                        where organization_id = $1 and offer_id = $2 and ($3::integer is null or version < $3)
                        order by version desc
                        limit $4""", Tuple.of(organization, offer, after, limit + 1))
                .map(rows -> Page.of(
                        StreamSupport.stream(rows.spliterator(), false)
                                .map(this::change)
                                .toList(),
                        limit,
                        change -> String.valueOf(change.version())));
    }

    private Change change(Row row) {
        return new Change(
                row.getInteger("version"),
                row.getString("action"),
                new ChangedBy(row.getUUID("key_id"), row.getString("changed_by"), row.getString("role")),
                row.get(OffsetDateTime.class, "changed_at").toInstant(),
                read(row.getString("before")),
                read(row.getString("after")));
    }

    private Map<String, Object> read(String json) {
        try {
            return fields.readValue(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
