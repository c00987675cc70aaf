package io.perennial.demo;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;

import io.perennial.tenant.OrgType;
import io.perennial.tenant.Organization;
import io.perennial.testing.Api;

/** Makes organizations that have made offers to the customers of the demo for some months. */
@ApplicationScoped
public class DemoBusinesses {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final DemoData demo;

    DemoBusinesses(DemoData demo) {
        this.demo = demo;
    }

    /** One with so many customers. */
    public DemoBusiness make(OrgType type, int customers) {
        var organization = new Organization(Api.organization(type.value()), "Demo", type, "EUR", "UTC", 60, NOW, NOW);
        var industry = DemoCustomers.industry(type);
        demo.fill(industry, organization, customers, DemoCustomers.SEED).await().atMost(Duration.ofMinutes(2));
        return new DemoBusiness(organization.id(), industry, customers, NOW);
    }
}
