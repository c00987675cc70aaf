package io.perennial.offers.next;

import static io.perennial.offers.next.DecidedCustomers.id;
import static io.perennial.offers.next.DecidedCustomers.logged;
import static io.perennial.offers.next.DecidedCustomers.names;
import static io.perennial.offers.next.DecidedCustomers.next;
import static io.perennial.offers.next.DecidedCustomers.organization;
import static io.perennial.offers.next.DecidedCustomers.tell;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class UnansweredOfferTest {

    @Inject
    Decisions decisions;

    @Test
    void manyWhoDoNotAnswerAreTakenForIgnoredAFewThousandAtATime() throws Exception {
        var organization = organization();
        Database.execute("""
                insert into offer_decisions (organization_id, customer_id, decision_id, decided_at, policy, policy_version,
                    offer_id, held_out, explored, propensity, eligible, probabilities, propensities, features,
                    feature_schema, cost, outcome)
                select '%s', '%s', gen_random_uuid(), now() - interval '20 days', 'popularity', 'popularity-1', 1, false, true,
                    1, '{1}', '{0.1}', '{1}', '{}', 0, 8, 'pending'
                from generate_series(1, 10001)""".formatted(organization, id(organization, "c0")));

        assertThat(decisions.close(organization).await().atMost(Duration.ofMinutes(1)))
                .isEqualTo(10_001);
        assertThat(Database.number(
                        "select count(*) from offer_decisions where organization_id = ?::uuid and outcome = 'pending'",
                        organization.toString()))
                .isZero();
    }

    @Test
    void whoDoesNotAnswerInTimeHasIgnoredTheOfferUnlessTheyDoLater() throws Exception {
        var organization = organization();
        var names = names(organization, false);
        var old = next(organization, names.get(0)).getString("decision_id");
        var young = next(organization, names.get(1)).getString("decision_id");
        Database.execute(
                "update offer_decisions set decided_at = now() - interval '14 days 1 minute' where decision_id = '%s'"
                        .formatted(old));
        Database.execute(
                "update offer_decisions set decided_at = now() - interval '13 days 23 hours' where decision_id = '%s'"
                        .formatted(young));

        assertThat(decisions.close(organization).await().atMost(Duration.ofMinutes(1)))
                .isEqualTo(1);

        assertThat(logged("outcome", old)).isEqualTo("ignored");
        assertThat(logged("outcome", young)).isEqualTo("pending");
        tell(organization, names.get(0), old, "accepted").statusCode(200);
        assertThat(logged("outcome", old)).isEqualTo("accepted");
    }
}
