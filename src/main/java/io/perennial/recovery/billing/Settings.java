package io.perennial.recovery.billing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.UUID;

/** What an organization wants otherwise than it begins with, by topic. */
@ApplicationScoped
public class Settings {

    private final ObjectMapper json;
    private final Clock clock;

    Settings(ObjectMapper json, Clock clock) {
        this.json = json;
        this.clock = clock;
    }

    /** The settings of an organization; the default while it has none of its own. */
    public <T> Uni<T> of(SqlConnection connection, UUID organization, String topic, Class<T> type, T byDefault) {
        return connection
                .preparedQuery("select settings::text from recovery_settings where organization_id = $1 and topic = $2")
                .execute(Tuple.of(organization, topic))
                .map(rows -> {
                    for (var row : rows) {
                        return read(row.getString(0), type);
                    }
                    return byDefault;
                });
    }

    /** Replaces the settings of an organization. */
    public Uni<Void> replace(SqlConnection connection, UUID organization, String topic, Object settings) {
        return connection
                .preparedQuery("""
                        insert into recovery_settings (organization_id, topic, settings, updated_at)
                        values ($1, $2, $3::text::jsonb, $4)
                        on conflict (organization_id, topic) do update
                        set settings = excluded.settings, updated_at = excluded.updated_at""")
                .execute(Tuple.of(
                        organization, topic, write(settings), clock.instant().atOffset(ZoneOffset.UTC)))
                .replaceWithVoid();
    }

    private <T> T read(String settings, Class<T> type) {
        try {
            return json.readValue(settings, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private String write(Object settings) {
        try {
            return json.writeValueAsString(settings);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
