package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class ChurnRulePartsTest {

    /** Customers with and without purchases, events, tickets and failures. */
    private static final String CUSTOMERS = """
            with generated as (
                select floor(random() * 6)::int as frequency, random() * 400 as recency_days,
                    case when random() < 0.5 then random() * 60 end as inter_purchase_gap_days,
                    random() * 700 as tenure_days, floor(random() * 5)::int as failed_payments_90d,
                    floor(random() * 4)::int as transactions_30d, floor(random() * 4)::int as transactions_previous_30d,
                    case when random() < 0.3 then 0 else 9 end as events_90d, floor(random() * 4)::int as events_30d,
                    floor(random() * 4)::int as events_previous_30d, floor(random() * 5)::int as support_tickets_30d
                from generate_series(1, 5000)
            )
            """;

    private static String sum(Function<ChurnRules.Part, String> of) {
        return ChurnRules.parts("g", "60").stream()
                .map(part -> "(" + of.apply(part) + ")")
                .collect(Collectors.joining(" + "));
    }

    @Test
    void thePartsAddUpToTheProbability() throws SQLException {
        var furthest = Database.text(CUSTOMERS
                + "select max(abs(%s - (%s))) from generated g"
                        .formatted(ChurnRules.probability("g", "60"), sum(ChurnRules.Part::sql)));

        assertThat(Double.parseDouble(furthest)).isLessThan(1e-12);
    }

    @Test
    void whatThePartsAreAtMostAddsUpToOne() throws SQLException {
        var furthest = Database.text(
                CUSTOMERS + "select max(abs(1 - (%s))) from generated g".formatted(sum(ChurnRules.Part::most)));

        assertThat(Double.parseDouble(furthest)).isLessThan(1e-12);
    }

    @Test
    void noPartIsBelowZero() throws SQLException {
        var lowest = Database.text(CUSTOMERS
                + "select min(least(%s)) from generated g"
                        .formatted(ChurnRules.parts("g", "60").stream()
                                .map(ChurnRules.Part::sql)
                                .collect(Collectors.joining(", "))));

        assertThat(Double.parseDouble(lowest)).isGreaterThanOrEqualTo(0);
    }
}
