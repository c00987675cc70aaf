package io.perennial.recovery.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hipparchus.stat.StatUtils;
import org.hipparchus.stat.inference.TTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.perennial.tenant.Organizations;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class RecoveryFiguresTest {

    private static final String PATH = "/api/v1/recovery/organizations/{org_id}/figures";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Instant UNTIL = RecoveryHistory.START.plus(Duration.ofDays(90));

    /** Drawn once, for many figures. */
    private static RecoveryHistory drawn;

    @Inject
    RecoveryFigures figures;

    @Inject
    Organizations organizations;

    private RecoveryFigures.RecoveryReport report(
            RecoveryHistory history, Instant from, Instant until, Dimension dimension) {
        return organizations
                .find(history.organization)
                .chain(organization -> figures.of(organization, from, until, dimension))
                .await()
                .atMost(PATIENCE);
    }

    private ValidatableResponse read(UUID organization, String groupBy) {
        var request = Api.as(Api.key(organization, "viewer"))
                .queryParam("from", RecoveryHistory.START.toString())
                .queryParam("until", UNTIL.toString());
        return (groupBy == null ? request : request.queryParam("group_by", groupBy))
                .get(PATH, organization)
                .then();
    }

    /**
     * Four cases of 100.00: one recovered by the first mail with a discount for 20.00, one by a text message for nothing, one
     * lost that had redeemed 5.00, one that is still active with 30.00 reserved.
     */
    private static RecoveryHistory four(UUID organization) throws SQLException {
        var history = new RecoveryHistory(organization);
        var first = history.add(1, "recovered", false, RecoveryHistory.START.plus(Duration.ofHours(24 + 10)), "100");
        history.send(first, 1, "email", "payment_failed.premium.dunning_1.email.en", "default", 0);
        history.offer(first, "dunning_1", "discount", "redeemed", "20");
        var second = history.add(2, "recovered", false, RecoveryHistory.START.plus(Duration.ofHours(48 + 28)), "100");
        history.send(second, 1, "email", "payment_failed.premium.dunning_1.email.en", "short", 0);
        history.send(second, 2, "sms", "payment_failed.premium.dunning_2.sms.en", "default", 24);
        var lost = history.add(3, "lost", "standard", "EUR", false, null, null);
        history.send(lost, 1, "email", "payment_failed.friendly.dunning_1.email.en", "default", 0);
        history.offer(lost, "dunning_1", "grace_period", "redeemed", "5");
        var active = history.add(4, "active", false, null, null);
        history.offer(active, "dunning_1", "discount", "replaced", "10");
        history.offer(active, "dunning_2", "discount", "open", "30");
        return history.stored();
    }

    @Test
    void theFiguresAreThoseOfTheFormulas() throws SQLException {
        var organization = Api.organization("ecommerce");
        four(organization);

        read(organization, null)
                .statusCode(200)
                .body("organization_id", equalTo(organization.toString()))
                .body("currency", equalTo("EUR"))
                .body("total.cases", equalTo(4))
                .body("total.recovered", equalTo(2))
                .body("total.lost", equalTo(1))
                .body("total.active", equalTo(1))
                .body("total.recovery_rate.percent", equalTo(50.0f))
                // Wilson's interval of 2 of 4.
                .body("total.recovery_rate.lower", equalTo(15.0f))
                .body("total.recovery_rate.upper", equalTo(85.0f))
                .body("total.revenue.gross_revenue", equalTo(200.0f))
                .body("total.revenue.incentive_cost", equalTo(25.0f))
                .body("total.revenue.incentive_cost_of_recovered", equalTo(20.0f))
                .body("total.revenue.incentives_reserved", equalTo(30.0f))
                .body("total.revenue.revenue_recovered", equalTo(175.0f))
                .body("total.revenue.in_other_currencies", nullValue())
                // Two hours before the case began, ten and 28 hours after.
                .body("total.time_to_recovery_hours", equalTo(21.0f))
                .body("total.cost_per_recovery", equalTo(12.5f))
                .body("total.messages.sent", equalTo(4))
                .body("total.offers.offered", equalTo(3))
                .body("total.offers.redeemed", equalTo(2))
                .body("total.offers.acceptance_rate.percent", equalTo(66.67f))
                .body("segment_distribution.high_value.cases", equalTo(3))
                .body("segment_distribution.standard.percentage", equalTo(25.0f))
                .body("segment_distribution.at_risk.cases", equalTo(0))
                .body("holdout.state", equalTo("no_holdout"))
                .body("holdout.in_words", startsWith("No case was held out"))
                .body("groups", nullValue());
    }

    @Test
    void theLastMessageBeforeTheRecoveryHasTheCreditAndAllThatWereSentCountTheCase() throws SQLException {
        var organization = Api.organization("ecommerce");
        four(organization);

        read(organization, "channel")
                .statusCode(200)
                .body("group_by", equalTo("channel"))
                .body("attribution", containsString("the last of them"))
                .body("groups.group", equalTo(List.of("email", "sms", "none")))
                .body("groups.figures.cases", equalTo(List.of(3, 1, 1)))
                .body("groups.figures.recovered", equalTo(List.of(2, 1, 0)))
                .body("groups.figures.messages.sent", equalTo(List.of(3, 1, 0)))
                .body("groups.credit.recovered", equalTo(List.of(1, 1, 0)))
                .body("groups.credit.percentage", equalTo(List.of(50.0f, 50.0f, 0.0f)))
                .body("groups.credit.revenue_recovered", equalTo(List.of(80.0f, 100.0f, 0.0f)))
                .body("groups[0].holdout", nullValue());
    }

    @Test
    void variantsAreToldApartByTemplateAndRevision() throws SQLException {
        var organization = Api.organization("ecommerce");
        four(organization);

        read(organization, "variant")
                .statusCode(200)
                .body("groups", hasSize(5))
                .body(
                        "groups.find { it.variant == 'short' }.template",
                        equalTo("payment_failed.premium.dunning_1.email.en"))
                .body("groups.find { it.variant == 'short' }.revision", equalTo(0))
                .body("groups.find { it.variant == 'short' }.figures.recovered", equalTo(1))
                .body("groups.find { it.variant == 'short' }.credit.recovered", equalTo(0))
                .body("groups[4].group", equalTo("none"))
                .body("groups[4].template", nullValue());
    }

    @Test
    void anOfferThatWasReplacedIsNotOneThatWasDeclined() throws SQLException {
        var organization = Api.organization("ecommerce");
        four(organization);

        read(organization, "offer_type")
                .statusCode(200)
                .body("groups.group", equalTo(List.of("discount", "grace_period", "none")))
                .body("groups.figures.cases", equalTo(List.of(2, 1, 1)))
                .body("groups.figures.offers.offered", equalTo(List.of(2, 1, 0)))
                .body("groups.figures.offers.acceptance_rate.percent[0]", equalTo(50.0f))
                .body("groups.figures.offers.redeemed_cost", equalTo(List.of(20.0f, 5.0f, 0.0f)))
                .body("groups.credit.recovered", equalTo(List.of(1, 0, 1)));
    }

    @Test
    void revenueInOtherCurrenciesIsShownButNotAdded() throws SQLException {
        var organization = Api.organization("ecommerce");
        var history = new RecoveryHistory(organization);
        var at = RecoveryHistory.START.plus(Duration.ofDays(5));
        history.add(1, "recovered", "standard", "USD", false, at, "129");
        history.add(1, "recovered", "standard", "EUR", false, at, "40");
        history.stored();

        read(organization, null)
                .statusCode(200)
                .body("total.recovered", equalTo(2))
                .body("total.revenue.gross_revenue", equalTo(40.0f))
                .body("total.revenue.in_other_currencies", equalTo(Map.of("USD", 129.0f)));
    }

    @Test
    void aCaseThatIsNotAssessedYetIsInNoSegment() throws SQLException {
        var organization = Api.organization("ecommerce");
        var history = new RecoveryHistory(organization);
        history.add(1, "pending", false, null, null);
        history.add(1, "active", false, null, null);
        history.stored();
        Database.execute("""
                update recovery_cases
                set risk = null, billing_segment = null, messaging_tone = null, total_value = null
                where organization_id = '%s' and status = 'pending'""".formatted(organization));

        read(organization, "segment")
                .statusCode(200)
                .body("groups.group", equalTo(List.of("high_value", "none")))
                .body("groups.figures.cases", equalTo(List.of(1, 1)))
                .body("segment_distribution.high_value.cases", equalTo(1))
                .body("segment_distribution.high_value.percentage", equalTo(100.0f));
    }

    @Test
    void ofAnOrganizationWithoutCasesNothingIsSaid() {
        read(Api.organization("ecommerce"), "channel")
                .statusCode(200)
                .body("total.cases", equalTo(0))
                .body("total.recovery_rate", nullValue())
                .body("total.cost_per_recovery", nullValue())
                .body("total.revenue.revenue_recovered", equalTo(0.0f))
                .body("segment_distribution.mid_value.cases", equalTo(0))
                .body("groups", hasSize(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "from=2026-02-01T00:00:00Z&until=2026-02-01T00:00:00Z",
                "from=2026-02-02T00:00:00Z&until=2026-02-01T00:00:00Z",
                "from=1815-12-10T00:00:00Z",
                "until=%2B12026-02-01T00:00:00Z",
                "group_by=weather"
            })
    void aPeriodOrGroupThatCannotBeIsRefused(String query) {
        Api.asAdmin()
                .get(PATH + "?" + query, Api.organization("ecommerce"))
                .then()
                .statusCode(400)
                .body("type", equalTo("urn:perennial:problem:invalid-request"));
    }

    /** Two thousand drawn cases: the figures of each group, counted one by one. */
    @ParameterizedTest
    @EnumSource(Dimension.class)
    void whatOneStatementSaysIsWhatCountingOneByOneSays(Dimension dimension) throws SQLException {
        if (drawn == null) {
            drawn = RecoveryHistory.drawn(Api.organization("ecommerce"), 2_000, 7)
                    .stored();
        }
        var from = RecoveryHistory.START.plus(Duration.ofDays(10));
        var until = RecoveryHistory.START.plus(Duration.ofDays(70));
        var counted = new Count(drawn, from, until, dimension);

        var report = report(drawn, from, until, dimension);

        assertFigures(report.total(), counted, "");
        assertComparison(report.holdout(), counted, "");
        assertThat(report.segmentDistribution().values().stream()
                        .mapToLong(RecoveryFigures.SegmentShare::cases)
                        .sum())
                .isEqualTo(counted.all.size());
        assertThat(report.groups().stream().map(RecoveryFigures.GroupFigures::group))
                .containsExactlyInAnyOrderElementsOf(counted.groups());
        for (var group : report.groups()) {
            assertFigures(group.figures(), counted, group.group());
            if (dimension.of() == Dimension.Of.CASE) {
                assertComparison(group.holdout(), counted, group.group());
            } else {
                assertCredit(group.credit(), counted, group.group());
            }
        }
        if (dimension.of() != Dimension.Of.CASE) {
            assertThat(report.groups().stream()
                            .mapToLong(group -> group.credit().recovered())
                            .sum())
                    .isEqualTo(report.total().recovered());
        }
    }

    private static void assertFigures(Figures figures, Count counted, String group) {
        var cases = counted.worked(group);
        var recovered = cases.stream().filter(one -> one.recovered() != null).toList();
        assertThat(figures.cases()).as(group).isEqualTo(cases.size());
        assertThat(figures.pending()).isEqualTo(count(cases, one -> one.status().equals("pending")));
        assertThat(figures.active()).isEqualTo(count(cases, one -> one.status().equals("active")));
        assertThat(figures.recovered()).isEqualTo(recovered.size());
        assertThat(figures.lost()).isEqualTo(count(cases, one -> one.status().equals("lost")));
        if (!cases.isEmpty()) {
            assertThat(figures.recoveryRate().percent().doubleValue())
                    .isCloseTo(100.0 * recovered.size() / cases.size(), within(0.0051));
        }

        var gross = sum(recovered.stream().filter(one -> one.currency().equals("EUR")), RecoveryHistory.Case::revenue);
        var cost = sum(cases.stream(), counted::redeemed);
        var revenue = figures.revenue();
        assertThat(revenue.grossRevenue()).isEqualByComparingTo(gross);
        assertThat(revenue.incentiveCost()).isEqualByComparingTo(cost);
        assertThat(revenue.revenueRecovered()).isEqualByComparingTo(gross.subtract(cost));
        assertThat(revenue.incentiveCostOfRecovered()).isEqualByComparingTo(sum(recovered.stream(), counted::redeemed));
        assertThat(revenue.incentivesReserved()).isEqualByComparingTo(sum(cases.stream(), counted::reserved));
        var dollars =
                recovered.stream().filter(one -> one.currency().equals("USD")).toList();
        if (dollars.isEmpty()) {
            assertThat(revenue.inOtherCurrencies()).isNull();
        } else {
            assertThat(revenue.inOtherCurrencies().get("USD"))
                    .isEqualByComparingTo(sum(dollars.stream(), RecoveryHistory.Case::revenue));
        }
        if (recovered.isEmpty()) {
            assertThat(figures.timeToRecoveryHours()).isNull();
            assertThat(figures.costPerRecovery()).isNull();
        } else {
            assertThat(figures.timeToRecoveryHours().doubleValue())
                    .isCloseTo(
                            hours(recovered, RecoveryHistory.Case::triggered, RecoveryHistory.Case::recovered),
                            within(0.0051));
            assertThat(figures.costPerRecovery())
                    .isEqualByComparingTo(cost.divide(BigDecimal.valueOf(recovered.size()), 2, RoundingMode.HALF_UP));
        }
        var contacted = cases.stream().filter(one -> one.contacted() != null).toList();
        assertThat(figures.response().contacted()).isEqualTo(contacted.size());
        assertThat(figures.response().late()).isEqualTo(count(cases, one -> one.late() != null));
        if (!contacted.isEmpty()) {
            assertThat(figures.response().hoursToFirstContact().doubleValue())
                    .isCloseTo(
                            hours(contacted, RecoveryHistory.Case::created, RecoveryHistory.Case::contacted),
                            within(0.0051));
        }
        assertEngagement(figures.messages(), counted.messages(group));
        assertAcceptance(figures.offers(), counted.offers(group));
    }

    private static double hours(
            List<RecoveryHistory.Case> cases,
            Function<RecoveryHistory.Case, Instant> begin,
            Function<RecoveryHistory.Case, Instant> end) {
        return cases.stream()
                .mapToDouble(one ->
                        Duration.between(begin.apply(one), end.apply(one)).toSeconds() / 3600.0)
                .average()
                .orElseThrow();
    }

    private static void assertEngagement(Figures.Engagement engagement, List<RecoveryHistory.Message> messages) {
        assertThat(engagement.written()).isEqualTo(messages.size());
        assertThat(engagement.sent()).isEqualTo(count(messages, one -> one.sent() != null));
        assertThat(engagement.pending())
                .isEqualTo(count(messages, one -> one.status().equals("pending")));
        assertThat(engagement.withheld())
                .isEqualTo(count(messages, one -> one.status().equals("withheld")));
        assertThat(engagement.cancelled())
                .isEqualTo(count(messages, one -> one.status().equals("cancelled")));
        assertThat(engagement.dead())
                .isEqualTo(count(messages, one -> one.status().equals("dead")));
        assertThat(engagement.delivered()).isEqualTo(count(messages, one -> one.delivered() != null));
        assertThat(engagement.opened()).isEqualTo(count(messages, one -> one.opened() != null));
        assertThat(engagement.clicked()).isEqualTo(count(messages, one -> one.clicked() != null));
        assertThat(engagement.bounced()).isEqualTo(count(messages, one -> one.bounced() != null));
        if (engagement.sent() > 0) {
            assertThat(engagement.openRate().percent().doubleValue())
                    .isCloseTo(100.0 * engagement.opened() / engagement.sent(), within(0.0051));
            assertThat(engagement.clickRate().percent().doubleValue())
                    .isCloseTo(100.0 * engagement.clicked() / engagement.sent(), within(0.0051));
            assertThat(engagement.deliveryRate().percent().doubleValue())
                    .isCloseTo(100.0 * engagement.delivered() / engagement.sent(), within(0.0051));
        }
    }

    private static void assertAcceptance(Figures.Acceptance acceptance, List<RecoveryHistory.Offer> offers) {
        assertThat(acceptance.offered())
                .isEqualTo(count(offers, one -> !one.status().equals("replaced")));
        assertThat(acceptance.redeemed())
                .isEqualTo(count(offers, one -> one.status().equals("redeemed")));
        assertThat(acceptance.open())
                .isEqualTo(count(offers, one -> one.status().equals("open")));
        assertThat(acceptance.expired())
                .isEqualTo(count(offers, one -> one.status().equals("expired")));
        assertThat(acceptance.withdrawn())
                .isEqualTo(count(offers, one -> one.status().equals("withdrawn")));
        assertThat(acceptance.redeemedCost())
                .isEqualByComparingTo(sum(
                        offers.stream().filter(one -> one.status().equals("redeemed")), RecoveryHistory.Offer::cost));
        assertThat(acceptance.reservedCost())
                .isEqualByComparingTo(
                        sum(offers.stream().filter(one -> one.status().equals("open")), RecoveryHistory.Offer::cost));
    }

    private static void assertCredit(RecoveryFigures.Credit credit, Count counted, String group) {
        var credited = counted.credited(group);
        var gross = sum(credited.stream().filter(one -> one.currency().equals("EUR")), RecoveryHistory.Case::revenue);
        assertThat(credit.recovered()).as(group).isEqualTo(credited.size());
        assertThat(credit.grossRevenue()).isEqualByComparingTo(gross);
        assertThat(credit.incentiveCost()).isEqualByComparingTo(sum(credited.stream(), counted::redeemed));
    }

    private static void assertComparison(HoldoutComparison comparison, Count counted, String group) {
        var treated = counted.compared(group, false);
        var heldOut = counted.compared(group, true);
        var recovered = count(treated, one -> one.recovered() != null);
        var heldOutRecovered = count(heldOut, one -> one.recovered() != null);
        assertThat(heldOut).as("a hold-out of " + group).isNotEmpty();
        assertThat(comparison.treated().cases()).as(group).isEqualTo(treated.size());
        assertThat(comparison.treated().recovered()).isEqualTo(recovered);
        assertThat(comparison.heldOut().cases()).isEqualTo(heldOut.size());
        assertThat(comparison.heldOut().recovered()).isEqualTo(heldOutRecovered);
        assertThat(comparison.recoveryRateDifference().value().doubleValue())
                .isCloseTo(
                        100.0 * recovered / treated.size() - 100.0 * heldOutRecovered / heldOut.size(), within(0.0051));
        assertThat(comparison.recoveryRateDifference().lower())
                .isLessThan(comparison.recoveryRateDifference().value());

        var revenues = counted.revenues(treated);
        var heldOutRevenues = counted.revenues(heldOut);
        var difference = comparison.revenuePerCaseDifference();
        assertThat(difference.value().doubleValue())
                .isCloseTo(StatUtils.mean(revenues) - StatUtils.mean(heldOutRevenues), within(0.0051));
        var shifted = heldOutRevenues.clone();
        for (var i = 0; i < shifted.length; i++) {
            shifted[i] += difference.upper().doubleValue();
        }
        assertThat(new TTest().tTest(revenues, shifted)).isCloseTo(0.05, within(0.0005));
    }

    private static <T> long count(List<T> all, Predicate<T> which) {
        return all.stream().filter(which).count();
    }

    private static <T> BigDecimal sum(Stream<T> all, Function<T, BigDecimal> amount) {
        return all.map(amount).filter(Objects::nonNull).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    /** The same figures, counted by walking through all that has happened. */
    private static final class Count {

        private final Dimension dimension;
        private final List<RecoveryHistory.Case> all;
        private final List<RecoveryHistory.Message> messages;
        private final List<RecoveryHistory.Offer> offers;
        private final Map<RecoveryHistory.Case, List<RecoveryHistory.Message>> messagesOf;
        private final Map<RecoveryHistory.Case, List<RecoveryHistory.Offer>> offersOf;

        Count(RecoveryHistory history, Instant from, Instant until, Dimension dimension) {
            this.dimension = dimension;
            all = history.cases.stream()
                    .filter(one ->
                            !one.created().isBefore(from) && one.created().isBefore(until))
                    .toList();
            var known = Set.copyOf(all);
            messages = history.messages.stream()
                    .filter(one -> known.contains(one.of()))
                    .toList();
            offers = history.offers.stream()
                    .filter(one -> known.contains(one.of()))
                    .toList();
            messagesOf = messages.stream().collect(Collectors.groupingBy(RecoveryHistory.Message::of));
            offersOf = offers.stream().collect(Collectors.groupingBy(RecoveryHistory.Offer::of));
        }

        TreeSet<String> groups() {
            var groups = new TreeSet<String>();
            all.forEach(one -> groups.addAll(groupsOf(one)));
            messages.forEach(
                    one -> groups.addAll(dimension.of() == Dimension.Of.MESSAGE ? List.of(group(one)) : List.of()));
            return groups;
        }

        private String group(RecoveryHistory.Message message) {
            var name = message.template().split("\\.");
            return switch (dimension) {
                case TONE -> name[1];
                case STAGE -> name[2];
                case CHANNEL -> message.channel();
                default -> message.template() + "/" + message.variant() + "/" + message.revision();
            };
        }

        private List<String> groupsOf(RecoveryHistory.Case one) {
            return switch (dimension) {
                case SEGMENT -> List.of(one.segment());
                case TRIGGER -> List.of(one.trigger());
                case RISK_LEVEL -> List.of(one.level());
                case OFFER_TYPE ->
                    orNone(one, offersOf.getOrDefault(one, List.of()).stream().map(RecoveryHistory.Offer::type));
                default ->
                    orNone(
                            one,
                            messagesOf.getOrDefault(one, List.of()).stream()
                                    .filter(RecoveryHistory.Message::hasReached)
                                    .map(this::group));
            };
        }

        private static List<String> orNone(RecoveryHistory.Case one, Stream<String> groups) {
            var found = groups.distinct().toList();
            return one.isHoldout() ? List.of() : found.isEmpty() ? List.of("none") : found;
        }

        private boolean isIn(RecoveryHistory.Case one, String group) {
            return group.isEmpty() || groupsOf(one).contains(group);
        }

        List<RecoveryHistory.Case> worked(String group) {
            return all.stream()
                    .filter(one -> !one.isHoldout() && isIn(one, group))
                    .toList();
        }

        List<RecoveryHistory.Message> messages(String group) {
            return messages.stream()
                    .filter(one -> dimension.of() == Dimension.Of.MESSAGE
                            ? group.isEmpty() || group(one).equals(group)
                            : isIn(one.of(), group))
                    .toList();
        }

        List<RecoveryHistory.Offer> offers(String group) {
            return offers.stream()
                    .filter(one -> dimension == Dimension.OFFER_TYPE
                            ? group.isEmpty() || one.type().equals(group)
                            : isIn(one.of(), group))
                    .toList();
        }

        BigDecimal redeemed(RecoveryHistory.Case one) {
            return cost(one, "redeemed");
        }

        BigDecimal reserved(RecoveryHistory.Case one) {
            return cost(one, "open");
        }

        private BigDecimal cost(RecoveryHistory.Case one, String status) {
            return sum(
                    offersOf.getOrDefault(one, List.of()).stream()
                            .filter(offer -> offer.status().equals(status)),
                    RecoveryHistory.Offer::cost);
        }

        List<RecoveryHistory.Case> credited(String group) {
            return all.stream()
                    .filter(one -> !one.isHoldout() && one.recovered() != null)
                    .filter(one -> lastTouch(one).orElse("none").equals(group))
                    .toList();
        }

        private Optional<String> lastTouch(RecoveryHistory.Case one) {
            return dimension == Dimension.OFFER_TYPE
                    ? offersOf.getOrDefault(one, List.of()).stream()
                            .filter(offer -> offer.redeemed() != null)
                            .max(Comparator.comparing(RecoveryHistory.Offer::redeemed))
                            .map(RecoveryHistory.Offer::type)
                    : messagesOf.getOrDefault(one, List.of()).stream()
                            .filter(RecoveryHistory.Message::hasReached)
                            .max(Comparator.comparing(RecoveryHistory.Message::sent))
                            .map(this::group);
        }

        List<RecoveryHistory.Case> compared(String group, boolean isHoldout) {
            var times = all.stream()
                    .filter(RecoveryHistory.Case::isHoldout)
                    .map(RecoveryHistory.Case::created)
                    .sorted()
                    .toList();
            return all.stream()
                    .filter(one -> one.isHoldout() == isHoldout && isIn(one, group))
                    .filter(one -> !one.created().isBefore(times.get(0))
                            && !one.created().isAfter(times.get(times.size() - 1)))
                    .toList();
        }

        double[] revenues(List<RecoveryHistory.Case> cases) {
            return cases.stream()
                    .filter(one -> one.currency().equals("EUR"))
                    .mapToDouble(
                            one -> (one.revenue() == null ? 0 : one.revenue().doubleValue())
                                    - redeemed(one).doubleValue())
                    .toArray();
        }
    }
}
