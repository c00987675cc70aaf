package io.perennial.offers.next;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import io.perennial.offers.Offer;
import io.perennial.offers.policy.PolicyValue;

class PolicyJudgeTest {

    private static final PolicyValue.Limits NONE = new PolicyValue.Limits(0, 1);

    /** Offer 1 costs 50 by now and offer 2 costs 1. */
    private static final Map<Integer, Offer> CATALOG = Map.of(1, offer(1, 50), 2, offer(2, 1));

    private static Offer offer(int id, int cost) {
        return new Offer(
                id,
                "Offer",
                "An offer",
                "discount",
                true,
                null,
                null,
                null,
                null,
                BigDecimal.valueOf(cost),
                BigDecimal.ZERO,
                null,
                null,
                0,
                false,
                null,
                List.of(),
                null,
                null,
                null,
                1,
                Instant.EPOCH,
                Instant.EPOCH);
    }

    /** Decisions that everybody accepted, each offer half of the time, when the offers cost something else. */
    private static List<PastDecision> decisions(int first, int second) {
        return IntStream.range(0, 100)
                .mapToObj(i -> new PastDecision(
                        new UUID(0, i),
                        OffsetDateTime.parse("2026-01-01T00:00:00Z"),
                        1 + i % 2,
                        true,
                        100.0,
                        i % 2 == 0 ? first : second,
                        List.of(1, 2),
                        new double[] {0.5, 0.5},
                        new BigDecimal[] {BigDecimal.valueOf(first), BigDecimal.valueOf(second)},
                        new BigDecimal[] {BigDecimal.ZERO, BigDecimal.ZERO},
                        new float[0]))
                .toList();
    }

    @Test
    void whatOffersCostThenDecidesWhichWouldHaveBeenMade() {
        var judge = new PolicyJudge(decisions(1, 50), CATALOG, PolicyJudge.Reward.VALUE, NONE);
        // Offer 1, at a cost of 1; at the prices of now it would be offer 2, which cost 50.
        assertThat(judge.popularity().ips().value()).isCloseTo(99, within(1e-9));
    }

    @Test
    void aPolicyThatOffersNothingEarnsNothing() {
        var decisions = decisions(200, 300);
        var byValue = new PolicyJudge(decisions, CATALOG, PolicyJudge.Reward.VALUE, NONE);
        assertThat(byValue.ofTheLog().ips().value()).isCloseTo(-150, within(1e-9));
        assertThat(byValue.popularity().ips().value()).isZero();
        assertThat(byValue.popularity().doublyRobust().value()).isZero();
        assertThat(byValue.popularity().gain().value()).isCloseTo(150, within(1e-9));
    }

    @Test
    void rateOfAcceptanceIsOfOffersThatAreMade() {
        var byAcceptance = new PolicyJudge(decisions(200, 300), CATALOG, PolicyJudge.Reward.ACCEPTANCE, NONE);
        assertThat(byAcceptance.popularity().ips().value()).isCloseTo(1, within(1e-9));
    }

    @Test
    void aModelSeesWhatOffersCostThen() {
        var judge = new PolicyJudge(decisions(1, 50), CATALOG, PolicyJudge.Reward.VALUE, NONE);
        assertThat(judge.questions())
                .allSatisfy(question -> assertThat(question.offers())
                        .extracting(Offer::cost)
                        .containsExactly(BigDecimal.valueOf(1), BigDecimal.valueOf(50)));
    }
}
