package io.perennial.models;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

import io.perennial.models.sentiment.SentimentClassifier;
import io.perennial.testing.ServiceTest;

@ServiceTest
class EngineTest {

    private static final Duration LONG = Duration.ofMinutes(2);

    @Inject
    Engine engine;

    @Inject
    SentimentClassifier sentiment;

    @Test
    void theEngineBecomesReadyInTheBackgroundAndSaysSo() {
        engine.whenReady().await().atMost(LONG);

        assertThat(engine.state()).isEqualTo(Engine.State.READY);
        assertThat(engine.failure()).isEmpty();
        var health = given().get("/q/health/well").then().statusCode(200).extract();
        assertThat(health.<String>path("checks.find { it.name == 'engine' }.data.engine"))
                .isEqualTo("ready");
    }

    @Test
    void readinessDoesNotDependOnTheEngine() {
        var checks =
                given().get("/q/health/ready").then().statusCode(200).extract().<List<String>>path("checks.name");

        assertThat(checks).doesNotContain("engine");
    }

    @Test
    void textsHaveASentimentOnceTheEngineIsReady() {
        sentiment.whenReady().await().atMost(LONG);

        assertThat(sentiment.isReady()).isTrue();
        var values = sentiment.sentiment(List.of("Great service, thank you!", "Terrible service, never again."));
        assertThat(values.get(0)).isBetween(0.3f, 1f);
        assertThat(values.get(1)).isBetween(-1f, -0.3f);
    }
}
