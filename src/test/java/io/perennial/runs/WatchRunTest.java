package io.perennial.runs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Api;
import io.perennial.testing.DatabaseResource;
import io.perennial.testing.ServiceTest;

@ServiceTest
class WatchRunTest {

    private static final String EVENTS = "/api/v1/runs/{run_id}/events";

    @Test
    void aRunIsStreamedUntilItIsFinished() {
        var organization = Api.organization("ecommerce");
        var run = Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("kind", "features"))
                .post("/api/v1/organizations/{org_id}/runs", organization)
                .then()
                .statusCode(202)
                .extract()
                .<String>path("id");

        for (var key : new String[] {Api.key(organization, "viewer"), DatabaseResource.ADMIN_KEY}) {
            var stream = Api.as(key)
                    .get(EVENTS, run)
                    .then()
                    .statusCode(200)
                    .contentType("text/event-stream")
                    .extract()
                    .asString();
            assertThat(stream.strip().lines().filter(line -> !line.isBlank()))
                    .allMatch(line -> line.startsWith("data:{"))
                    .last()
                    .asString()
                    .contains(run, "\"status\":\"completed\"");
        }
    }

    @Test
    void aRunThatDoesNotExistIsAProblemAndNotAStream() {
        for (var id : new String[] {UUID.randomUUID().toString(), "not-an-id"}) {
            Api.asAdmin().get(EVENTS, id).then().statusCode(404).contentType("application/problem+json");
        }
    }
}
