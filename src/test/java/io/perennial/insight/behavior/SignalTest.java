package io.perennial.insight.behavior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.perennial.tenant.OrgType;
import io.perennial.testing.ServiceTest;

/** Every signal of every industry, by two customers of whom one is just short of the threshold and the other just at it. */
@ServiceTest
class SignalTest {

    /** What the two did. */
    private record Pair(UnaryOperator<Doings> shortOf, UnaryOperator<Doings> at) {}

    private static final Map<OrgType, UUID> ORGANIZATIONS = new EnumMap<>(OrgType.class);

    /** By the names of the signals; industries that share a name share what it takes. */
    private static final Map<String, Pair> PAIRS = Map.ofEntries(
            Map.entry(
                    "login_frequency_decline",
                    new Pair(
                            did -> did.event("login", 20, 45).event("login", 11, 10),
                            did -> did.event("login", 20, 45).event("login", 10, 10))),
            Map.entry(
                    "transaction_volume_drop",
                    new Pair(
                            did -> did.bought(20, 45).bought(11, 10),
                            did -> did.bought(20, 45).bought(10, 10))),
            Map.entry(
                    "feature_abandonment",
                    new Pair(
                            did -> did.event("feature_use", 20, 45).event("feature_use", 9, 10),
                            did -> did.event("feature_use", 20, 45).event("feature_use", 8, 10))),
            Map.entry(
                    "balance_checking_without_action",
                    new Pair(did -> did.event("balance_check", 2, 10), did -> did.event("balance_check", 3, 10))),
            Map.entry(
                    "single_product_usage",
                    new Pair(
                            did -> did.bought(2, 50).bought(1, 50, "10", "savings"),
                            did -> did.bought(3, 50).bought(1, 91, "10", "savings"))),
            Map.entry(
                    "support_contact_spike",
                    new Pair(
                            did -> did.event("complaint", 1, 45).event("support_ticket", 2, 10),
                            did -> did.event("complaint", 1, 45)
                                    .event("support_ticket", 2, 10)
                                    .event("support_call", 1, 10))),
            Map.entry(
                    "data_usage_decline",
                    new Pair(
                            did -> did.valued("data_session", 2, 45, 500).valued("data_session", 1, 10, 601),
                            did -> did.valued("data_session", 2, 45, 500).valued("data_session", 1, 10, 600))),
            Map.entry(
                    "communication_pattern_change",
                    new Pair(
                            did -> did.event("call", 6, 45).event("sms", 4, 45).event("sms", 5, 10),
                            did -> did.event("call", 6, 45).event("sms", 4, 45).event("sms", 4, 10))),
            Map.entry(
                    "plan_underutilization",
                    new Pair(
                            did -> did.valued("plan_utilization", 1, 40, 40).valued("plan_utilization", 1, 10, "20.1"),
                            did -> did.valued("plan_utilization", 1, 40, 40).valued("plan_utilization", 1, 10, "20"))),
            Map.entry(
                    "billing_complaints",
                    new Pair(
                            did -> did.event("billing_complaint", 1, 89).event("billing_complaint", 1, 90),
                            did -> did.event("billing_complaint", 2, 89))),
            Map.entry(
                    "frequent_roaming",
                    new Pair(did -> did.event("roaming", 4, 10), did -> did.event("roaming", 5, 10))),
            Map.entry(
                    "payment_delays",
                    new Pair(
                            did -> did.valued("payment_late", 1, 80, 10).valued("payment_late", 1, 20, 4),
                            did -> did.valued("payment_late", 1, 80, 10).valued("payment_late", 1, 20, 5))),
            Map.entry(
                    "high_cart_abandonment",
                    new Pair(
                            did -> did.event("cart_abandon", 13, 50).bought(6, 50),
                            did -> did.event("cart_abandon", 14, 50).bought(6, 50))),
            Map.entry(
                    "category_shift",
                    new Pair(
                            did -> did.bought(2, 200, "10", "tents")
                                    .bought(3, 20, "10", "tents")
                                    .bought(2, 20),
                            did -> did.bought(2, 200, "10", "tents")
                                    .bought(2, 20, "10", "tents")
                                    .bought(3, 20))),
            Map.entry(
                    "discount_dependency",
                    new Pair(
                            did -> did.bought(3, 20).transaction(2, 20, "9", "completed", "1", "cards"),
                            did -> did.bought(2, 20).transaction(3, 20, "9", "completed", "1", "cards"))),
            Map.entry(
                    "basket_size_decline",
                    new Pair(
                            did -> did.bought(3, 120, "100", "cards").bought(2, 20, "70.01", "cards"),
                            did -> did.bought(3, 120, "100", "cards").bought(2, 20, "70", "cards"))),
            Map.entry(
                    "low_browse_to_buy",
                    new Pair(
                            did -> did.event("browse", 20, 50)
                                    .event("page_view", 19, 50)
                                    .bought(2, 20),
                            did -> did.event("browse", 20, 50)
                                    .event("page_view", 20, 50)
                                    .bought(2, 20))),
            Map.entry(
                    "high_return_rate",
                    new Pair(
                            did -> did.bought(10, 20).event("return", 2, 10),
                            did -> did.bought(10, 20)
                                    .event("return", 2, 10)
                                    .transaction(3, 10, "10", "refunded", "", "cards"))),
            Map.entry(
                    "frequent_no_shows",
                    new Pair(did -> did.event("no_show", 1, 179), did -> did.event("no_show", 2, 179))),
            Map.entry(
                    "frequent_cancellations",
                    new Pair(did -> did.event("cancellation", 2, 179), did -> did.event("cancellation", 3, 179))),
            Map.entry(
                    "check_up_overdue",
                    new Pair(did -> did.event("check_up", 1, 364), did -> did.event("check_up", 1, 365))),
            Map.entry(
                    "insurance_change",
                    new Pair(did -> did.event("insurance_change", 1, 90), did -> did.event("insurance_change", 1, 89))),
            Map.entry(
                    "satisfaction_drop",
                    new Pair(
                            did -> did.valued("review", 1, 100, 4)
                                    .valued("csat", 1, 400, 5)
                                    .valued("csat", 1, 20, "3.6"),
                            did -> did.valued("review", 1, 100, 4)
                                    .valued("csat", 1, 400, 5)
                                    .valued("csat", 1, 20, "3.5"))),
            Map.entry(
                    "contract_renewal_due",
                    new Pair(
                            did -> did.valued("contract_started", 1, 334, 365),
                            did -> did.event("contract_started", 1, 335))),
            Map.entry(
                    "seasonal_service_due",
                    new Pair(did -> did.event("service_visit", 1, 179), did -> did.event("service_visit", 1, 180))),
            Map.entry(
                    "slow_emergency_response",
                    new Pair(
                            did -> did.valued("emergency_call", 1, 80, 150).valued("emergency_call", 1, 20, 89),
                            did -> did.valued("emergency_call", 1, 80, 150).valued("emergency_call", 1, 20, 90))),
            Map.entry(
                    "warranty_follow_up",
                    new Pair(
                            did -> did.event("follow_up", 1, 14).event("job_completed", 1, 13),
                            did -> did.event("follow_up", 1, 15).event("job_completed", 1, 14))),
            Map.entry(
                    "milestone_satisfaction_drop",
                    new Pair(
                            did -> did.valued("milestone_reached", 1, 100, 4)
                                    .valued("milestone_reached", 1, 400, 5)
                                    .valued("milestone_reached", 1, 20, "3.6"),
                            did -> did.valued("milestone_reached", 1, 100, 4)
                                    .valued("milestone_reached", 1, 400, 5)
                                    .valued("milestone_reached", 1, 20, "3.5"))),
            Map.entry(
                    "project_without_follow_up",
                    new Pair(
                            did -> did.event("project_completed", 1, 13),
                            did -> did.event("meeting", 1, 15).event("project_completed", 1, 14))),
            Map.entry(
                    "renewal_due",
                    new Pair(
                            did -> did.valued("contract_started", 1, 400, 365).valued("contract_renewed", 1, 134, 180),
                            did -> did.valued("contract_started", 1, 400, 365)
                                    .valued("contract_renewed", 1, 135, 180))),
            Map.entry(
                    "referral_moment",
                    new Pair(
                            did -> did.valued("nps", 1, 50, 10).valued("nps", 1, 20, "7.9"),
                            did -> did.valued("nps", 1, 50, 10).valued("nps", 1, 20, "8"))));

    static Stream<Arguments> signals() {
        return Profiles.ALL.stream()
                .flatMap(profile ->
                        profile.signals().stream().map(signal -> Arguments.of(profile.type(), signal.name(), signal)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("signals")
    void aSignalIsFoundAtItsThresholdAndNotBefore(OrgType type, String name, Signal signal) {
        var organization = ORGANIZATIONS.computeIfAbsent(type, SignalTest::analyzed);

        var shortOf = Doings.of(organization, name + "-short");
        var at = Doings.of(organization, name + "-at");

        assertThat(shortOf.<String>getList("risk_signals")).doesNotContain(name);
        assertThat(at.<String>getList("risk_signals")).contains(name);
        assertThat(at.<String>getList("recommendations"))
                .hasSameSizeAs(at.getList("risk_signals"))
                .element(at.getList("risk_signals").indexOf(name))
                .isEqualTo(signal.recommendation());
    }

    private static UUID analyzed(OrgType type) {
        var did = new Doings();
        for (var signal : Profiles.of(type).signals()) {
            var pair = PAIRS.get(signal.name());
            if (pair == null) {
                fail("Say what makes " + signal.name());
            }
            pair.shortOf().apply(did.customer(signal.name() + "-short"));
            pair.at().apply(did.customer(signal.name() + "-at"));
        }
        return did.analyzed(type.value());
    }

    @Test
    void theSignalsOfTheSourceDocumentAreAllThere() {
        assertThat(names(OrgType.BANKING))
                .containsExactly(
                        "login_frequency_decline",
                        "transaction_volume_drop",
                        "feature_abandonment",
                        "balance_checking_without_action",
                        "single_product_usage",
                        "support_contact_spike");
        assertThat(names(OrgType.TELECOM))
                .containsExactly(
                        "data_usage_decline",
                        "communication_pattern_change",
                        "plan_underutilization",
                        "billing_complaints",
                        "frequent_roaming",
                        "payment_delays");
        assertThat(names(OrgType.ECOMMERCE))
                .containsExactly(
                        "high_cart_abandonment",
                        "category_shift",
                        "discount_dependency",
                        "basket_size_decline",
                        "low_browse_to_buy",
                        "high_return_rate");
        assertThat(names(OrgType.HEALTHCARE))
                .contains("frequent_no_shows", "frequent_cancellations", "check_up_overdue", "insurance_change");
        assertThat(names(OrgType.TRADES))
                .contains(
                        "contract_renewal_due",
                        "seasonal_service_due",
                        "slow_emergency_response",
                        "warranty_follow_up");
        assertThat(names(OrgType.PROFESSIONAL_SERVICES))
                .contains("milestone_satisfaction_drop", "project_without_follow_up", "renewal_due", "referral_moment");
    }

    private static List<String> names(OrgType type) {
        return Profiles.of(type).signals().stream().map(Signal::name).toList();
    }
}
