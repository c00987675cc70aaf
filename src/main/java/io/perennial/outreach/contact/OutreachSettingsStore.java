package io.perennial.outreach.contact;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.UUID;

import io.perennial.tenant.TenantDatabase;

/** Keeps the settings of outreach of those organizations that want them otherwise than they begin with. */
@ApplicationScoped
public class OutreachSettingsStore {

    private static final String SELECT = "select settings::text from outreach_settings where organization_id = $1";

    private final TenantDatabase database;
    private final ObjectMapper json;
    private final Clock clock;

    OutreachSettingsStore(TenantDatabase database, ObjectMapper json, Clock clock) {
        this.database = database;
        this.json = json;
        this.clock = clock;
    }

    /** The settings of an organization, {@link OutreachSettings#DEFAULT} while it has none of its own. */
    public Uni<OutreachSettings> of(SqlConnection connection, UUID organization) {
        return connection
                .preparedQuery(SELECT)
                .execute(io.vertx.mutiny.sqlclient.Tuple.of(organization))
                .map(rows -> {
                    for (var row : rows) {
                        return read(row.getString(0));
                    }
                    return OutreachSettings.DEFAULT;
                });
    }

    /** The same, for who has no connection. */
    public Uni<OutreachSettings> of(UUID organization) {
        return database.query(organization, SELECT, Tuple.of(organization)).map(rows -> {
            for (var row : rows) {
                return read(row.getString(0));
            }
            return OutreachSettings.DEFAULT;
        });
    }

    Uni<OutreachSettings> replace(UUID organization, OutreachSettings settings) {
        return database.query(
                        organization,
                        """
                        insert into outreach_settings (organization_id, settings, updated_at)
                        values ($1, $2::text::jsonb, $3)
                        on conflict (organization_id) do update
                        set settings = excluded.settings, updated_at = excluded.updated_at""",
                        Tuple.of(organization, write(settings), clock.instant().atOffset(ZoneOffset.UTC)))
                .replaceWith(settings);
    }

    /**
     * Reads what is stored.
     *
     * @param settings null for none
     */
    public OutreachSettings read(String settings) {
        try {
            return settings == null ? OutreachSettings.DEFAULT : json.readValue(settings, OutreachSettings.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private String write(OutreachSettings settings) {
        try {
            return json.writeValueAsString(settings);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
