package io.perennial.models.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import java.util.Comparator;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.perennial.models.TrainedOrganization;
import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

@ServiceTest
class DriftTest {

    private static JsonPath drift(UUID organization, String kind, String asOf) {
        return Api.asAdmin()
                .queryParam("as_of", asOf)
                .get("/api/v1/models/organizations/{org}/{kind}/drift", organization, kind)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    @ParameterizedTest
    @ValueSource(strings = {"churn", "product_recommendation"})
    void nothingHasDriftedRightAfterTheTraining(String kind) throws Exception {
        var organization = TrainedOrganization.with(kind);

        var report = drift(organization, kind, TrainedOrganization.AS_OF);

        assertThat(report.getString("version")).isEqualTo(TrainedOrganization.active(organization, kind));
        assertThat(report.getBoolean("drifted")).as(report.prettify()).isFalse();
        assertThat(report.getInt("customers")).isBetween(100, 700);
        assertThat(report.getList("features.index", Double.class)).isSortedAccordingTo(Comparator.reverseOrder());
    }

    @Test
    void customersWhoDoNothingAnyMoreHaveDrifted() throws Exception {
        var report = drift(TrainedOrganization.with("churn"), "churn", "2026-02-15T00:00:00Z");

        assertThat(report.getBoolean("drifted")).isTrue();
        assertThat(report.getDouble("prediction")).isGreaterThan(report.getDouble("threshold"));
        assertThat(report.getDouble("features.find { it.feature == 'transactions_30d' }.index"))
                .isGreaterThan(report.getDouble("threshold"));
    }
}
