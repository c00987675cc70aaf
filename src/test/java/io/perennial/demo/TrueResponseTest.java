package io.perennial.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.perennial.tenant.OrgType;

class TrueResponseTest {

    private static final TrueResponse RESPONSE = new TrueResponse(Appeal.OF_THE_CATALOG);

    private static DemoCustomer customer(OrgType type, int number) {
        return DemoCustomer.invent(DemoCustomers.industry(type), DemoCustomers.SEED, number, DemoCustomers.NOW);
    }

    @Test
    void theSameCustomerAnswersTheSameWhoeverAsks() {
        for (var number = 1; number <= 50; number++) {
            var probability = RESPONSE.probability(customer(OrgType.TELECOM, number), 4, DemoCustomers.NOW);
            var accepts = RESPONSE.accepts(customer(OrgType.TELECOM, number), 4, DemoCustomers.NOW);

            assertThat(RESPONSE.probability(customer(OrgType.TELECOM, number), 4, DemoCustomers.NOW))
                    .isEqualTo(probability)
                    .isBetween(0.0, 1.0);
            assertThat(RESPONSE.accepts(customer(OrgType.TELECOM, number), 4, DemoCustomers.NOW))
                    .isEqualTo(accepts);
        }
    }

    @Test
    void asManyAcceptAsTheProbabilitiesSay() {
        var customers = DemoCustomers.invent(DemoCustomers.industry(OrgType.ECOMMERCE), 4_000);
        var expected = customers.stream()
                .mapToDouble(customer -> RESPONSE.probability(customer, 3, DemoCustomers.NOW))
                .average()
                .orElseThrow();
        var accepted = customers.stream()
                .filter(customer -> RESPONSE.accepts(customer, 3, DemoCustomers.NOW))
                .count();

        // Three standard deviations of a share of 4000.
        assertThat(accepted / 4_000.0).isCloseTo(expected, within(0.022));
    }

    @Test
    void whoIsAskedAgainMayAnswerOtherwise() {
        var customer = customer(OrgType.ECOMMERCE, 3);
        var answers = IntStream.range(0, 200)
                .mapToObj(hours -> RESPONSE.accepts(customer, 3, DemoCustomers.NOW.minus(Duration.ofHours(hours))))
                .toList();
        assertThat(answers).contains(true, false);
    }

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void noOfferIsTheMostLikedByAll(OrgType type) {
        var liked = new int[Appeal.OF_THE_CATALOG.size()];
        for (var customer : DemoCustomers.invent(DemoCustomers.industry(type), 1_000)) {
            liked[
                    IntStream.range(0, liked.length)
                            .boxed()
                            .max((a, b) -> Double.compare(
                                    RESPONSE.probability(customer, a, DemoCustomers.NOW),
                                    RESPONSE.probability(customer, b, DemoCustomers.NOW)))
                            .orElseThrow()]++;
        }
        assertThat(IntStream.of(liked).boxed().toList())
                .allMatch(count -> count > 2)
                .allMatch(count -> count < 400);
    }

    @Test
    void weightsAndIndustryAreAddedUp() {
        var customer = customer(OrgType.BANKING, 7);
        var day = 500.0;
        var appeal = new Appeal(
                1, -1, Map.of(Disposition.ENGAGEMENT, 2.0, Disposition.NEWNESS, 0.5), Map.of(OrgType.BANKING, 0.25));

        assertThat(appeal.logOdds(customer, day))
                .isCloseTo(
                        -0.75
                                + 2 * Math.log(customer.traits().liveliness()) / 0.5
                                + 0.5
                                        * Math.pow(
                                                0.5,
                                                Math.max(
                                                                0,
                                                                day
                                                                        - customer.life()
                                                                                .joined())
                                                        / 60),
                        within(1e-12));
    }

    @Test
    void ofAnUnknownOfferNothingIsSaid() {
        var response = new TrueResponse(List.of());
        assertThatThrownBy(() -> response.probability(customer(OrgType.TRADES, 1), 0, DemoCustomers.NOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("offer 0");
    }
}
