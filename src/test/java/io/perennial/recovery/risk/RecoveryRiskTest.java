package io.perennial.recovery.risk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RecoveryRiskTest {

    /** Somebody of whom nothing bad is known: 20 years a customer, who always pays and is worth more than all others. */
    private static final RiskFacts CALM =
            new RiskFacts(0, false, 365.0, 0, 10, 10, 0, 0, 20, 20, 0, 240, 1.0, 100.0, 0, 0.5);

    private static RiskFacts paying(int failed, boolean cancelled, Double expiry, int addresses) {
        return new RiskFacts(failed, cancelled, expiry, addresses, 10, 10, 0, 0, 20, 20, 0, 240, 1.0, 100.0, 0, 0.5);
    }

    private static RiskFacts behaving(int uses, int tickets, int logins, int downgrades) {
        return new RiskFacts(0, false, 365.0, 0, uses, 10, tickets, 1, logins, 20, downgrades, 240, 1.0, 100.0, 0, 0.5);
    }

    private static RiskFacts account(int months, Double reliability, Double value, int complaints, Double sentiment) {
        return new RiskFacts(
                0, false, 365.0, 0, 10, 10, 0, 0, 20, 20, 0, months, reliability, value, complaints, sentiment);
    }

    private static RecoveryRisk risk(RiskFacts facts) {
        return RecoveryRisk.of(new UUID(0, 1), new UUID(0, 2), Instant.EPOCH, facts);
    }

    @ParameterizedTest
    @CsvSource({
        "0, low",
        "0.399999, low",
        "0.4, medium",
        "0.599999, medium",
        "0.6, high",
        "0.799999, high",
        "0.8, critical",
        "1, critical"
    })
    void aLevelBeginsAtItsScore(String score, String level) {
        assertThat(RecoveryRiskLevel.of(new BigDecimal(score)).label()).isEqualTo(level);
    }

    @Test
    void thePartsCountAHalfThreeTenthsAndAFifth() {
        assertThat(Arrays.stream(RiskPart.values()).map(RiskPart::weight)).containsExactly(0.5, 0.3, 0.2);
    }

    @Test
    void ofSomebodyWhoIsCalmNothingIsFeared() {
        var calm = risk(CALM);

        assertThat(calm.score()).isEqualByComparingTo("0");
        assertThat(calm.level()).isEqualTo(RecoveryRiskLevel.LOW);
        assertThat(calm.factors())
                .hasSize(12)
                .allSatisfy(factor -> assertThat(factor.contribution()).isEqualByComparingTo("0"));
    }

    @Test
    void everythingAtItsWorstIsOne() {
        var worst = risk(new RiskFacts(9, true, -3.0, 5, 0, 10, 9, 0, 0, 20, 2, 0, 0.2, 0.0, 4, -0.9));

        assertThat(worst.score()).isEqualByComparingTo("1");
        assertThat(worst.paymentRisk()).isEqualByComparingTo("1");
        assertThat(worst.behavioralRisk()).isEqualByComparingTo("1");
        assertThat(worst.accountRisk()).isEqualByComparingTo("1");
        assertThat(worst.level()).isEqualTo(RecoveryRiskLevel.CRITICAL);
    }

    /** Paid in full by the two other parts, the score is exactly on the boundary. */
    @Test
    void paymentAndBehaviorAtTheirWorstAreCriticalExactly() {
        var risk = risk(new RiskFacts(4, false, 365.0, 0, 0, 10, 0, 0, 0, 20, 1, 240, 1.0, 100.0, 0, 0.5));

        assertThat(risk.paymentRisk()).isEqualByComparingTo("1");
        assertThat(risk.behavioralRisk()).isEqualByComparingTo("1");
        assertThat(risk.score()).isEqualByComparingTo("0.8");
        assertThat(risk.level()).isEqualTo(RecoveryRiskLevel.CRITICAL);
    }

    /** By hand: weight × how bad, up to 1. */
    @ParameterizedTest
    @CsvSource({
        "0, false, 365, 0, 0",
        "1, false, 365, 0, 0.25",
        "2, false, 365, 0, 0.5",
        "3, false, 365, 0, 0.75",
        "4, false, 365, 0, 1",
        "0, true, 365, 0, 0.8",
        "0, false, 30, 0, 0",
        "0, false, 15, 0, 0.25",
        "0, false, 0, 0, 0.5",
        "0, false, -10, 0, 0.5",
        "0, false, , 0, 0",
        "0, false, 365, 1, 0.1",
        "0, false, 365, 3, 0.2",
        "2, false, 15, 1, 0.85",
        "2, true, 365, 0, 1"
    })
    void paymentRisk(int failed, boolean cancelled, Double expiry, int addresses, String expected) {
        assertThat(risk(paying(failed, cancelled, expiry, addresses)).paymentRisk())
                .isEqualByComparingTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "10, 1, 20, 0, 0",
        "5, 1, 20, 0, 0.2",
        "0, 1, 20, 0, 0.4",
        "12, 1, 20, 0, 0",
        "10, 2, 20, 0, 0.1",
        "10, 5, 20, 0, 0.3",
        "10, 0, 20, 0, 0",
        "10, 1, 5, 0, 0.3",
        "10, 1, 20, 1, 0.4",
        "0, 1, 0, 1, 1",
        "5, 2, 10, 0, 0.5"
    })
    void behavioralRisk(int uses, int tickets, int logins, int downgrades, String expected) {
        assertThat(risk(behaving(uses, tickets, logins, downgrades)).behavioralRisk())
                .isEqualByComparingTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 100, 0, 0.5, 0.3",
        "6, 1, 100, 0, 0.5, 0.15",
        "12, 1, 100, 0, 0.5, 0.075",
        "240, 0.75, 100, 0, 0.5, 0.15",
        "240, 0.5, 100, 0, 0.5, 0.3",
        "240, 0.1, 100, 0, 0.5, 0.3",
        "240, , 100, 0, 0.5, 0",
        "240, 1, 50, 0, 0.5, 0.1",
        "240, 1, , 0, 0.5, 0",
        "240, 1, 100, 3, 0.5, 0.2",
        "240, 1, 100, 0, -0.5, 0.1",
        "240, 1, 100, 0, , 0"
    })
    void accountRisk(int months, Double reliability, Double value, int complaints, Double sentiment, double expected) {
        assertThat(risk(account(months, reliability, value, complaints, sentiment))
                        .accountRisk()
                        .doubleValue())
                .isCloseTo(expected, within(1e-6));
    }

    @Property
    void whatTheFactorsContributeAddsUpToTheScore(
            @ForAll @IntRange(max = 9) int failed,
            @ForAll boolean cancelled,
            @ForAll @DoubleRange(min = -50, max = 400) double expiry,
            @ForAll @IntRange(max = 4) int addresses,
            @ForAll @IntRange(max = 20) int uses,
            @ForAll @IntRange(max = 9) int tickets,
            @ForAll @IntRange(max = 30) int logins,
            @ForAll @IntRange(max = 120) int months,
            @ForAll @DoubleRange(max = 1) double reliability) {
        var facts = new RiskFacts(
                failed,
                cancelled,
                expiry,
                addresses,
                uses,
                10,
                tickets,
                2,
                logins,
                15,
                0,
                months,
                reliability,
                40.0,
                1,
                -0.2);
        var sum = Arrays.stream(RiskFactor.values())
                .mapToDouble(factor -> RecoveryRisk.contribution(factor, facts))
                .sum();

        assertThat(risk(facts).score().doubleValue())
                .isCloseTo(sum, within(1e-6))
                .isBetween(0.0, 1.0);
    }

    @Property
    void moreFailuresAreNeverLessRisk(@ForAll @IntRange(max = 9) int failed, @ForAll boolean cancelled) {
        assertThat(risk(paying(failed + 1, cancelled, 10.0, 0)).score())
                .isGreaterThanOrEqualTo(risk(paying(failed, cancelled, 10.0, 0)).score());
    }

    @Test
    void whatIsNotKnownIsSaidToBeNotKnownAndCountsNothing() {
        var unknown = risk(new RiskFacts(0, false, null, 0, 0, 0, 0, 0, 0, 0, 0, 240, null, null, 0, null));

        assertThat(unknown.score()).isEqualByComparingTo("0");
        assertThat(unknown.factors().stream()
                        .filter(factor -> factor.explanation().equals("Not known"))
                        .map(RecoveryRisk.FactorFound::factor))
                .containsExactly(
                        "payment_method_expiration",
                        "reduced_feature_usage",
                        "login_frequency_decrease",
                        "payment_reliability",
                        "customer_lifetime_value");
    }

    @Test
    void everyFactorSaysWhatWasMeasured() {
        var risk = risk(new RiskFacts(1, true, 2.5, 1, 3, 9, 4, 1, 1, 8, 1, 1, 0.8, 12.0, 1, -0.4));

        assertThat(risk.factors())
                .extracting(RecoveryRisk.FactorFound::explanation)
                .containsExactly(
                        "1 attempt to collect a payment failed in the last three months",
                        "Has cancelled",
                        "The payment method expires in 3 days",
                        "The billing address changed once in 90 days",
                        "Used features 3 times in the last 30 days, after 9 times in the 30 before",
                        "4 support tickets in the last 30 days, after 1 in the 30 before",
                        "Logged in once in the last 30 days, after 8 times in the 30 before",
                        "Asked for or took a lesser plan once in 90 days",
                        "A customer for 1 complete month",
                        "80 % of the payments of the last twelve months succeeded",
                        "Expected to be worth more than 12 % of the customers",
                        "1 complaint in 90 days, and messages that sound negative");
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "critical, 1, phone email sms, 50, 100, 1",
                "high, 2, email sms, 20, 40, 4",
                "medium, 3, email, 10, 20, 24",
                "low, 4, email push, null, null, null"
            },
            nullValues = "null")
    void theStrategyFollowsFromTheLevel(
            String level, int priority, String channels, Integer least, Integer most, Integer hours) {
        var strategy = RecoveryRiskLevel.of(level).strategy();

        assertThat(strategy.priority()).isEqualTo(priority);
        assertThat(strategy.channels()).containsExactly(channels.split(" "));
        assertThat(strategy.incentives().minDiscountPercent()).isEqualTo(least);
        assertThat(strategy.incentives().maxDiscountPercent()).isEqualTo(most);
        assertThat(strategy.responseWithinHours()).isEqualTo(hours);
    }

    @ParameterizedTest
    @EnumSource(RecoveryRiskLevel.class)
    void fourMailsFollowEachOther(RecoveryRiskLevel level) {
        var timeline = level.strategy().timeline();

        assertThat(timeline.stream()
                        .filter(step -> step.channel().equals("email"))
                        .map(RecoveryStrategy.Step::afterHours))
                .isEqualTo(List.of(0, 24, 72, 168));
        assertThat(timeline.stream().map(RecoveryStrategy.Step::step))
                .doesNotHaveDuplicates()
                .startsWith(1);
    }

    @Test
    void atCriticalRiskSomebodyCallsFirst() {
        assertThat(RecoveryRiskLevel.CRITICAL.strategy().timeline().get(0).channel())
                .isEqualTo("phone");
    }

    @Test
    void whatHasHappenedMayWeighMoreThanTheScore() {
        assertThat(RecoveryRiskLevel.LOW.atLeast(RecoveryRiskLevel.HIGH)).isEqualTo(RecoveryRiskLevel.HIGH);
        assertThat(RecoveryRiskLevel.CRITICAL.atLeast(RecoveryRiskLevel.HIGH)).isEqualTo(RecoveryRiskLevel.CRITICAL);
    }
}
