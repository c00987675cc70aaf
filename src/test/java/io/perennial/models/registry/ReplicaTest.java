package io.perennial.models.registry;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

import io.perennial.tenant.TenantDatabase;
import io.perennial.testing.ServiceTest;

@ServiceTest
class ReplicaTest {

    @Inject
    TenantDatabase database;

    @Inject
    Clock clock;

    @Test
    void anotherReplicaNotices() throws Exception {
        var organization = ModelVersionsTest.organization();
        var other = new ModelVersions(database, clock);
        assertThat(answers(other, organization)).isEqualTo(1);

        ModelVersionsTest.post(organization, "versions/2/activate").then().statusCode(200);

        var deadline = Instant.now().plusSeconds(20);
        while (answers(other, organization) == 1 && Instant.now().isBefore(deadline)) {
            Thread.onSpinWait();
        }
        assertThat(answers(other, organization)).isEqualTo(2);
    }

    private static int answers(ModelVersions versions, UUID organization) {
        return versions.active(organization)
                .await()
                .atMost(Duration.ofSeconds(10))
                .get("churn")
                .version()
                .number();
    }
}
