package io.perennial.demo;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

import io.perennial.tenant.OrgType;
import io.perennial.tenant.Organization;
import io.perennial.testing.Api;

/** Organizations with the customers of the demo, for tests that need a history to learn from. */
@ApplicationScoped
public class DemoOrganization {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final DemoData demo;

    DemoOrganization(DemoData demo) {
        this.demo = demo;
    }

    /** A telecom business with so many customers. */
    public UUID telecom(int customers) {
        var organization = organization(OrgType.TELECOM);
        demo.fill(DemoCustomers.industry(OrgType.TELECOM), organization, customers, DemoCustomers.SEED)
                .await()
                .atMost(Duration.ofMinutes(2));
        return organization.id();
    }

    /** A business that has made offers to its customers for some months. */
    public DemoBusiness withPastOffers(OrgType type, int customers) {
        var organization = organization(type);
        var industry = DemoCustomers.industry(type);
        demo.fillWithPastOffers(industry, organization, customers, DemoCustomers.SEED)
                .await()
                .atMost(Duration.ofMinutes(2));
        return new DemoBusiness(organization.id(), industry, customers, NOW);
    }

    private static Organization organization(OrgType type) {
        return new Organization(Api.organization(type.value()), "Demo", type, "EUR", "UTC", 60, NOW, NOW);
    }
}
