package io.perennial.models.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Comparator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.perennial.models.ModelFeature;
import io.perennial.models.learn.Rows;
import io.perennial.models.serve.Inference;
import io.perennial.models.serve.ModelVersion;
import io.perennial.testing.ServiceTest;

@ServiceTest
class ContributionsTest {

    @Inject
    Inference inference;

    @ParameterizedTest
    @ValueSource(strings = {"churn", "ltv"})
    void contributionsAddUpToThePrediction(String kind) throws Exception {
        var organization = PredictionsTest.organization();

        var explained = PredictionsTest.predictions(PredictionsTest.customer(organization), true, kind);

        var features = ModelFeature.ALL;
        var row = new float[features.size()];
        var sum = 0.0;
        for (var i = 0; i < row.length; i++) {
            var path = "%s.contributions.find { it.feature == '%s' }"
                    .formatted(kind, features.get(i).name());
            var value = explained.<Number>get(path + ".value");
            row[i] = value == null ? Float.NaN : value.floatValue();
            sum += explained.getDouble(path + ".contribution");
        }
        assertThat(explained.getList(kind + ".contributions")).hasSize(row.length);
        var version = explained.getString(kind + ".model_version");
        var parts = inference
                .explain(
                        new ModelVersion(
                                organization, kind, Integer.parseInt(version.substring(version.lastIndexOf('-') + 1))),
                        new Rows(ModelFeature.schema(features), 1, row))
                .await()
                .atMost(Duration.ofSeconds(30));
        var base = parts[row.length];
        var value = explained.getDouble(kind + ".value");
        if (kind.equals("churn")) {
            assertThat(sum + base).isCloseTo(Math.log(value / (1 - value)), within(1e-3));
        } else {
            assertThat(sum + base * 365 / 90).isCloseTo(value, within(1e-3 * Math.max(1, value)));
        }
        assertThat(explained.getList(kind + ".contributions.contribution", Double.class).stream()
                        .map(Math::abs)
                        .toList())
                .isSortedAccordingTo(Comparator.reverseOrder());
    }
}
