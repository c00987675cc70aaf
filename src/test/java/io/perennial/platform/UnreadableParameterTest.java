package io.perennial.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

@ServiceTest
class UnreadableParameterTest {

    @Test
    void aQueryParameterThatCannotBeReadIsNamed() {
        var organization = Api.organization("banking");

        Map.of("limit", "abc", "after", "xyz").forEach((name, value) -> {
            var refused = Api.asAdmin()
                    .queryParam(name, value)
                    .get("/api/v1/organizations/{org_id}/customers", organization)
                    .then()
                    .statusCode(400)
                    .contentType(Problem.MEDIA_TYPE)
                    .extract();
            assertThat(refused.<List<String>>path("errors.field")).containsExactly(name);
            assertThat(refused.<List<String>>path("errors.reason")).containsExactly("cannot be read: " + value);
        });
        Api.asAdmin()
                .queryParam("as_of", "yesterday")
                .get("/api/v1/customers/{customer_id}/features", UUID.randomUUID())
                .then()
                .statusCode(400);
    }

    @Test
    void anIdInThePathThatCannotBeReadIsNotFound() {
        Api.asAdmin()
                .queryParam("limit", "10")
                .get("/api/v1/organizations/{org_id}/customers", "nonsense")
                .then()
                .statusCode(404)
                .contentType(Problem.MEDIA_TYPE);
    }
}
