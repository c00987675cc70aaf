package io.perennial.models.kind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vertx.sqlclient.Row;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.perennial.models.KindSql;
import io.perennial.models.ModelKinds;
import io.perennial.tenant.CustomerId;
import io.perennial.tenant.Organizations;
import io.perennial.tenant.TenantDatabase;
import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

/** What the kinds learn from, of a few customers whose outcomes a hand can tell. A telecom customer churns after 60 days. */
@ServiceTest
class KindLabelsTest {

    private static final OffsetDateTime AS_OF = OffsetDateTime.parse("2025-06-30T00:00:00Z");
    private static final List<String> CUSTOMERS =
            List.of("stays", "leaves", "cancels", "gone", "back", "late", "last_second", "too_late", "now");
    private static final List<String> PRODUCTS = List.of("phone", "router");

    private static final String PAST_PURCHASES = """
            stays,2025-06-01,10,phone,completed
            leaves,2025-06-01,10,phone,completed
            cancels,2025-06-01,10,phone,completed
            gone,2025-06-01,10,phone,completed
            back,2025-06-01,10,phone,completed
            back,2025-06-10,10,phone,completed
            late,2025-01-01,10,phone,completed
            last_second,2025-06-01,10,router,completed
            too_late,2025-06-01,10,router,completed
            now,2025-06-30T00:00:00Z,10,router,completed
            """;
    private static final String FUTURE_PURCHASES = """
            stays,2025-07-05,13,router,completed
            stays,2025-07-06,1,phone,refunded
            leaves,2025-07-10,10,phone,failed
            cancels,2025-07-05,12.4,sim card,completed
            last_second,2025-08-29T00:00:00Z,7,router,completed
            too_late,2025-08-29T00:00:01Z,8,router,completed
            """;
    private static final String PAST_EVENTS = """
            gone,2025-06-10,account_closed
            back,2025-06-05,subscription_cancelled
            stays,2025-06-20,login
            """;
    private static final String FUTURE_EVENTS = """
            stays,2025-07-06,login
            stays,2025-07-07,sms_sent
            stays,2025-07-07,email_sent
            stays,2025-07-08,campaign_sent
            stays,2025-07-09,email_clicked
            stays,2025-07-11,payment_failed
            leaves,2025-07-01,campaign_sent
            leaves,2025-07-02,support_ticket
            cancels,2025-07-20,subscription_cancelled
            last_second,2025-07-02,campaign_response
            late,2025-07-30T00:00:00Z,campaign_sent
            back,2025-07-30T00:00:01Z,campaign_sent
            """;

    @Inject
    ModelKinds kinds;

    @Inject
    Organizations organizations;

    @Inject
    TenantDatabase database;

    private static void purchases(UUID organization, String lines) {
        Api.uploadTransactions(organization, "customer_id,occurred_at,amount,product,status\n" + lines)
                .then()
                .statusCode(200);
    }

    private static void events(UUID organization, String lines) {
        Api.upload(organization, "events", "customer_id,occurred_at,event_type\n" + lines)
                .then()
                .statusCode(200);
    }

    private static UUID organization() {
        var organization = Api.organization("telecom");
        purchases(organization, PAST_PURCHASES);
        events(organization, PAST_EVENTS);
        return organization;
    }

    private KindSql sql(UUID id, String kind) {
        var organization = organizations.find(id).await().atMost(Duration.ofSeconds(10));
        return new KindSql(
                organization, kinds.named(kind), kind.equals("product_recommendation") ? PRODUCTS : List.of());
    }

    private List<Row> rows(UUID organization, KindSql sql, String statement, String customer) {
        var id = CustomerId.of(organization, customer);
        var rows = new ArrayList<Row>();
        database.query(organization, statement, sql.parameters(id, id, AS_OF))
                .await()
                .atMost(Duration.ofSeconds(10))
                .forEach(rows::add);
        return rows;
    }

    /** Of the customers that are learned from. */
    private Map<String, Double> labels(UUID organization, String kind) {
        var sql = sql(organization, kind);
        var labels = new TreeMap<String, Double>();
        for (var customer : CUSTOMERS) {
            rows(organization, sql, sql.trainingRows(), customer)
                    .forEach(row -> labels.put(customer, (double) row.getFloat("label")));
        }
        return labels;
    }

    @Test
    void labelsAreWhatAHandTells() {
        var organization = organization();
        purchases(organization, FUTURE_PURCHASES);
        events(organization, FUTURE_EVENTS);

        // Gone has said goodbye since the last purchase, back has bought since, late has been away for 180 days.
        assertThat(labels(organization, "churn"))
                .isEqualTo(Map.of(
                        "stays",
                        0.0,
                        "leaves",
                        1.0,
                        "cancels",
                        1.0,
                        "back",
                        1.0,
                        "last_second",
                        0.0,
                        "too_late",
                        1.0,
                        "now",
                        1.0));
        assertThat(labels(organization, "ltv"))
                .hasSize(9)
                .containsEntry("stays", 13.0)
                .containsEntry("leaves", 0.0)
                .containsEntry("last_second", 7.0)
                .containsEntry("too_late", 8.0)
                .containsEntry("now", 0.0);
        assertThat(labels(organization, "purchase_propensity"))
                .hasSize(9)
                .containsEntry("stays", 1.0)
                .containsEntry("cancels", 1.0)
                .containsEntry("leaves", 0.0)
                .containsEntry("last_second", 0.0);
        assertThat(labels(organization, "payment_default"))
                .hasSize(8)
                .doesNotContainKey("late")
                .containsEntry("stays", 1.0)
                .containsEntry("leaves", 1.0)
                .containsEntry("cancels", 0.0);
        var engagement = labels(organization, "engagement");
        assertThat(engagement).hasSize(9).containsEntry("leaves", 0.0);
        // A purchase, a login and a click: 100 × 5 ÷ 15.
        assertThat(engagement.get("stays")).isCloseTo(33.3333, within(1e-3));
        assertThat(labels(organization, "campaign_response"))
                .isEqualTo(Map.of("stays", 1.0, "leaves", 0.0, "late", 0.0));
        // 13 is more than 1.25 × 10, and 12.4 is not.
        assertThat(labels(organization, "upsell"))
                .hasSize(8)
                .doesNotContainKey("late")
                .containsEntry("stays", 1.0)
                .containsEntry("cancels", 0.0)
                .containsEntry("leaves", 0.0);
        assertThat(labels(organization, "product_recommendation")).isEqualTo(Map.of("stays", 1.0, "last_second", 1.0));
    }

    @ParameterizedTest
    @CsvSource({
        "churn,60",
        "ltv,90",
        "purchase_propensity,30",
        "payment_default,60",
        "engagement,30",
        "campaign_response,30",
        "upsell,60",
        "product_recommendation,60"
    })
    void nothingAfterTheInstantIsSeen(String kind, int windowDays) {
        var id = organization();
        var sql = sql(id, kind);
        var before = seen(id, sql);

        purchases(id, FUTURE_PURCHASES);
        events(id, FUTURE_EVENTS);

        assertThat(seen(id, sql)).isEqualTo(before).hasSize(CUSTOMERS.size());
        var organization = organizations.find(id).await().atMost(Duration.ofSeconds(10));
        assertThat(kinds.named(kind).windowDays(organization)).isEqualTo(windowDays);
        assertThat(kinds.all()).hasSize(8);
    }

    /** What rules and features are, of each customer. */
    private List<String> seen(UUID organization, KindSql sql) {
        return CUSTOMERS.stream()
                .flatMap(customer -> rows(organization, sql, sql.presentRows(), customer).stream())
                .map(row -> row.deepToString())
                .toList();
    }
}
