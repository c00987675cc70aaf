package io.perennial.models.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import java.util.UUID;
import org.junit.jupiter.api.Test;

import io.perennial.models.TrainedOrganization;
import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

@ServiceTest
class ModelVersionsTest {

    /** With a first version that answers and a second one that does not. */
    static UUID organization() throws Exception {
        var organization = TrainedOrganization.small();
        TrainedOrganization.copy("churn", organization, 1, "active");
        TrainedOrganization.copy("churn", organization, 2, "candidate");
        return organization;
    }

    static Response post(UUID organization, String what) {
        return Api.asAdmin().post("/api/v1/models/organizations/{org}/churn/" + what, organization);
    }

    private static String unknown(Response answer) {
        answer.then().statusCode(404);
        return answer.path("type");
    }

    @Test
    void aVersionIsActivatedAndRolledBack() throws Exception {
        var organization = organization();
        assertThat(unknown(post(organization, "rollback"))).isEqualTo("urn:perennial:problem:unknown-model");

        var activated = post(organization, "versions/2/activate").then().statusCode(200);

        assertThat(activated.extract().<String>path("version")).isEqualTo("churn-2");
        assertThat(activated.extract().<String>path("status")).isEqualTo("active");
        assertThat(TrainedOrganization.active(organization, "churn")).isEqualTo("churn-2");
        var listed = Api.asAdmin()
                .get("/api/v1/models/organizations/{org}", organization)
                .jsonPath();
        assertThat(listed.getList("active.version")).containsExactly("churn-2");
        assertThat(listed.getList("by_rules")).hasSize(8).contains("nbo").doesNotContain("churn");
        assertThat(listed.getString("engine")).isEqualTo("ready");

        assertThat(post(organization, "rollback")
                        .then()
                        .statusCode(200)
                        .extract()
                        .<String>path("version"))
                .isEqualTo("churn-1");
        var versions = Api.asAdmin()
                .get("/api/v1/models/organizations/{org}/churn/versions", organization)
                .jsonPath();
        assertThat(versions.getList("items.version")).containsExactly("churn-2", "churn-1");
        assertThat(versions.getList("items.status")).containsExactly("retired", "active");
        assertThat(unknown(post(organization, "versions/3/activate"))).isEqualTo("urn:perennial:problem:unknown-model");
        assertThat(TrainedOrganization.active(organization, "churn")).isEqualTo("churn-1");
    }
}
