package io.perennial.insight.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import io.perennial.features.FeatureSql;

class WordingTest {

    private static Wording.Customer customer(Object... features) {
        Map<String, Double> values = new HashMap<>();
        for (var i = 0; i < features.length; i += 2) {
            values.put((String) features[i], ((Number) features[i + 1]).doubleValue());
        }
        return new Wording.Customer(values, "EUR");
    }

    private static String risk(String feature, Object... features) {
        return Wording.of(feature, customer(features), true);
    }

    private static String positive(String feature, Object... features) {
        return Wording.of(feature, customer(features), false);
    }

    @Example
    void everyFeatureHasWords() {
        assertThat(Wording.features())
                .containsExactlyInAnyOrderElementsOf(FeatureSql.COLUMNS.stream()
                        .filter(column -> !column.equals("customer_id"))
                        .toList());
    }

    @Example
    void sentencesSayWhatIsSo() {
        assertThat(risk("recency_days", "recency_days", 48.2, "frequency", 5, "inter_purchase_gap_days", 12))
                .isEqualTo("No purchase for 48 days; usually one every 12 days");
        assertThat(risk("recency_days", "recency_days", 9, "frequency", 5, "inter_purchase_gap_days", 1.1))
                .isEqualTo("No purchase for 9 days; usually one every day");
        assertThat(positive("recency_days", "recency_days", 0.4, "frequency", 1))
                .isEqualTo("Last purchase less than a day ago");
        assertThat(risk("recency_days", "recency_days", 30, "frequency", 0, "tenure_days", 30))
                .isEqualTo("No purchase yet, 30 days after the first contact");
        assertThat(risk("frequency", "frequency", 1)).isEqualTo("Only 1 purchase so far");
        assertThat(risk("frequency", "frequency", 0)).isEqualTo("No purchases so far");
        assertThat(positive("frequency", "frequency", 14)).isEqualTo("14 purchases so far");
        assertThat(positive("monetary", "monetary", 812.4)).isEqualTo("Spent EUR 812.40 so far");
        assertThat(risk("amount_90d")).isEqualTo("Spent nothing in the last 90 days");
        assertThat(risk("tenure_days", "tenure_days", 20)).isEqualTo("Customer for only 20 days");
        assertThat(positive("failed_payments_90d")).isEqualTo("No failed payments in the last 90 days");
        assertThat(risk("failed_payments_90d", "failed_payments_90d", 2))
                .isEqualTo("2 failed payments in the last 90 days");
        assertThat(risk("logins_30d", "logins_30d", 3, "logins_previous_30d", 9))
                .isEqualTo("3 logins in the last 30 days, 9 in the 30 before");
        assertThat(risk("events_30d", "events_30d", 0))
                .isEqualTo("No events in the last 30 days, none in the 30 before");
        assertThat(risk("discounted_transactions", "discounted_transactions", 2, "frequency", 5))
                .isEqualTo("2 of 5 purchases with a discount");
        assertThat(risk("days_since_last_event", "days_since_last_event", 12)).isEqualTo("Nothing heard for 12 days");
        assertThat(positive("days_since_last_event", "days_since_last_event", 1))
                .isEqualTo("Last heard of 1 day ago");
        assertThat(risk("contract_type", "contract_type", 2.5)).isEqualTo("Contract type is 2.5");
    }

    @Example
    void aTrendIsSaidAsPeopleCountIt() {
        assertThat(risk("trend_30d", "trend_30d", -0.25)).isEqualTo("Spending fell by 25 % against the 30 days before");
        // 0.5 of the larger is double the smaller.
        assertThat(positive("trend_30d", "trend_30d", 0.5))
                .isEqualTo("Spending grew by 100 % against the 30 days before");
        assertThat(risk("trend_30d", "trend_30d", -1))
                .isEqualTo("Spent nothing in the last 30 days, unlike in the 30 before");
        assertThat(positive("trend_30d", "trend_30d", 1))
                .isEqualTo("Spent in the last 30 days, unlike in the 30 before");
        assertThat(positive("trend_30d", "trend_30d", 0)).isEqualTo("Spending is what it was in the 30 days before");
    }

    @Property(tries = 300)
    void everySentenceIsASentenceWhateverTheValues(
            @ForAll("customers") Wording.Customer customer, @ForAll boolean risk) {
        for (var feature : Wording.features()) {
            assertThat(Wording.of(feature, customer, risk))
                    .as(feature)
                    .matches("[A-Z0-9].*[a-z0-9%]")
                    .doesNotContain("null", "NaN", "  ", "_", " 1 days", " 1 purchases");
        }
    }

    @Provide
    Arbitrary<Wording.Customer> customers() {
        var names = FeatureSql.COLUMNS.stream()
                .filter(column -> !column.equals("customer_id"))
                .toList();
        return Combinators.combine(
                        Arbitraries.doubles()
                                .between(0, 5000)
                                .edgeCases(edges -> edges.add(0.0, 0.4, 1.0))
                                .list()
                                .ofSize(names.size()),
                        Arbitraries.of(true, false).list().ofSize(names.size()))
                .as((values, known) -> {
                    Map<String, Double> features = new HashMap<>();
                    for (var i = 0; i < names.size(); i++) {
                        if (known.get(i) || !optional(names.get(i))) {
                            features.put(
                                    names.get(i), names.get(i).equals("trend_30d") ? values.get(i) % 1 : values.get(i));
                        }
                    }
                    return new Wording.Customer(features, "EUR");
                });
    }

    private static boolean optional(String feature) {
        return Stream.of("average_order_value", "inter_purchase_gap_days", "days_since_last_event")
                .anyMatch(feature::equals);
    }
}
