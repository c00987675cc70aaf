package io.perennial.insight.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.perennial.models.ChurnRiskLevel;
import io.perennial.tenant.OrgType;

class RecommendedActionsTest {

    private static Factor factor(String name, double value) {
        return new Factor(name, "", value, 0.1, "log_odds");
    }

    @Test
    void actionsFollowTheGravestReasonsAndNameThem() {
        var actions = RecommendedActions.of(
                OrgType.TELECOM,
                ChurnRiskLevel.CRITICAL,
                List.of(
                        factor("failed_payments_90d", 2),
                        factor("payment_behavior_score", 50),
                        factor("logins_30d", 0),
                        factor("communication_responsiveness_score", 10),
                        factor("recency_days", 80)));

        assertThat(actions)
                .extracting(RecommendedActions.Action::factor)
                .containsExactly("failed_payments_90d", "logins_30d", "communication_responsiveness_score");
        assertThat(actions).extracting(RecommendedActions.Action::channel).containsExactly("call", "call", "sms");
        assertThat(actions).allMatch(action -> action.urgency().equals("immediate") && action.withinHours() == 24);
        assertThat(actions.get(0).action())
                .isEqualTo("Point out the failed payment and offer a payment plan before service is limited");
    }

    @Test
    void onlyNewcomersAreWelcomed() {
        assertThat(only("tenure_days", 20)).startsWith("Welcome").isNotEqualTo(only("tenure_days", 500));
        assertThat(only("frequency", 1)).startsWith("Welcome").isNotEqualTo(only("frequency", 9));
    }

    private static String only(String factor, double value) {
        return RecommendedActions.of(OrgType.BANKING, ChurnRiskLevel.MEDIUM, List.of(factor(factor, value)))
                .get(0)
                .action();
    }

    @ParameterizedTest
    @EnumSource
    void aCustomerWithoutReasonsToLeaveIsAskedForARecommendation(OrgType orgType) {
        var actions = RecommendedActions.of(orgType, ChurnRiskLevel.LOW, List.of());

        assertThat(actions).singleElement().satisfies(action -> {
            assertThat(action.urgency()).isEqualTo("low");
            assertThat(action.channel()).isEqualTo("email");
            assertThat(action.factor()).isNull();
            assertThat(action.action()).startsWith("Ask ");
        });
    }

    @Test
    void everyIndustryHasItsOwnWords() {
        for (var factor : List.of("recency_days", "failed_payments_90d", "refunds", "engagement", "tenure_days")) {
            var words = new HashSet<String>();
            Arrays.stream(OrgType.values())
                    .forEach(type ->
                            words.add(RecommendedActions.of(type, ChurnRiskLevel.HIGH, List.of(factor(factor, 1)))
                                    .get(0)
                                    .action()));
            assertThat(words).as(factor).hasSize(6);
        }
    }

    @Test
    void theLowerTheRiskTheMoreTimeThereIs() {
        var hours = Arrays.stream(ChurnRiskLevel.values())
                .map(level -> RecommendedActions.of(OrgType.TRADES, level, List.of(factor("recency_days", 9)))
                        .get(0)
                        .withinHours())
                .toList();
        assertThat(hours).containsExactly(720, 168, 72, 24);
    }
}
