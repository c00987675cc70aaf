package io.perennial.runs;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class RunTest {

    private static UUID organizationWithPurchases() {
        var organization = Api.organization("ecommerce");
        Api.uploadTransactions(organization, """
                        customer_id,occurred_at,amount
                        a,2025-01-01,10
                        b,2025-02-15,20
                        """).then().statusCode(200);
        return organization;
    }

    private static Response start(UUID organization, Object body) {
        return Api.asAdmin()
                .contentType("application/json")
                .body(body)
                .post("/api/v1/organizations/{org_id}/runs", organization);
    }

    @Test
    void aRunIsStartedPolledAndEndsWithItsTotals() throws Exception {
        var organization = organizationWithPurchases();

        var started = start(organization, Map.of("kind", "segmentation", "as_of", "2025-02-01T00:00:00Z"));

        started.then().statusCode(202);
        assertThat(started.<String>path("organization_id")).isEqualTo(organization.toString());
        var finished = Api.awaitRun(started.path("id"));
        assertThat(finished.getString("status")).isEqualTo("completed");
        assertThat(finished.getString("as_of")).isEqualTo("2025-02-01T00:00:00Z");
        assertThat(finished.getInt("parts")).isEqualTo(3);
        assertThat(finished.getInt("parts_done")).isEqualTo(3);
        // The second customer came after.
        assertThat(finished.getInt("totals.segmented")).isEqualTo(1);
        assertThat(finished.getString("failure")).isNull();
    }

    @Test
    void theNewestRunIsListedFirstAndPagesFollowEachOther() throws Exception {
        var organization = Api.organization("ecommerce");
        var ids = new java.util.ArrayList<String>();
        for (var i = 0; i < 3; i++) {
            ids.add(0, start(organization, Map.of("kind", "features")).path("id"));
        }

        var first = Api.asAdmin()
                .queryParam("limit", 2)
                .get("/api/v1/organizations/{org_id}/runs", organization)
                .jsonPath();
        var second = Api.asAdmin()
                .queryParam("limit", 2)
                .queryParam("after", first.getString("next"))
                .get("/api/v1/organizations/{org_id}/runs", organization)
                .jsonPath();

        assertThat(first.getList("items.id", String.class)).isEqualTo(ids.subList(0, 2));
        assertThat(second.getList("items.id", String.class)).isEqualTo(ids.subList(2, 3));
        assertThat(second.getString("next")).isNull();
    }

    @Test
    void whoeverWatchesARunSeesItsEnd() {
        var organization = organizationWithPurchases();
        String run = start(organization, Map.of("kind", "segmentation")).path("id");

        var stream = Api.asAdmin()
                .accept("text/event-stream")
                .get("/api/v1/runs/{run_id}/events", run)
                .then()
                .statusCode(200)
                .contentType("text/event-stream")
                .extract()
                .asString();

        var events = stream.lines().filter(line -> line.startsWith("data:")).toList();
        assertThat(events).isNotEmpty().allMatch(event -> event.contains(run));
        assertThat(events.get(events.size() - 1))
                .contains("\"status\":\"completed\"")
                .contains("\"segmented\":2");
        assertThat(events.subList(0, events.size() - 1)).allMatch(event -> event.contains("\"status\":\"running\""));
    }

    @Test
    void aRunOfAnotherTenantOrOfNobodyIsUnknown() {
        var organization = organizationWithPurchases();
        String run = start(organization, Map.of("kind", "features")).path("id");
        var othersKey = Api.key(Api.organization("banking"), "admin");

        for (var path : List.of(
                "/api/v1/runs/" + run, "/api/v1/runs/" + run + "/events", "/api/v1/runs/" + UUID.randomUUID())) {
            var answer = Api.as(othersKey).get(path);
            answer.then().statusCode(404);
            assertThat(answer.asString()).contains("urn:perennial:problem:unknown-run");
        }
        Api.as(Api.key(organization, "viewer"))
                .get("/api/v1/runs/" + run)
                .then()
                .statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"kind\":\"nonsense\"}",
                "{\"kind\":\"\"}",
                "{}",
                "{\"kind\":\"features\",\"as_of\":\"yesterday\"}",
                "{\"kind\":\"features\",\"as_of\":\"+1000000000-01-01T00:00:00Z\"}",
                "{\"kind\":\"features\",\"as_of\":\"-9999-01-01T00:00:00Z\"}",
                "{\"kind\":\"features\",\"color\":\"red\"}",
                "[]",
                "nonsense",
                ""
            })
    void aRequestThatMakesNoSenseStartsNothing(String body) throws SQLException {
        var organization = Api.organization("ecommerce");

        var answer = start(organization, body);

        answer.then().statusCode(400).contentType("application/problem+json");
        assertThat(answer.<String>path("type")).isEqualTo("urn:perennial:problem:invalid-request");
        assertThat(Database.number("select count(*) from runs where organization_id = ?", organization))
                .isZero();
    }

    @Test
    void aPartThatKeepsFailingIsRetriedAndThenFailsItsRun() throws Exception {
        var organization = organizationWithPurchases();
        breakFeaturesOf(organization);
        try {
            var answer = Api.segment(organization, "2025-03-01T00:00:00Z");

            answer.then().statusCode(500).contentType("application/problem+json");
            assertThat(answer.<String>path("type")).isEqualTo("urn:perennial:problem:run-failed");
            var run = Database.text(
                    "select id from runs where organization_id = ? and kind = 'segmentation'", organization);
            assertThat(Database.text(
                            "select string_agg(concat_ws(' ', step, attempts, finished_at is null), ', ' order by step)"
                                    + " from run_partitions where run_id = ?::uuid",
                            run))
                    .isEqualTo("0 3 t, 1 0 t, 2 0 t");
            var failed = Api.awaitRun(run);
            assertThat(failed.getString("status")).isEqualTo("failed");
            assertThat(failed.getString("failure"))
                    .endsWith("The database refused a statement with SQLSTATE P0001; the log has more");
            assertThat(failed.getString("finished_at")).isNotNull();
        } finally {
            Database.execute("drop trigger broken_for_a_test on customer_feature");
        }
        Api.segment(organization, "2025-03-01T00:00:00Z").then().statusCode(200);
    }

    private static void breakFeaturesOf(UUID organization) throws SQLException {
        Database.execute("""
                create or replace function broken_for_a_test() returns trigger language plpgsql as $$
                begin
                    raise exception 'broken for a test';
                end
                $$""");
        Database.execute("""
                create trigger broken_for_a_test before insert on customer_feature
                for each row when (new.organization_id = '%s')
                execute function broken_for_a_test()""".formatted(organization));
    }

    /** As a replica finds it that starts after another one died. */
    @Test
    void aRunThatNobodyWorksOnIsTakenUp() throws Exception {
        var organization = organizationWithPurchases();
        var run = UUID.randomUUID();
        Database.execute("""
                insert into runs (organization_id, id, kind, as_of, started_at)
                values ('%1$s', '%2$s', 'features', '2025-03-01', now());
                insert into run_partitions (organization_id, run_id, step, partition, first_customer, last_customer)
                values %3$s""".formatted(
                organization,
                run,
                IntStream.range(0, 8)
                        .mapToObj(part -> "('%s', '%s', 0, %d, '%s', '%s')"
                                .formatted(
                                        organization, run, part, RunPart.range(part, 8)[0], RunPart.range(part, 8)[1]))
                        .collect(Collectors.joining(", "))));

        var finished = Api.awaitRun(run.toString());

        assertThat(finished.getString("status")).isEqualTo("completed");
        assertThat(finished.getInt("parts_done")).isEqualTo(8);
        assertThat(finished.getInt("totals.customers")).isEqualTo(2);
        assertThat(Database.number("select count(*) from customer_feature where run_id = ?::uuid", run.toString()))
                .isEqualTo(2);
    }

    @Test
    void uploadsThatComeWhileARunIsBusyShareTheNextAndItSeesTheDataOfAll() throws Exception {
        var organization = Api.organization("ecommerce");
        try (var owner = Database.asOwner()) {
            owner.setAutoCommit(false);
            var busy = runWithOnePart(organization);
            Database.texts(owner, "select 1 from run_partitions where run_id = ?::uuid for update", busy);
            Database.execute("update runs set status = 'running' where id = '%s'".formatted(busy));

            String first = upload(organization, "c").path("features_run_id");
            String second = upload(organization, "d").path("features_run_id");

            assertThat(first).isNotNull().isNotEqualTo(busy).isEqualTo(second);
            owner.rollback();
            assertThat(Api.awaitRun(busy).getString("status")).isEqualTo("completed");
            assertThat(Api.awaitRun(first).getInt("totals.customers")).isEqualTo(2);
        }
    }

    /** A run that nobody works on, because it looks completed. */
    private static String runWithOnePart(UUID organization) throws SQLException {
        var run = UUID.randomUUID().toString();
        Database.execute("""
                insert into runs (organization_id, id, kind, as_of, started_at, status)
                values ('%1$s', '%2$s', 'features', '2025-03-01', now() - interval '1 minute', 'completed');
                insert into run_partitions (organization_id, run_id, step, partition, first_customer, last_customer)
                values ('%1$s', '%2$s', 0, 0, '%3$s', '%4$s')""".formatted(organization, run, RunPart.range(0, 1)[0], RunPart.range(0, 1)[1]));
        return run;
    }

    private static Response upload(UUID organization, String customer) {
        return Api.uploadTransactions(
                organization, "customer_id,occurred_at,amount\n%s,2025-01-01,1\n".formatted(customer));
    }
}
