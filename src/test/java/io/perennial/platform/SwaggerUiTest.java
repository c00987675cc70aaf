package io.perennial.platform;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class SwaggerUiTest {

    @Test
    void thePageAsksForTheKeyToBeginWith() {
        var page =
                given().get("/q/swagger-ui/").then().statusCode(200).extract().asString();

        assertThat(page).contains("/q/openapi", "fetch('../development-key')", "ui.preauthorizeApiKey('ApiKey', key)");
        assertThat(page).as("the key itself may not be built in").doesNotContain("perennial-dev");
    }

    @Test
    void theDocumentOfTheApiIsThereInBothFormats() {
        var json = given().get("/q/openapi?format=json").then().statusCode(200).extract();
        assertThat(json.contentType()).startsWith("application/json");
        assertThat(json.<String>path("paths.'/api/v1/runs/{run_id}'.get.operationId"))
                .isEqualTo("getRun");

        var yaml = given().get("/q/openapi").then().statusCode(200).extract();
        assertThat(yaml.contentType()).startsWith("application/yaml");
        assertThat(yaml.asString()).contains("openapi: 3.1.0", "operationId: getRun");
    }

    @Test
    void theDevelopmentKeyIsGivenOutOnTheEmbeddedDatabaseOnly() {
        var answer = given().get("/q/development-key").then().extract();

        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        if (Database.isEmbedded()) {
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(given().header("X-API-Key", answer.asString())
                            .get("/api/v1/organizations")
                            .statusCode())
                    .isEqualTo(200);
        } else {
            assertThat(answer.statusCode()).isEqualTo(204);
            assertThat(answer.asString()).isEmpty();
        }
    }
}
