package io.perennial.models.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

import io.perennial.demo.DemoOrganization;
import io.perennial.models.Engine;
import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

@ServiceTest
class TrainingTest {

    @Inject
    DemoOrganization demo;

    @Inject
    Engine engine;

    @Test
    void aModelIsTrainedThatBeatsTheRulesAndAnswersFromThenOn() throws Exception {
        engine.whenReady().await().atMost(Duration.ofMinutes(1));
        var organization = demo.telecom(1_500);

        var totals = train(organization, "churn");
        System.out.println(totals.prettify());
        assertThat(totals.getBoolean("totals.trained")).isTrue();
        for (var kind : new String[] {
            "ltv",
            "purchase_propensity",
            "product_recommendation",
            "campaign_response",
            "payment_default",
            "upsell",
            "engagement"
        }) {
            var start = System.nanoTime();
            System.out.println(kind + " " + train(organization, kind).prettify() + (System.nanoTime() - start) / 1e9);
        }
    }

    private static JsonPath train(UUID organization, String kind) throws Exception {
        var answer = Api.asAdmin().post("/api/v1/models/organizations/{org}/{kind}/train", organization, kind);
        answer.then().statusCode(202);
        return Api.awaitRun(answer.path("id"));
    }
}
