package io.perennial.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Api;
import io.perennial.testing.OwnerDatabase;
import io.perennial.testing.ServiceTest;

@ServiceTest
class ErasureTest {

    private static final String WAITING =
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and wait_event = 'advisory'";

    @Test
    void anErasureThatHasToWaitKeepsNobodyElseWaiting() throws Exception {
        var organization = Api.organization("ecommerce");
        var admin = Api.key(organization, "admin");
        upload(admin, organization, "a,2026-01-05,10\nb,2026-01-06,20\n");
        try (var owner = OwnerDatabase.connect();
                var statement = owner.createStatement()) {
            owner.setAutoCommit(false);
            statement.execute(
                    "select pg_advisory_xact_lock_shared(hashtextextended('erasure %s', 0))".formatted(organization));

            var erased = CompletableFuture.supplyAsync(
                    () -> Api.as(admin).delete("/api/v1/customers/a").statusCode());
            while (OwnerDatabase.strings(WAITING).equals(List.of("0"))) {
                assertThat(erased).isNotDone();
            }
            CompletableFuture.runAsync(() -> upload(admin, organization, "b,2026-01-07,30\n"))
                    .get(30, TimeUnit.SECONDS);

            assertThat(erased).isNotDone();
            owner.commit();
            assertThat(erased.get(30, TimeUnit.SECONDS)).isEqualTo(204);
        }
        Api.as(admin).get("/api/v1/customers/a").then().statusCode(404);
        Api.as(admin).get("/api/v1/customers/b").then().statusCode(200);
    }

    private static void upload(String key, UUID organization, String rows) {
        Api.as(key)
                .contentType("text/csv; charset=UTF-8")
                .body("customer_id,occurred_at,amount\n" + rows)
                .post("/api/v1/churn/organizations/{org_id}/upload-data", organization)
                .then()
                .statusCode(200);
    }
}
