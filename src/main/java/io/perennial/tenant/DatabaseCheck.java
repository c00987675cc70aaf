package io.perennial.tenant;

import io.quarkus.runtime.StartupEvent;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;

import io.perennial.platform.DatabaseConfig;

/** Refuses to start on a database that is older than the service, or that would not keep tenants apart. */
@ApplicationScoped
class DatabaseCheck {

    private static final String UNDEFINED_TABLE = "42P01";

    private final TenantDatabase database;
    private final DatabaseConfig config;

    DatabaseCheck(TenantDatabase database, DatabaseConfig config) {
        this.database = database;
        this.config = config;
    }

    void check(@Observes @Priority(0) StartupEvent event) {
        var found = database.queryInstance("""
                        select
                            (select coalesce(max(version::integer), 0)
                             from flyway_schema_history where version is not null and success) as version,
                            (select coalesce(bool_or(not row_security_active(c.oid)), true)
                             from pg_class c
                             join pg_namespace n on n.oid = c.relnamespace
                             where c.relrowsecurity and not c.relispartition and n.nspname = current_schema()) as bypasses""", Tuple.tuple())
                .map(rows -> rows.iterator().next())
                .onFailure(DatabaseCheck::isEmpty)
                .transform(e -> tooOld(0))
                .await()
                .atMost(Duration.ofSeconds(30));
        check(found);
    }

    private void check(Row found) {
        if (found.getInteger("version") < config.schemaVersion()) {
            throw tooOld(found.getInteger("version"));
        }
        if (found.getBoolean("bypasses")) {
            throw new IllegalStateException("The role that the service connects as could bypass row-level security;"
                    + " set PERENNIAL_DATABASE_SERVICE_USER to a role that is not the owner and not a superuser");
        }
    }

    private static boolean isEmpty(Throwable failure) {
        return failure instanceof PgException database && UNDEFINED_TABLE.equals(database.getSqlState());
    }

    private IllegalStateException tooOld(int version) {
        return new IllegalStateException(
                "The schema of the database has version %d, and this service needs %d: let a process with"
                                .formatted(version, config.schemaVersion())
                        + " PERENNIAL_DATABASE_MIGRATE=true migrate it first");
    }
}
