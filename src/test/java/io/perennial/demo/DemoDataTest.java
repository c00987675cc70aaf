package io.perennial.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.perennial.models.ChurnRiskLevel;
import io.perennial.tenant.OrgType;
import io.perennial.tenant.Organization;
import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

@ServiceTest
class DemoDataTest {

    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final long SEED = 7;

    @Inject
    DemoData demo;

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void churnScoresAreSpreadAsInTheSourceDocument(OrgType type) {
        var levels = invent(industry(type), 10_000).stream()
                .collect(Collectors.groupingBy(
                        customer -> ChurnRiskLevel.of(customer.churnScore()), Collectors.counting()));

        assertThat(levels.get(ChurnRiskLevel.LOW) / 100.0).isCloseTo(45, within(1.5));
        assertThat(levels.get(ChurnRiskLevel.MEDIUM) / 100.0).isCloseTo(30, within(1.5));
        assertThat(levels.get(ChurnRiskLevel.HIGH) / 100.0).isCloseTo(18, within(1.5));
        assertThat(levels.get(ChurnRiskLevel.CRITICAL) / 100.0).isCloseTo(7, within(1.0));
    }

    @Test
    void theSameSeedMakesTheSameCustomersAndAnotherSeedMakesOthers() {
        var industry = industry(OrgType.ECOMMERCE);
        var customer = DemoCustomer.invent(industry, SEED, 42, NOW);

        assertThat(DemoCustomer.invent(industry, SEED, 42, NOW)).isEqualTo(customer);
        assertThat(customer.purchases(SEED, NOW)).isEqualTo(customer.purchases(SEED, NOW));
        assertThat(DemoCustomer.invent(industry, SEED + 1, 42, NOW).churnScore())
                .isNotEqualTo(customer.churnScore());
    }

    @Test
    void nothingHappensBeforeTheRegistrationOrAfterThePresent() {
        for (var customer : invent(industry(OrgType.BANKING), 300)) {
            assertThat(customer.purchases(SEED, NOW))
                    .isNotEmpty()
                    .allMatch(purchase -> !purchase.at().isBefore(customer.registeredAt())
                            && purchase.at().isBefore(NOW)
                            && purchase.amount() > 0);
            assertThat(customer.activities(SEED, NOW))
                    .allMatch(activity -> !activity.at().isBefore(customer.registeredAt())
                            && activity.at().isBefore(NOW));
        }
    }

    @Test
    void theUnhealthyStayAwayLonger() {
        var customers = invent(industry(OrgType.ECOMMERCE), 3_000);

        var healthy = meanDaysSinceLastPurchase(customers, ChurnRiskLevel.LOW);
        var critical = meanDaysSinceLastPurchase(customers, ChurnRiskLevel.CRITICAL);

        assertThat(critical).isGreaterThan(3 * healthy);
    }

    @Test
    void anOrganizationIsFilledAndItsSegmentsAreBelievable() {
        var id = Api.organization("ecommerce");
        var organization = new Organization(id, "Demo", OrgType.ECOMMERCE, "EUR", "UTC", 60, NOW, NOW);

        demo.fill(industry(OrgType.ECOMMERCE), organization, 2_000, SEED)
                .await()
                .atMost(Duration.ofMinutes(1));

        var shares = shares(id);
        assertThat(shares.values().stream().mapToDouble(Double::doubleValue).sum())
                .isCloseTo(100, within(0.1));
        assertThat(shares.get("Champions")).isBetween(8.0, 15.0);
        assertThat(shares.get("At Risk")).isBetween(8.0, 14.0);
        assertThat(shares.get("Lost")).isBetween(4.0, 7.5);
        assertThat(Api.asAdmin()
                        .get("/api/v1/segmentation/organizations/{org_id}/segment-moves", id)
                        .<List<Object>>path("moves"))
                .isNotEmpty();
    }

    private static Map<String, Double> shares(UUID organization) {
        Map<String, Map<String, Object>> segments = Api.asAdmin()
                .get("/api/v1/segmentation/organizations/{org_id}/segments", organization)
                .path("segments");
        return segments.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> ((Number) entry.getValue().get("percentage")).doubleValue()));
    }

    private static double meanDaysSinceLastPurchase(List<DemoCustomer> customers, ChurnRiskLevel level) {
        return customers.stream()
                .filter(customer -> ChurnRiskLevel.of(customer.churnScore()) == level)
                .map(customer -> customer.purchases(SEED, NOW))
                .mapToLong(purchases -> Duration.between(
                                purchases.get(purchases.size() - 1).at(), NOW)
                        .toDays())
                .average()
                .orElseThrow();
    }

    private static List<DemoCustomer> invent(Industry industry, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> DemoCustomer.invent(industry, SEED, number, NOW))
                .toList();
    }

    private static Industry industry(OrgType type) {
        return Industry.ALL.stream()
                .filter(industry -> industry.type() == type)
                .findFirst()
                .orElseThrow();
    }
}
