package io.perennial.tenant;

import io.quarkus.runtime.StartupEvent;
import io.vertx.sqlclient.Tuple;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;

/** Refuses to start when the database would not keep tenants apart. */
@ApplicationScoped
class IsolationCheck {

    private final TenantDatabase database;

    IsolationCheck(TenantDatabase database) {
        this.database = database;
    }

    void check(@Observes @Priority(0) StartupEvent event) {
        var bypasses = database.queryInstance("""
                        select coalesce(bool_or(not row_security_active(c.oid)), true)
                        from pg_class c
                        join pg_namespace n on n.oid = c.relnamespace
                        where c.relrowsecurity and not c.relispartition and n.nspname = current_schema()""", Tuple.tuple())
                .map(rows -> rows.iterator().next().getBoolean(0))
                .await()
                .atMost(Duration.ofSeconds(30));
        if (bypasses) {
            throw new IllegalStateException("The role that the service connects as could bypass row-level security;"
                    + " set PERENNIAL_DATABASE_SERVICE_USER to a role that is not the owner and not a superuser");
        }
    }
}
