package io.perennial.insight.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

import io.perennial.tenant.CustomerId;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class HealthScoreTest {

    private static UUID organizationWithEverything() {
        var organization = Api.organization("ecommerce");
        Health.transactions(organization, """
                a,2025-01-01,100,completed
                a,2025-05-11,40,completed
                a,2025-06-10,30,completed
                a,2025-06-20,500,failed
                a,2025-06-21,500,refunded
                a,2025-06-22,500,pending
                a,2025-06-23,500,cancelled
                """);
        Health.customers(organization, "b,2025-06-20\n");
        Health.events(organization, """
                a,2025-06-30T00:00:00Z,nps,9,,
                a,2025-04-01T00:00:00Z,csat,3,,
                a,2025-06-30T00:00:00Z,support_ticket,,,
                a,2025-05-01,email_sent,,,
                a,2025-05-02,email_sent,,,
                a,2025-05-03,email_sent,,,
                a,2025-05-01,email_opened,,,
                a,2025-05-02,email_opened,,,
                a,2025-05-02,email_clicked,,,
                a,2025-05-04,sms_sent,,,
                a,2025-05-04T01:00:00Z,sms_replied,,,
                a,2025-05-04T02:00:00Z,sms_replied,,,
                a,2025-01-01,push_sent,,,
                """);
        return organization;
    }

    @Test
    void aScoreIsWhatAHandComputes() throws InterruptedException {
        var organization = organizationWithEverything();
        Health.churn(organization, "a,0.6\nb,0.2\n");

        assertThat(Health.score(organization, Health.AS_OF).getInt("scored")).isEqualTo(2);
        var score = Health.of(organization, "a");

        // The more engaged of two.
        assertThat(score.getInt("engagement_score")).isEqualTo(75);
        // (90 + 50 ÷ 2) ÷ 1.5 = 76.67, less 40 × (1 − 2^−½) = 11.72.
        assertThat(score.getInt("satisfaction_score")).isEqualTo(65);
        // One failed 25, one of four settled refunded 12.5, one pending 10.
        assertThat(score.getInt("payment_behavior_score")).isEqualTo(53);
        // Two of three emails and one of one text message; the push message is 180 days old.
        assertThat(score.getInt("communication_responsiveness_score")).isEqualTo(57);
        // 0.4 × 40 + 0.2 × 75 + 0.15 × 64.95 + 0.15 × 52.5 + 0.1 × 57.14 = 54.33.
        assertThat(score.getInt("overall_health_score")).isEqualTo(54);
        assertThat(score.getDouble("churn_probability")).isEqualTo(0.6);
        assertThat(score.getString("churn_risk_level")).isEqualTo("high");
        assertThat(score.getDouble("retention_probability")).isEqualTo(0.4);
        // 170 in 180 days is 344.72 in a year, times 0.4.
        assertThat(score.getDouble("predicted_ltv")).isEqualTo(137.89);
        assertThat(score.getString("ltv_model_version")).isEqualTo("projection-1");
        assertThat(score.getString("currency")).isEqualTo("EUR");
        // 60 × ln 2 ÷ −ln 0.4 = 45.39 days.
        assertThat(score.getString("predicted_churn_date")).isEqualTo("2025-08-14");
        assertThat(score.getString("model_version")).isEqualTo("uploaded");
        assertThat(score.getDouble("confidence_level")).isEqualTo(0.5);
        assertThat(score.getInt("churn_horizon_days")).isEqualTo(60);
        assertThat(score.getString("analysis_date")).isEqualTo(Health.AS_OF);
        assertThat(score.getString("external_id")).isEqualTo("a");
    }

    @Test
    void whatIsNotKnownDoesNotCount() throws InterruptedException {
        var organization = organizationWithEverything();
        Health.churn(organization, "a,0.6\nb,0.2\n");
        Health.score(organization, Health.AS_OF);

        var score = Health.of(organization, "b");

        assertThat(score.getInt("engagement_score")).isEqualTo(25);
        assertThat(score.getMap(""))
                .doesNotContainKeys(
                        "satisfaction_score", "payment_behavior_score", "communication_responsiveness_score");
        // (0.4 × 80 + 0.2 × 25) ÷ 0.6 = 61.67.
        assertThat(score.getInt("overall_health_score")).isEqualTo(62);
        assertThat(score.getDouble("predicted_ltv")).isZero();
        // 60 × ln 2 ÷ −ln 0.8 = 186.4 days.
        assertThat(score.getString("predicted_churn_date")).isEqualTo("2026-01-02");
    }

    @Test
    void withoutAModelTheRulesGiveTheChurnProbabilityAndSaySo() throws InterruptedException {
        var organization = Api.organization("ecommerce");
        Health.customers(organization, "a,2025-06-20\n");
        Health.score(organization, Health.AS_OF);

        var score = Health.of(organization, "a");

        // Nothing ever happened, 0.3; no purchases, 0.1; known for ten days, 0.1 × 2^(−10 ÷ 180).
        assertThat(score.getDouble("churn_probability"))
                .isCloseTo(0.3 + 0.1 + 0.1 * Math.pow(2, -10 / 180.0), within(1e-6));
        assertThat(score.getString("churn_risk_level")).isEqualTo("medium");
        assertThat(score.getString("model_version")).isEqualTo("rules-1");
        assertThat(score.getString("explained_by")).isEqualTo("rules-1");
        assertThat(score.getDouble("confidence_level")).isEqualTo(0.5);
        assertThat(score.getInt("engagement_score")).isEqualTo(50);
    }

    @Test
    void aModelsPredictionsAreTakenAndItsCalibratedProbabilityIsTrusted() throws Exception {
        var organization = organizationWithEverything();
        // Later than the run, so that the run does not take them for what is left of a model that is gone.
        Database.execute("""
                insert into churn_prediction (organization_id, customer_id, churn_probability, model_version, predicted_at)
                values ('%1$s', '%2$s', 0.1, 'churn-3', now() + interval '1 day');
                insert into customer_prediction (organization_id, customer_id, kind, value, model_version, predicted_at)
                values ('%1$s', '%2$s', 'ltv', 1234.567, 'ltv-2', now() + interval '1 day'), ('%1$s', '%2$s', 'upsell', 0.5, 'upsell-1', now() + interval '1 day')
                """.formatted(organization, CustomerId.of(organization, "a")));
        Health.score(organization, Health.AS_OF);

        var score = Health.of(organization, "a");

        assertThat(score.getString("model_version")).isEqualTo("churn-3");
        assertThat(score.getDouble("confidence_level")).isEqualTo(0.9);
        assertThat(score.getDouble("predicted_ltv")).isEqualTo(1234.57);
        assertThat(score.getString("ltv_model_version")).isEqualTo("ltv-2");
        // No model of this name can be asked, so the rules give the reasons.
        assertThat(score.getString("explained_by")).isEqualTo("rules-1");
    }

    @Test
    void ratingsAreReadByTheirScales() throws InterruptedException {
        var organization = Api.organization("healthcare");
        Health.events(organization, """
                nps0,2025-06-30T00:00:00Z,nps,0,,
                nps7,2025-06-30T00:00:00Z,nps,7,,
                nps12,2025-06-30T00:00:00Z,nps,12,,
                csat1,2025-06-30T00:00:00Z,csat,1,,
                review4,2025-06-30T00:00:00Z,review,4,,
                five,2025-06-30T00:00:00Z,survey,4,,
                ten,2025-06-30T00:00:00Z,survey,8,,
                hundred,2025-06-30T00:00:00Z,survey,60,,
                ofTen,2025-06-30T00:00:00Z,survey,4,10,
                ofThree,2025-06-30T00:00:00Z,survey,2,3,
                ofNonsense,2025-06-30T00:00:00Z,survey,5,many,
                old,2025-06-30T00:00:00Z,login,,,
                old,2024-06-30T00:00:00Z,nps,0,,
                """);
        Health.score(organization, Health.AS_OF);

        for (var expected : List.of(
                "nps0 0",
                "nps7 70",
                "nps12 100",
                "csat1 0",
                "review4 75",
                "five 75",
                "ten 80",
                "hundred 60",
                "ofTen 40",
                "ofThree 50",
                "ofNonsense 100")) {
            var customer = expected.split(" ");
            assertThat(Health.of(organization, customer[0]).getInt("satisfaction_score"))
                    .as(expected)
                    .isEqualTo(Integer.parseInt(customer[1]));
        }
        assertThat(Health.of(organization, "old").getMap("")).doesNotContainKey("satisfaction_score");
    }

    @Test
    void complaintsPullSatisfactionDownAndTheToneOfTextsShiftsIt() throws Exception {
        var organization = Api.organization("trades");
        Health.events(organization, """
                ticket,2025-06-30T00:00:00Z,support_ticket,,,
                complaint,2025-06-30T00:00:00Z,complaint,,,
                many,2025-06-30T00:00:00Z,complaint,,,
                many,2025-06-29T00:00:00Z,complaint,,,
                many,2025-06-28T00:00:00Z,complaint,,,
                many,2025-06-27T00:00:00Z,complaint,,,
                angry,2025-06-30T00:00:00Z,support_ticket,,,It broke again
                happy,2025-06-30T00:00:00Z,review,5,,Great work
                kind,2025-06-30T00:00:00Z,review,3,,Good people
                """);
        Database.execute("""
                insert into event_sentiment
                select organization_id, customer_id, occurred_at, event_key,
                    case attributes ->> 'text' when 'It broke again' then -1 when 'Great work' then 1 else 0.6 end
                from events
                where organization_id = '%s' and attributes ->> 'text' <> ''""".formatted(organization));
        Health.score(organization, Health.AS_OF);

        // 75 when nobody rates; a complaint is two tickets.
        assertThat(satisfaction(organization, "ticket")).isEqualTo((int) Math.round(75 - 40 * (1 - Math.sqrt(0.5))));
        assertThat(satisfaction(organization, "complaint")).isEqualTo(55);
        var tickets = 2 * (1 + half(1) + half(2) + half(3));
        assertThat(satisfaction(organization, "many")).isEqualTo((int)
                Math.round(75 - 40 * (1 - Math.pow(2, -tickets / 2))));
        assertThat(satisfaction(organization, "angry"))
                .isEqualTo((int) Math.round(75 - 40 * (1 - Math.sqrt(0.5)) - 15));
        assertThat(satisfaction(organization, "happy")).isEqualTo(100);
        assertThat(satisfaction(organization, "kind")).isEqualTo(59);
    }

    private static double half(double days) {
        return Math.pow(2, -days / 90);
    }

    private static int satisfaction(UUID organization, String customer) {
        return Health.of(organization, customer).getInt("satisfaction_score");
    }

    @Test
    void paymentBehaviourHasItsEnds() throws InterruptedException {
        var organization = Api.organization("telecom");
        Health.transactions(organization, """
                fine,2025-06-01,10,completed
                worst,2025-06-01,10,failed
                worst,2025-06-02,10,failed
                worst,2025-06-03,10,failed
                worst,2025-06-04,10,refunded
                waiting,2025-06-01,10,pending
                waiting,2025-06-02,10,pending
                waiting,2025-06-03,10,pending
                forgiven,2025-06-01,10,completed
                forgiven,2025-03-01,10,failed
                forgiven,2025-03-01,10,pending
                forgiven,2024-06-01,10,refunded
                gone,2024-06-01,10,completed
                """);
        Health.events(organization, "byEvent,2025-06-01,payment_failed,,,\n");
        Health.score(organization, Health.AS_OF);

        assertThat(payment(organization, "fine")).isEqualTo(100);
        assertThat(payment(organization, "worst")).isEqualTo(0);
        assertThat(payment(organization, "waiting")).isEqualTo(80);
        assertThat(payment(organization, "forgiven")).isEqualTo(100);
        assertThat(payment(organization, "byEvent")).isEqualTo(75);
        assertThat(payment(organization, "gone")).isNull();
    }

    private static Integer payment(UUID organization, String customer) {
        return Health.of(organization, customer).get("payment_behavior_score");
    }

    @Test
    void theChurnDateIsThereWhenItIsWithinFiveYears() throws InterruptedException {
        var organization = Api.organization("banking");
        Health.customers(organization, "sure,2025-01-01\nnever,2025-01-01\nsoon,2025-01-01\nfar,2025-01-01\n");
        Health.churn(organization, "sure,1\nnever,0\nsoon,0.0226\nfar,0.0225\n");
        Health.score(organization, Health.AS_OF);

        assertThat(Health.of(organization, "sure").getString("predicted_churn_date"))
                .isEqualTo("2025-06-30");
        assertThat(Health.of(organization, "never").getMap("")).doesNotContainKey("predicted_churn_date");
        // 60 × ln 2 ÷ −ln(1 − p) is 1819.4 days for 0.0226 and 1827.5 for 0.0225.
        assertThat(Health.of(organization, "soon").getString("predicted_churn_date"))
                .isEqualTo("2030-06-23");
        assertThat(Health.of(organization, "far").getMap("")).doesNotContainKey("predicted_churn_date");
    }

    @Test
    void theReasonsAddUpAndNameWhatToDo() throws InterruptedException {
        var organization = Api.organization("ecommerce");
        Health.transactions(organization, """
                a,2025-03-01,10,completed
                a,2025-03-11,10,completed
                a,2025-03-21,10,completed
                a,2025-06-20,10,failed
                """);
        Health.score(organization, Health.AS_OF);

        var score = Health.of(organization, "a");

        assertThat(score.getList("risk_factors.factor", String.class)).startsWith("recency_days", "transactions_30d");
        assertThat(score.getString("risk_factors[0].description"))
                .isEqualTo("No purchase for 101 days; usually one every 10 days");
        assertThat(score.getDouble("risk_factors[0].value")).isEqualTo(101);
        // All of the payment risk but what it shares with a third of a failure, beyond half of what it could be.
        assertThat(score.getDouble("risk_factors[0].contribution"))
                .isCloseTo(0.5 * (1 - 1 / 6.0) - 0.125, within(1e-4));
        assertThat(score.getString("risk_factors[0].basis")).isEqualTo("probability");
        // 100 − 25 is 15 below the usual, and payments weigh 0.375 of what churn does; it says what the feature says.
        assertThat(score.getList("risk_factors.factor", String.class)).doesNotContain("payment_behavior_score");
        assertThat(score.getString("recommended_actions[0].action"))
                .isEqualTo("Send a personal offer that suits what they bought or looked at, valid for a week");
        assertThat(score.getString("recommended_actions[0].channel")).isEqualTo("call");
        assertThat(score.getString("recommended_actions[0].factor")).isEqualTo("recency_days");
        assertThat(score.getList("positive_indicators.contribution", Double.class))
                .allMatch(value -> value < 0);
        assertThat(score.getList("risk_factors.contribution", Double.class)).allMatch(value -> value > 0);
    }

    @Test
    void theIndexOfFeedbackHoldsTheEventsThatAreReadFromIt() throws SQLException {
        var predicate = Database.text("""
                select pg_get_expr(indpred, indrelid) from pg_index where indexrelid = 'events_feedback'::regclass""");
        var types = Pattern.compile("'(\\w+)'::text")
                .matcher(predicate)
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(types).containsExactlyInAnyOrderElementsOf(HealthEvents.FEEDBACK);
    }
}
