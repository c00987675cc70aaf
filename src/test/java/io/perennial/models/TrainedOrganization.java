package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

import io.perennial.demo.DemoOrganization;
import io.perennial.testing.Api;
import io.perennial.testing.Database;

/** A demo organization whose models are trained once, as of the end of its history, for all tests that need some. */
public final class TrainedOrganization {

    public static final String AS_OF = "2026-01-01T00:00:00Z";

    private static final int CUSTOMERS = 700;

    private static final Map<String, JsonPath> TRAINED = new HashMap<>();
    private static UUID id;

    private TrainedOrganization() {}

    /** With the kinds that are to be trained. */
    public static synchronized UUID with(String... kinds) throws InterruptedException {
        if (id == null) {
            awaitEngine();
            id = DemoOrganization.telecom(CUSTOMERS);
        }
        for (var kind : kinds) {
            totals(kind);
        }
        return id;
    }

    private static void awaitEngine() throws InterruptedException {
        var deadline = Instant.now().plusSeconds(60);
        while (!engine().equals("ready")) {
            assertThat(Instant.now()).isBefore(deadline);
            Thread.sleep(100);
        }
    }

    private static String engine() {
        return Api.withoutKey()
                .get("/q/health/well")
                .then()
                .extract()
                .path("checks.find { it.name == 'engine' }.data.engine");
    }

    /** Of the run that trained the first version of a kind. */
    public static synchronized JsonPath totals(String kind) throws InterruptedException {
        if (!TRAINED.containsKey(kind)) {
            var totals = train(with(), kind);
            TRAINED.put(kind, totals);
            if (totals.getBoolean("trained") && !totals.getBoolean("activated")) {
                activate(kind);
            }
        }
        return TRAINED.get(kind);
    }

    /** It has to answer even where the rules are as good. */
    private static void activate(String kind) throws InterruptedException {
        Api.asAdmin()
                .post("/api/v1/models/organizations/{org}/{kind}/versions/1/activate", with(), kind)
                .then()
                .statusCode(200);
    }

    /** Trains a version and yields the totals of the run. */
    public static JsonPath train(UUID organization, String kind) throws InterruptedException {
        var run = Api.awaitRun(Api.asAdmin()
                .queryParam("as_of", AS_OF)
                .post("/api/v1/models/organizations/{org}/{kind}/train", organization, kind)
                .then()
                .statusCode(202)
                .extract()
                .path("id"));
        assertThat(run.getString("status")).as(run.getString("failure")).isEqualTo("completed");
        return run.setRootPath("totals");
    }

    /** Gives another organization the first version of a kind, under a number and with a status. */
    public static void copy(String kind, UUID organization, int number, String status) throws Exception {
        var from = with(kind);
        Database.execute("""
                insert into model_versions (organization_id, kind, number, status, learner, feature_schema, metrics,
                    reference, artifact, snapshots, run_id, trained_at, activated_at)
                select '%s', kind, %d, '%s', learner, feature_schema, metrics, reference, artifact, snapshots, run_id,
                    now(), case when '%3$s' = 'active' then now() end
                from model_versions
                where organization_id = '%s' and kind = '%s' and number = 1""".formatted(organization, number, status, from, kind));
    }

    /** Changes something about all versions of a kind. */
    public static void change(UUID organization, String kind, String change) throws SQLException {
        Database.execute("update model_versions set %s where organization_id = '%s' and kind = '%s'"
                .formatted(change, organization, kind));
    }

    /** The version that answers, such as {@code churn-2}. */
    public static String active(UUID organization, String kind) throws SQLException {
        return Database.text("""
                select kind || '-' || number from model_versions
                where organization_id = ? and kind = ? and status = 'active'""", organization, kind);
    }

    /** One with customers a to j, who bought a month ago and a week ago. */
    public static UUID small() {
        var id = Api.organization("telecom");
        var csv = new StringBuilder("customer_id,occurred_at,amount,product\n");
        for (var customer = 'a'; customer <= 'j'; customer++) {
            csv.append("%1$c,2025-12-01,%2$d,phone%n%1$c,2025-12-25,%2$d,router%n"
                    .formatted(customer, customer - 'a' + 5));
        }
        Api.uploadTransactions(id, csv.toString()).then().statusCode(200);
        return id;
    }
}
