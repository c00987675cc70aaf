package io.perennial.models.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

import io.perennial.models.TrainedOrganization;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class RetrainingTest {

    @Inject
    Retraining retraining;

    private void look() {
        Uni.join()
                .all(retraining.look(), retraining.look())
                .andFailFast()
                .await()
                .atMost(Duration.ofMinutes(1));
        retraining.look().await().atMost(Duration.ofMinutes(1));
    }

    private static long trainings(UUID organization) throws SQLException {
        return Database.number(
                "select count(*) from runs where organization_id = ? and kind = 'training'", organization);
    }

    @Test
    void anOldVersionIsReplacedOnceHoweverOftenSomebodyLooks() throws Exception {
        var old = TrainedOrganization.small();
        TrainedOrganization.copy("churn", old, 1, "active");
        TrainedOrganization.change(old, "churn", "trained_at = now() - interval '31 days'");
        var young = TrainedOrganization.small();
        TrainedOrganization.copy("churn", young, 1, "active");
        TrainedOrganization.change(young, "churn", "trained_at = now() - interval '29 days'");

        look();

        assertThat(trainings(old)).isEqualTo(1);
        assertThat(trainings(young)).isZero();
        assertThat(Database.text(
                        "select parameters ->> 'kind' from runs where organization_id = ? and kind = 'training'", old))
                .isEqualTo("churn");
    }

    @Test
    void anOldVersionOfWhatOthersTrainIsReplacedTheirWay() throws Exception {
        var organization = TrainedOrganization.small();
        Database.execute("""
                insert into model_versions (organization_id, kind, number, status, learner, feature_schema, metrics, reference,
                    artifact, snapshots, run_id, trained_at, activated_at)
                values ('%s', 'nbo', 1, 'active', 'tabm', '{"features": [], "choices": []}', '{}', '{}', '', '{}',
                    gen_random_uuid(), now() - interval '31 days', now())""".formatted(organization));

        look();

        assertThat(Database.number(
                        "select count(*) from runs where organization_id = ? and kind = 'next_best_offer_training'",
                        organization))
                .isEqualTo(1);
        assertThat(trainings(organization)).isZero();
    }

    @Test
    void aVersionWhoseCustomersHaveChangedIsReplacedOnce() throws Exception {
        var organization = Api.organization("telecom");
        var csv = new StringBuilder("customer_id,occurred_at,amount\n");
        for (var customer = 0; customer < 40; customer++) {
            csv.append("c%d,%s,%d%n".formatted(customer, Instant.now().minus(Duration.ofDays(20)), 9_000 + customer));
        }
        Api.uploadTransactions(organization, csv.toString()).then().statusCode(200);
        TrainedOrganization.copy("churn", organization, 1, "active");

        look();

        assertThat(trainings(organization)).isEqualTo(1);
    }
}
