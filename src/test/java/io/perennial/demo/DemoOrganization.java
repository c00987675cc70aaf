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

    private final DemoData demo;

    DemoOrganization(DemoData demo) {
        this.demo = demo;
    }

    /** A telecom business with so many customers. */
    public UUID telecom(int customers) {
        var id = Api.organization("telecom");
        var now = Instant.parse("2026-01-01T00:00:00Z");
        demo.fill(
                        DemoCustomers.industry(OrgType.TELECOM),
                        new Organization(id, "Demo", OrgType.TELECOM, "EUR", "UTC", 60, now, now),
                        customers,
                        DemoCustomers.SEED)
                .await()
                .atMost(Duration.ofMinutes(2));
        return id;
    }
}
