package io.perennial.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
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

    private static final Instant NOW = DemoCustomers.NOW;

    @Inject
    DemoData demo;

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void churnScoresAreSpreadAsInTheSourceDocument(OrgType type) {
        var customers = DemoCustomers.invent(DemoCustomers.industry(type), 2_000);
        var scores = ChurnScores.of(
                customers.size(), number -> customers.get(number - 1).risk());

        var levels = customers.stream()
                .collect(Collectors.groupingBy(
                        customer -> ChurnRiskLevel.of(scores.of(customer.number())), Collectors.counting()));

        assertThat(levels.get(ChurnRiskLevel.LOW) / 20.0).isCloseTo(45, within(0.5));
        assertThat(levels.get(ChurnRiskLevel.MEDIUM) / 20.0).isCloseTo(30, within(0.5));
        assertThat(levels.get(ChurnRiskLevel.HIGH) / 20.0).isCloseTo(18, within(0.5));
        assertThat(levels.get(ChurnRiskLevel.CRITICAL) / 20.0).isCloseTo(7, within(0.5));
    }

    @Test
    void whoLeftScoresHigherThanWhoIsUnhappyAndTheyHigherThanTheContent() {
        var customers = DemoCustomers.invent(DemoCustomers.industry(OrgType.TELECOM), 2_000);
        var scores = ChurnScores.of(
                customers.size(), number -> customers.get(number - 1).risk());

        Function<Predicate<DemoCustomer>, Double> mean = which -> customers.stream()
                .filter(which)
                .mapToDouble(customer -> scores.of(customer.number()))
                .average()
                .orElseThrow();
        Predicate<DemoCustomer> gone = customer -> customer.life().hasLeft();
        Predicate<DemoCustomer> content = customer -> customer.life().spells().isEmpty();

        var unhappy = mean.apply(gone.or(content).negate());
        assertThat(mean.apply(gone)).isGreaterThan(unhappy + 0.1);
        assertThat(unhappy).isGreaterThan(mean.apply(content.and(gone.negate())) + 0.1);
    }

    @Test
    void anOrganizationIsFilledAndWhatIsSaidOfItIsBelievable() {
        var id = Api.organization("ecommerce");
        var organization = new Organization(id, "Demo", OrgType.ECOMMERCE, "EUR", "UTC", 60, NOW, NOW);

        demo.fill(DemoCustomers.industry(OrgType.ECOMMERCE), organization, 2_000, DemoCustomers.SEED)
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
        for (var known : Map.of(
                        "behavior/organizations/{org_id}/behavior-insights",
                        "total_customers",
                        "value/organizations/{org_id}/distribution",
                        "customers",
                        "lifecycle/organizations/{org_id}/stages",
                        "customers")
                .entrySet()) {
            assertThat(Api.asAdmin().get("/api/v1/" + known.getKey(), id).<Integer>path(known.getValue()))
                    .as(known.getKey())
                    .isEqualTo(2_000);
        }
        assertThat(Api.asAdmin()
                        .get("/api/v1/lifecycle/organizations/{org_id}/flow", id)
                        .<List<Object>>path("moves"))
                .isNotEmpty();
    }

    @Test
    void cardsThatWereDeclinedTwiceBeginCases() {
        var id = Api.organization("telecom");
        var now = Instant.now();
        var organization = new Organization(id, "Demo", OrgType.TELECOM, "USD", "UTC", 90, now, now);
        var industry = DemoCustomers.industry(OrgType.TELECOM);
        var count = 300;
        demo.declineCards(industry, organization, 40, DemoCustomers.SEED)
                .await()
                .atMost(Duration.ofMinutes(1));
        demo.upload(industry, organization, count, DemoCustomers.SEED)
                .chain(() -> demo.declineCards(industry, organization, count, DemoCustomers.SEED))
                .await()
                .atMost(Duration.ofMinutes(1));

        var declined = IntStream.of(42, 102, 162, 222, 282)
                .mapToObj(number -> DemoCustomer.invent(industry, DemoCustomers.SEED, number, now))
                .filter(customer -> !customer.life().hasLeft())
                .map(customer -> "INV_" + customer.number())
                .toList();
        assertThat(declined).hasSizeGreaterThan(1);
        assertThat(Api.asAdmin()
                        .get("/api/v1/recovery/cases?organization={org_id}", id)
                        .<List<String>>path("items.trigger_event.payment_id"))
                .containsExactlyInAnyOrderElementsOf(declined);
    }

    private static Map<String, Double> shares(UUID organization) {
        Map<String, Map<String, Object>> segments = Api.asAdmin()
                .get("/api/v1/segmentation/organizations/{org_id}/segments", organization)
                .path("segments");
        return segments.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> ((Number) entry.getValue().get("percentage")).doubleValue()));
    }
}
