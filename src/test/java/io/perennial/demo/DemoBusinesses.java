package io.perennial.demo;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

import io.perennial.tenant.OrgType;
import io.perennial.tenant.Organization;
import io.perennial.testing.Database;

/** Makes organizations that have made offers to the customers of the demo for some months. */
@ApplicationScoped
public class DemoBusinesses {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final DemoData demo;

    DemoBusinesses(DemoData demo) {
        this.demo = demo;
    }

    /**
     * One with so many customers.
     *
     * @param id its own; what is drawn for its customers follows from it
     */
    public DemoBusiness make(UUID id, OrgType type, int customers) throws SQLException {
        Database.execute("""
                insert into organizations (id, name, org_type, currency, timezone, created_at, updated_at)
                values ('%s', 'Demo', '%s', 'EUR', 'UTC', now(), now())""".formatted(id, type.value()));
        var organization = new Organization(id, "Demo", type, "EUR", "UTC", 60, NOW, NOW);
        var industry = DemoCustomers.industry(type);
        demo.fill(industry, organization, customers, DemoCustomers.SEED).await().atMost(Duration.ofMinutes(2));
        return new DemoBusiness(organization.id(), industry, customers, NOW);
    }
}
