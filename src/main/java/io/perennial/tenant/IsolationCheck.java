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
                        select rolsuper or rolbypassrls
                            or exists (select from pg_tables where tablename = 'customers' and tableowner = current_user)
                        from pg_roles
                        where rolname = current_user""", Tuple.tuple())
                .map(rows -> rows.iterator().next().getBoolean(0))
                .await()
                .atMost(Duration.ofSeconds(30));
        if (bypasses) {
            throw new IllegalStateException("The role that the service connects as could bypass row-level security;"
                    + " set PERENNIAL_DATABASE_SERVICE_USER to a role that is not the owner and not a superuser");
        }
    }
}
