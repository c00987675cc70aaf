package io.perennial.demo;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.perennial.tenant.OrgType;
import io.perennial.tenant.Organization;
import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

/** What the analysis of behavior says about the demo organizations. */
@ServiceTest
class DemoBehaviorTest {

    private static final int CUSTOMERS = 1_000;

    @Inject
    DemoData demo;

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void everySignalIsFoundWithSomeAndNotWithMost(OrgType type) {
        var id = Api.organization(type.value());
        var now = DemoCustomers.NOW;
        demo.upload(
                        DemoCustomers.industry(type),
                        new Organization(id, "Demo", type, "EUR", "UTC", 60, now, now),
                        CUSTOMERS,
                        DemoCustomers.SEED)
                .await()
                .atMost(Duration.ofMinutes(2));
        Api.asAdmin()
                .queryParam("as_of", now.toString())
                .post("/api/v1/behavior/organizations/{org_id}/analyze-behaviors", id)
                .then()
                .statusCode(200);

        var insights = Api.asAdmin()
                .get("/api/v1/behavior/organizations/{org_id}/behavior-insights", id)
                .jsonPath();
        var names = Api.asAdmin()
                .get("/api/v1/behavior/organizations/{org_id}/signals", id)
                .jsonPath()
                .<String>getList("name");
        Map<String, Integer> found = insights.getMap("top_risk_signals");

        assertThat(insights.getInt("total_customers")).isEqualTo(CUSTOMERS);
        assertThat(found).containsOnlyKeys(names);
        assertThat(found.values()).allMatch(customers -> customers < CUSTOMERS / 2);
        assertThat(insights.getDouble("avg_behavior_score")).isBetween(20.0, 60.0);
        assertThat(insights.<String, Integer>getMap("customers_by_trend").values())
                .allMatch(customers -> customers > CUSTOMERS / 50);
    }
}
