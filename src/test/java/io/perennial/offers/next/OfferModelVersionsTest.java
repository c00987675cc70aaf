package io.perennial.offers.next;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

/** The versions of what chooses offers are kept like those of every other kind. */
@ServiceTest
class OfferModelVersionsTest {

    private static final String MODELS = "/api/v1/models/organizations/{org_id}";

    private UUID organization;

    @BeforeEach
    void twoVersionsOfWhichTheSecondAnswers() throws Exception {
        organization = Api.organization("ecommerce");
        Database.execute("""
                insert into model_versions (organization_id, kind, number, status, learner, feature_schema, metrics, reference,
                    artifact, snapshots, run_id, trained_at, activated_at, retired_at)
                select '%s', 'nbo', number, status, 'tabm', '{"features": [], "choices": []}', '{}', '{}', '', '{}',
                    gen_random_uuid(), now(), activated_at, null
                from (values (1, 'retired', now() - interval '2 days'), (2, 'active', now() - interval '1 day'))
                    as v (number, status, activated_at)""".formatted(organization));
    }

    @Test
    void theKindIsListed() {
        Api.asAdmin()
                .get("/api/v1/models/kinds")
                .then()
                .statusCode(200)
                .body("find { it.kind == 'nbo' }.objective", equalTo("binary"));
        Api.asAdmin()
                .get(MODELS, organization)
                .then()
                .statusCode(200)
                .body("active.version", hasItem("nbo-2"))
                .body("by_rules", not(hasItem("nbo")));
    }

    @Test
    void theVersionBeforeAnswersAgainAfterARollBack() throws Exception {
        Api.asAdmin()
                .post(MODELS + "/nbo/rollback", organization)
                .then()
                .statusCode(200)
                .body("version", equalTo("nbo-1"))
                .body("status", equalTo("active"));
        Api.asAdmin()
                .get(MODELS + "/nbo/versions", organization)
                .then()
                .statusCode(200)
                .body("items.version", equalTo(List.of("nbo-2", "nbo-1")))
                .body("items.status", equalTo(List.of("retired", "active")));
        Api.asAdmin().post(MODELS + "/nbo/rollback", organization).then().statusCode(404);
    }

    @Test
    void itsTrainingIsTheOneThatLearnsFromDecisions() throws Exception {
        var run = Api.awaitRun(Api.asAdmin()
                .post(MODELS + "/nbo/train", organization)
                .then()
                .statusCode(202)
                .body("kind", equalTo("next_best_offer_training"))
                .extract()
                .path("id"));
        assertThat(run.getString("totals.reason")).startsWith("There are 0 decisions that are over");
    }

    @Test
    void whatNeedsTheFeaturesOfAMomentIsRefused() {
        Api.asAdmin().get(MODELS + "/nbo/drift", organization).then().statusCode(400);
        Api.asAdmin().post(MODELS + "/nbo/backtest", organization).then().statusCode(400);
    }
}
