package io.perennial.outreach.template;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.offers.OfferChanges.ChangedBy;
import io.perennial.platform.Page;
import io.perennial.tenant.Caller;
import io.perennial.tenant.TenantDatabase;

/** The templates that organizations have changed, and who changed them, as they are stored. */
@ApplicationScoped
class TemplateStore {

    private static final String COLUMNS = "template, variants::text as variants, is_edited, version, updated_at";

    private final TenantDatabase database;
    private final ObjectMapper json;

    TemplateStore(TenantDatabase database, ObjectMapper json) {
        this.database = database;
        this.json = json;
    }

    /** A template that somebody has changed, or changed and given back. */
    record Stored(String template, List<Variant> variants, boolean isEdited, int version, Instant updatedAt) {}

    /** A change of a template. */
    public record TemplateChange(
            @Schema(description = "The version that it led to", examples = "3")
            int version,

            @Schema(
                    examples = "edited",
                    enumeration = {"edited", "reset"})
            String action,

            ChangedBy changedBy,
            Instant changedAt,

            @Schema(description = "The variants as they were")
            List<Variant> before,

            @Schema(description = "The variants as they are since")
            List<Variant> after) {}

    /** Those of three templates that have been changed, by their names. */
    Uni<Map<String, Stored>> find(
            SqlConnection connection, UUID organization, String one, String second, String third) {
        return connection
                .preparedQuery("select " + COLUMNS
                        + " from message_templates where organization_id = $1 and template in ($2, $3, $4)")
                .execute(io.vertx.mutiny.sqlclient.Tuple.of(organization, one, second, third))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(row -> stored(row.getDelegate()))
                        .collect(Collectors.toMap(Stored::template, Function.identity())));
    }

    /**
     * Those that have been changed and not given back, in the order of their names.
     *
     * @param pattern of their names, as {@code like} understands it
     * @param after the name to begin after; empty for the beginning
     */
    Uni<List<Stored>> list(UUID organization, String pattern, String after, int limit) {
        return database.query(organization, "select " + COLUMNS + """

                        from message_templates
                        where organization_id = $1 and is_edited and template like $2 and template collate "C" > $3
                        order by template collate "C"
                        limit $4""", Tuple.of(organization, pattern, after, limit))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(this::stored)
                        .toList());
    }

    /** Lets one transaction at a time change a template. */
    Uni<Void> changeAlone(SqlConnection connection, UUID organization, TemplateKey key) {
        return connection
                .preparedQuery("select pg_advisory_xact_lock(hashtextextended($1, 0))")
                .execute(io.vertx.mutiny.sqlclient.Tuple.of("template %s %s".formatted(organization, key.name())))
                .replaceWithVoid();
    }

    /** What is stored of a template. Yields null when nobody has changed it. */
    Uni<Stored> read(SqlConnection connection, UUID organization, TemplateKey key) {
        return connection
                .preparedQuery(
                        "select " + COLUMNS + " from message_templates where organization_id = $1 and template = $2")
                .execute(io.vertx.mutiny.sqlclient.Tuple.of(organization, key.name()))
                .map(rows -> {
                    for (var row : rows) {
                        return stored(row.getDelegate());
                    }
                    return null;
                });
    }

    /** Stores what a template is now. */
    Uni<Void> write(SqlConnection connection, UUID organization, Stored now) {
        return connection
                .preparedQuery("""
                        insert into message_templates (organization_id, template, variants, is_edited, version, updated_at)
                        values ($1, $2, $3, $4, $5, $6)
                        on conflict (organization_id, template) do update
                        set variants = excluded.variants, is_edited = excluded.is_edited, version = excluded.version,
                            updated_at = excluded.updated_at""")
                .execute(io.vertx.mutiny.sqlclient.Tuple.from(List.of(
                        organization,
                        now.template(),
                        toJson(now.variants()),
                        now.isEdited(),
                        now.version(),
                        now.updatedAt().atOffset(ZoneOffset.UTC))))
                .replaceWithVoid();
    }

    /** Notes who made of a template what it is now. */
    Uni<Void> note(
            SqlConnection connection,
            UUID organization,
            String action,
            Caller caller,
            List<Variant> before,
            Stored now) {
        return connection
                .preparedQuery("""
                        insert into message_template_changes (organization_id, template, version, action, key_id, changed_by,
                            role, changed_at, before, after)
                        values ($1, $2, $3, $4, $5,
                            coalesce((select name from api_keys where organization_id = $1 and id = $5),
                                'key of the whole instance'),
                            $6, $7, $8, $9)""")
                .execute(io.vertx.mutiny.sqlclient.Tuple.from(List.of(
                        organization,
                        now.template(),
                        now.version(),
                        action,
                        caller.keyId(),
                        caller.role().value(),
                        now.updatedAt().atOffset(ZoneOffset.UTC),
                        toJson(before),
                        toJson(now.variants()))))
                .replaceWithVoid();
    }

    /**
     * The changes of a template, the latest first.
     *
     * @param after the version that the page before ended with; null for the first page
     */
    Uni<Page<TemplateChange>> changes(UUID organization, TemplateKey key, Integer after, int limit) {
        return database.query(organization, """
                        select version, action, key_id, changed_by, role, changed_at, before::text, after::text
                        from message_template_changes
                        where organization_id = $1 and template = $2 and ($3::integer is null or version < $3)
                        order by version desc
                        limit $4""", Tuple.of(organization, key.name(), after, limit + 1))
                .map(rows -> Page.of(
                        StreamSupport.stream(rows.spliterator(), false)
                                .map(this::change)
                                .toList(),
                        limit,
                        change -> String.valueOf(change.version())));
    }

    private Stored stored(Row row) {
        return new Stored(
                row.getString("template"),
                variants(row.getString("variants")),
                row.getBoolean("is_edited"),
                row.getInteger("version"),
                row.get(OffsetDateTime.class, "updated_at").toInstant());
    }

    private TemplateChange change(Row row) {
        return new TemplateChange(
                row.getInteger("version"),
                row.getString("action"),
                new ChangedBy(row.getUUID("key_id"), row.getString("changed_by"), row.getString("role")),
                row.get(OffsetDateTime.class, "changed_at").toInstant(),
                variants(row.getString("before")),
                variants(row.getString("after")));
    }

    private List<Variant> variants(String text) {
        try {
            return json.readValue(text, new TypeReference<List<Variant>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonArray toJson(List<Variant> variants) {
        var array = new JsonArray();
        for (var variant : variants) {
            var content = new JsonObject();
            put(content, "subject", variant.content().subject());
            put(content, "text", variant.content().text());
            put(content, "html", variant.content().html());
            put(content, "cta_text", variant.content().ctaText());
            put(content, "cta_path", variant.content().ctaPath());
            array.add(new JsonObject()
                    .put("name", variant.name())
                    .put("weight", variant.weight())
                    .put("content", content)
                    .put("revision", variant.revision()));
        }
        return array;
    }

    private static void put(JsonObject object, String field, String value) {
        if (value != null) {
            object.put(field, value);
        }
    }
}
