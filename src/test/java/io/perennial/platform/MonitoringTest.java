package io.perennial.platform;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

@ServiceTest
class MonitoringTest {

    @Test
    void theServiceSaysThatItIsWell() {
        for (var probe : List.of("live", "ready", "started")) {
            var health =
                    given().get("/q/health/" + probe).then().statusCode(200).extract();
            assertThat(health.<String>path("status")).as(probe).isEqualTo("UP");
        }
    }

    @Test
    void readinessIncludesTheDatabase() {
        var checks = given().get("/q/health/ready").then().extract().<List<String>>path("checks.name");

        assertThat(checks).anyMatch(name -> name.toLowerCase().contains("postgresql"));
    }

    @Test
    void requestsAreCountedByOperation() {
        var organization = Api.organization("banking");
        Api.asAdmin().get("/api/v1/organizations/{org_id}", organization);

        var metrics = given().get("/q/metrics").then().statusCode(200).extract().asString();

        assertThat(metrics).contains("http_server_requests_seconds_count", "jvm_memory_used_bytes");
        assertThat(metrics).contains("uri=\"/api/v1/organizations/{org_id}\"").doesNotContain(organization.toString());
    }

    @Test
    void theCallersRequestIdIsInTheAnswerAndInTheProblem() {
        var answer = given().header("X-Request-Id", "my-request.1")
                .get("/api/v1/organizations")
                .then()
                .statusCode(401)
                .extract();

        assertThat(answer.header("X-Request-Id")).isEqualTo("my-request.1");
        assertThat(answer.<String>path("request_id")).isEqualTo("my-request.1");
    }

    @Test
    void aRequestWithoutAnAcceptableIdGetsOne() {
        var without = Api.asAdmin().get("/api/v1/organizations").header("X-Request-Id");
        var unacceptable = Api.asAdmin()
                .header("X-Request-Id", "not an id")
                .get("/api/v1/organizations")
                .header("X-Request-Id");

        assertThat(without).matches("[0-9a-f]{1,16}");
        assertThat(unacceptable).matches("[0-9a-f]{1,16}").isNotEqualTo(without);
    }
}
