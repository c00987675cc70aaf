package io.perennial.models.predict;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

import io.perennial.models.Engine;
import io.perennial.models.Engines;
import io.perennial.models.ModelKinds;
import io.perennial.models.TrainedOrganization;
import io.perennial.models.registry.ModelVersions;
import io.perennial.testing.ServiceTest;

@ServiceTest
class ServingTest {

    @Inject
    ModelVersions versions;

    @Inject
    ModelKinds kinds;

    @Inject
    Engine engine;

    private Serving.Choice choice(Engine engine, UUID organization, String kind) {
        return new Serving(versions, engine)
                .of(organization, kinds.named(kind))
                .await()
                .atMost(Duration.ofSeconds(10));
    }

    private UUID organization(String change) throws Exception {
        var organization = TrainedOrganization.small();
        TrainedOrganization.copy("churn", organization, 1, "active");
        TrainedOrganization.change(organization, "churn", change);
        return organization;
    }

    @Test
    void aNetworkWaitsForItsEngineAndTreesDoNot() throws Exception {
        var network = organization("learner = 'tabm'");
        var trees = organization("learner = 'xgboost'");

        assertThat(choice(Engines.loading(), network, "churn"))
                .isEqualTo(new Serving.Choice(null, "The engine is still loading"));
        assertThat(choice(Engines.loading(), trees, "churn").model().version().label())
                .isEqualTo("churn-1");
        assertThat(choice(engine, network, "churn").fallback()).isNull();
        assertThat(choice(engine, network, "upsell")).isEqualTo(new Serving.Choice(null, "No model has been trained"));
    }

    @Test
    void aVersionThatWasTrainedOnOtherFeaturesDoesNotAnswer() throws Exception {
        var organization = organization("feature_schema = jsonb_set(feature_schema, '{features,3}', '\"shoe_size\"')");

        assertThat(choice(engine, organization, "churn"))
                .isEqualTo(new Serving.Choice(null, "churn-1 was trained on other features; train again"));
    }
}
