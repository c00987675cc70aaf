package io.perennial.recovery.dunning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.test.junit.QuarkusMock;
import io.restassured.response.ValidatableResponse;
import io.smallrye.mutiny.Multi;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.platform.ProblemException;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.MovableClock;
import io.perennial.testing.ServiceTest;

@ServiceTest
class DunningTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String JSON = "application/json";

    @Inject
    DunningDriver driver;

    @Inject
    StepTaker taker;

    @Inject
    Steps steps;

    @Inject
    DunningConfig config;

    private final MovableClock clock = new MovableClock(Instant.now());
    private UUID organization;

    @BeforeEach
    void anOrganization() {
        QuarkusMock.installMockForType(clock, Clock.class);
        organization = Api.organization("ecommerce");
    }

    /** Cases of medium risk whose first mail is due. */
    private void dueCases(int count) throws SQLException {
        try (var owner = Database.asOwner()) {
            CaseBuilder.dueCases(owner, organization, count);
        }
    }

    private String text(String sql) throws SQLException {
        return Database.text(sql + " where organization_id = ?", organization);
    }

    private UUID id(String sql) throws SQLException {
        return UUID.fromString(text(sql));
    }

    private void execute(String sql) throws SQLException {
        Database.execute(sql.formatted(organization));
    }

    private Map<Taken, Integer> takeDue() {
        return driver.takeDue(organization).await().atMost(PATIENCE);
    }

    private void step(int step, String stage, int hours, String status) throws SQLException {
        execute("""
                insert into recovery_steps (organization_id, customer_id, case_id, step, stage, channel, after_hours, status,
                    due_at, priority)
                select organization_id, customer_id, case_id, %d, '%s', 'email', %d, '%s', now() - interval '1 second', 3
                from recovery_cases where organization_id = '%%s'""".formatted(step, stage, hours, status));
    }

    private ValidatableResponse failure(String what) throws SQLException {
        return Api.asAdmin()
                .get("/api/v1/recovery/failures/{failure_id}/" + what, id("select failure_id from payment_failures"))
                .then();
    }

    private ValidatableResponse email(String stage, String key) throws SQLException {
        var request = Api.asAdmin().contentType(JSON).body(Map.of("stage", stage));
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        return request.post(
                        "/api/v1/recovery/failures/{failure_id}/dunning-email",
                        id("select failure_id from payment_failures"))
                .then();
    }

    @Test
    void aDueStepIsDoneOnceHoweverManyLookForIt() throws SQLException {
        dueCases(1);

        var taken = Multi.createFrom()
                .range(0, 12)
                .onItem()
                .transformToUni(i -> taker.next(organization))
                .merge(12)
                .collect()
                .asList()
                .await()
                .atMost(PATIENCE);

        assertThat(Collections.frequency(taken, Taken.DONE)).isOne();
        assertThat(text("select count(*) from outreach_messages")).isEqualTo("1");
        assertThat(
                        text(
                                "select count(distinct (case_id, stage, offer_type, occasion)) = count(*) from retention_offers"))
                .isEqualTo("t");
    }

    @Test
    void everyDueStepBecomesOneMessageInTheTemplateOfTheSegment() throws SQLException {
        dueCases(20);

        assertThat(takeDue()).containsEntry(Taken.DONE, 20).doesNotContainKey(Taken.FAILED);

        assertThat(
                        text(
                                "select string_agg(distinct template || ' ' || priority || ' ' || place, ',') from outreach_messages"))
                .isEqualTo("payment_failed.professional.dunning_1.email.en 3 1");
        assertThat(text("select count(*) || ' ' || count(distinct message_id) from recovery_steps"))
                .isEqualTo("20 20");
        assertThat(text("select count(*) from recovery_case_events")).isEqualTo("20");
        // Of 120.00 for 200 days: mid value, 20 % of the price for two months.
        assertThat(text("select string_agg(distinct offer->>'savings_total', ',') from retention_offers"))
                .contains("48");
        assertThat(takeDue()).doesNotContainKey(Taken.DONE);
    }

    @Test
    void aCustomerWhoHasPaidMeanwhileHearsNothing() throws SQLException {
        dueCases(1);
        execute("""
                insert into payments (organization_id, customer_id, payment_id, amount, currency, paid_at)
                select organization_id, customer_id, payment_id, 120, 'EUR', now() from payment_failures
                where organization_id = '%s'""");

        assertThat(takeDue()).containsEntry(Taken.CANCELLED, 1).doesNotContainKey(Taken.DONE);

        assertThat(text("select status || ' ' || recovered_by || ' ' || revenue_recovered from recovery_cases"))
                .isEqualTo("recovered payment 120.0000");
        assertThat(text("select status || ' ' || reason from recovery_steps")).isEqualTo("cancelled recovered");
        assertThat(text("select count(*) from outreach_messages")).isEqualTo("0");
    }

    @Test
    void aPaymentOfNothingIsNoSignThatTheCustomerStays() throws SQLException {
        dueCases(1);
        execute("""
                insert into payments (organization_id, customer_id, payment_id, amount, currency, paid_at)
                select organization_id, customer_id, 'in-trial', 0, 'EUR', now() from payment_failures
                where organization_id = '%s'""");

        assertThat(takeDue()).containsEntry(Taken.DONE, 1).doesNotContainKey(Taken.CANCELLED);
    }

    /** While somebody else has the turn to settle, as during a backlog. */
    @Test
    void aStepWaitsForAPaymentThatIsKnownOfAndNotSettledYet() throws SQLException {
        dueCases(1);
        try (var owner = Database.asOwner();
                var statement = owner.createStatement()) {
            owner.setAutoCommit(false);
            statement.execute("select pg_advisory_xact_lock(hashtextextended('settle %s', 0))".formatted(organization));
            execute("""
                    insert into webhook_events (organization_id, id, source, event_id, event_type, status, received_at, fact, event,
                        occurred_at, precedence, customer, customer_id, subject)
                    select organization_id, gen_random_uuid(), 'perennial', 'evt-1', 'payment.succeeded', 'accepted', now(),
                        'payment.succeeded', '{}', now(), 1, 'c00001', customer_id, payment_id
                    from payment_failures where organization_id = '%s'""");

            assertThat(takeDue()).containsEntry(Taken.POSTPONED, 1).doesNotContainKey(Taken.DONE);
            clock.advance(Duration.ofSeconds(9));
            assertThat(takeDue()).containsOnlyKeys(Taken.NOTHING);

            execute("update webhook_events set status = 'failed' where organization_id = '%s'");
        }
        clock.advance(Duration.ofSeconds(2));
        assertThat(takeDue()).containsEntry(Taken.DONE, 1);
    }

    @Test
    void aStepThatIsTakenWhileTheCustomerIsErasedWaitsBeforeItLocksTheCase() throws Exception {
        dueCases(1);
        try (var owner = Database.asOwner();
                var statement = owner.createStatement()) {
            owner.setAutoCommit(false);
            statement.execute(
                    "select pg_advisory_xact_lock(hashtextextended('erasure %s', 0))".formatted(organization));
            var taking = taker.next(organization).subscribeAsCompletionStage();
            Database.awaitWhoeverWaitsFor(owner);
            statement.execute("select from recovery_cases where organization_id = '%s' for update nowait"
                    .formatted(organization));
            statement.execute(
                    "delete from recovery_steps where organization_id = '%1$s'; delete from recovery_cases where organization_id = '%1$s'"
                            .formatted(organization));
            owner.commit();
            assertThat(taking.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Taken.NOTHING);
        }
        assertThat(text("select count(*) from recovery_case_events")).isEqualTo("0");
    }

    @Test
    void aLaterStepWaitsForAnEarlierMessageAndCountsFromTheFirstMailThatWasSent() throws SQLException {
        dueCases(1);
        takeDue();
        step(2, "dunning_2", 24, "planned");

        assertThat(takeDue()).containsOnlyKeys(Taken.POSTPONED, Taken.NOTHING);

        var sent = clock.instant().minus(Duration.ofHours(20));
        execute("update outreach_messages set status = 'sent', sent_at = '" + sent + "' where organization_id = '%s'");
        clock.advance(Duration.ofHours(1));
        assertThat(takeDue()).containsEntry(Taken.POSTPONED, 1);
        assertThat(OffsetDateTime.parse(text(
                                "select to_json(due_at)#>>'{}' from (select * from recovery_steps where step = 2) s"))
                        .toInstant())
                .isBetween(
                        sent.plus(Duration.ofHours(24)).minusMillis(1),
                        sent.plus(Duration.ofHours(24)).plusMillis(1));
        clock.advance(Duration.ofHours(3).plusSeconds(1));
        assertThat(takeDue()).containsEntry(Taken.DONE, 1);
    }

    @Test
    void afterARestTwoStepsAreNeverSaidAtOnce() throws SQLException {
        dueCases(1);
        step(2, "dunning_2", 24, "planned");
        execute(
                "update recovery_steps set due_at = now() - interval '2 days' where step = 1 and organization_id = '%s'");

        assertThat(takeDue()).containsEntry(Taken.DONE, 1).doesNotContainKey(Taken.POSTPONED);

        assertThat(
                        text(
                                "select due_at > now() + interval '23 hours' from (select * from recovery_steps where step = 2) s"))
                .isEqualTo("t");
    }

    private void approveIncentivesFrom(int cost) {
        Api.asAdmin()
                .contentType(JSON)
                .body(Map.of(
                        "holdout_share",
                        0,
                        "approve_critical_cases",
                        false,
                        "approve_incentives_from",
                        cost,
                        "any_payment_recovers",
                        true))
                .put("/api/v1/recovery/organizations/{org_id}/settings", organization)
                .then()
                .statusCode(200);
    }

    @Test
    void anApprovalThatNobodyAnswersDoesNotKeepTheCaseOpen() throws SQLException {
        dueCases(1);
        step(2, "dunning_2", 24, "planned");
        approveIncentivesFrom(40);
        var end = text("select ends_at from recovery_cases");

        assertThat(takeDue()).containsEntry(Taken.APPROVAL, 1).containsEntry(Taken.POSTPONED, 1);
        clock.advance(Duration.ofDays(10));
        assertThat(takeDue()).containsEntry(Taken.POSTPONED, 1);

        assertThat(text("select ends_at from recovery_cases")).isEqualTo(end);
    }

    @Test
    void whatCostsMuchWaitsForAnOperatorAndGoesOutWithoutItWhenRefused() throws SQLException {
        dueCases(1);
        approveIncentivesFrom(40);

        assertThat(takeDue()).containsEntry(Taken.APPROVAL, 1);
        assertThat(text("select status from recovery_steps")).isEqualTo("approval");
        assertThat(text("select status || ' ' || step || ' ' || cost from recovery_approvals"))
                .isEqualTo("waiting 1 60.0000");
        assertThat(text("select count(*) from outreach_messages")).isEqualTo("0");

        assertThat(takeDue()).containsOnlyKeys(Taken.NOTHING);
        Api.asAdmin()
                .contentType(JSON)
                .body(Map.of("comment", "Too much"))
                .post(
                        "/api/v1/recovery/approvals/{approval_id}/reject",
                        id("select approval_id from recovery_approvals"))
                .then()
                .statusCode(200);
        assertThat(takeDue()).containsEntry(Taken.DONE, 1);
        assertThat(
                        text(
                                "select string_agg(offer_type || ' ' || status, ', ' order by offer_type) from retention_offers"))
                .isEqualTo("discount withdrawn, discount withdrawn, feature_upgrade open, grace_period open");
        assertThat(text("select reserved from incentive_spending")).isEqualTo("0.0000");
    }

    /** Two variants, of which one tells what is offered. */
    private void mailsWithAndWithoutOffers() {
        Api.asAdmin()
                .contentType(JSON)
                .body(Map.of(
                        "variants", List.of(mail("with", "{#if offer_code}{offer_code}{/if}"), mail("without", "!"))))
                .put(
                        "/api/v1/recovery/templates/organizations/{org_id}/payment_failed.professional.dunning_1.email.en",
                        organization)
                .then()
                .statusCode(200);
    }

    private static Map<String, Object> mail(String variant, String text) {
        return Map.of(
                "name",
                variant,
                "weight",
                1,
                "content",
                Map.of(
                        "subject",
                        "Your payment",
                        "text",
                        "Please pay" + text,
                        "html",
                        "<p>Please pay</p>",
                        "cta_text",
                        "Pay",
                        "cta_path",
                        "/pay"));
    }

    @Test
    void whatAMailDoesNotTellIsNotOffered() throws SQLException {
        mailsWithAndWithoutOffers();
        dueCases(40);

        assertThat(takeDue()).containsEntry(Taken.DONE, 40);

        var told = "text like '%STAY-%-%-%-%'";
        var isOffered = "exists (select from retention_offers o where o.case_id = m.thread_id)";
        assertThat(text("select count(*) filter (where " + told + ") between 1 and 39 from outreach_messages"))
                .isEqualTo("t");
        assertThat(text("select bool_and((" + told + ") = " + isOffered + ") from outreach_messages m"))
                .as("a customer is offered something where the mail tells it, and only there")
                .isEqualTo("t");
    }

    @Test
    void aMailThatTellsNoOfferNeedsNoApprovalAndSaysSo() throws SQLException {
        Api.asAdmin()
                .contentType(JSON)
                .body(Map.of("variants", List.of(mail("without", "!"))))
                .put(
                        "/api/v1/recovery/templates/organizations/{org_id}/payment_failed.professional.dunning_1.email.en",
                        organization)
                .then()
                .statusCode(200);
        dueCases(1);
        approveIncentivesFrom(40);

        assertThat(takeDue()).containsEntry(Taken.DONE, 1);

        assertThat(text("select count(*) from retention_offers")).isEqualTo("0");
        assertThat(text("select count(*) from recovery_approvals")).isEqualTo("0");
        failure("message?stage=dunning_1").body("personalized_message.retention_offer", equalTo(false));
        failure("message?stage=dunning_2").body("personalized_message.retention_offer", equalTo(true));
        email("dunning_1", null)
                .body("offers_count", equalTo(0))
                .body("personalized_content.retention_offer", equalTo(false));
        assertThat(text("select count(*) from retention_offers")).isEqualTo("0");
    }

    @Test
    void aStepThatCannotBeTakenIsTriedAgainAndThenSkippedAndKeepsNobodyWaiting() throws SQLException {
        dueCases(2);
        execute("update recovery_steps set stage = 'final_attempt' where organization_id = '%s'"
                + " and case_id = (select case_id from recovery_cases where organization_id = '" + organization
                + "' order by case_id limit 1)");

        assertThat(takeDue()).containsEntry(Taken.DONE, 1).containsEntry(Taken.FAILED, 1);
        for (var attempt = 2; attempt < 8; attempt++) {
            clock.advance(Duration.ofHours(1));
            assertThat(takeDue()).containsEntry(Taken.FAILED, 1);
        }
        clock.advance(Duration.ofHours(1));
        assertThat(takeDue()).containsEntry(Taken.SKIPPED, 1);

        assertThat(text("select string_agg(status, ',' order by status) from recovery_steps"))
                .isEqualTo("done,skipped");
        assertThat(text("select count(*) from outreach_messages")).isEqualTo("1");
    }

    @Test
    void whatIsDueIsTakenWhenSomebodyAsksForIt() throws SQLException {
        dueCases(3);

        Api.asAdmin()
                .header("Idempotency-Key", "evening")
                .post("/api/v1/recovery/organizations/{org_id}/dunning/run", organization)
                .then()
                .statusCode(200)
                .body("steps", equalTo(3))
                .body("done", equalTo(3));
        Api.asAdmin()
                .header("Idempotency-Key", "evening")
                .post("/api/v1/recovery/organizations/{org_id}/dunning/run", organization)
                .then()
                .statusCode(200)
                .body("done", equalTo(3));
        Api.asAdmin()
                .post("/api/v1/recovery/organizations/{org_id}/dunning/run", organization)
                .then()
                .statusCode(200)
                .body("steps", equalTo(0));
        assertThat(text("select count(*) from outreach_messages")).isEqualTo("3");
    }

    @Test
    void aReplicaThatIsToldToStopDoesNotSayThatNothingIsDueAnyMore() throws SQLException {
        dueCases(1);
        var stopping = new DunningDriver(steps, taker, config, new SimpleMeterRegistry());
        stopping.stop(new ShutdownEvent());

        assertThatThrownBy(() -> stopping.takeAllDue(organization).await().atMost(PATIENCE))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("ask again");

        driver.takeAllDue(organization).await().atMost(PATIENCE);
        assertThat(text("select status from recovery_steps")).isEqualTo("done");
        assertThat(text("select count(*) from outreach_messages")).isEqualTo("1");
    }

    @Test
    void theMessageAboutAFailureIsShownWithoutPromisingAnything() throws SQLException {
        dueCases(1);

        failure("message?stage=dunning_3")
                .statusCode(200)
                .body("success", equalTo(true))
                .body("segment", equalTo("mid_value"))
                .body("messaging_tone", equalTo("professional"))
                .body("stage_name", equalTo("dunning_3"))
                .body("personalized_message.template", equalTo("payment_failed.professional.dunning_3.email.en"))
                .body("personalized_message.message", containsString("Customer c00001"))
                .body("personalized_message.message", containsString("STAY-XXXX-XXXX-XXXX-XXXX"))
                .body("personalized_message.cta_text", notNullValue())
                .body("personalized_message.cta_url", equalTo("/billing/update"))
                .body("personalized_message.personal_touch", equalTo(false))
                .body("personalized_message.retention_offer", equalTo(true))
                .body("personalized_message.subscription_details.plan", equalTo("Pro"))
                .body("personalized_message.subscription_details.subscription_length_months", equalTo(6))
                .body("personalized_message.usage_statistics.feature_usage", notNullValue())
                .body("personalized_message.support_history.support_tickets", equalTo(0));
        failure("retention-offers?stage=dunning_3")
                .statusCode(200)
                .body("segment", equalTo("mid_value"))
                .body("stage_name", equalTo("dunning_3"))
                .body("offers.type", hasItem("payment_plan"))
                .body(
                        "offers.find { it.type == 'payment_plan' }.installment_amounts",
                        equalTo(List.of(60.00f, 60.00f)));
        failure("message?stage=dunning_9").statusCode(400);
        assertThat(text("select count(*) from retention_offers")).isEqualTo("0");
    }

    @Test
    void anEmailThatIsAskedForIsWrittenOnceAndIsTheStepOfTheCase() throws SQLException {
        dueCases(1);

        email("dunning_1", "first")
                .statusCode(200)
                .body("success", equalTo(true))
                .body("email_sent", equalTo(1))
                .body("segment", equalTo("mid_value"))
                .body("messaging_tone", equalTo("professional"))
                .body("offers_count", equalTo(4))
                .body("personalized_content.subject", notNullValue());
        email("dunning_1", "first").statusCode(200).body("email_sent", equalTo(1));
        email("dunning_1", null).statusCode(200).body("email_sent", equalTo(0));

        assertThat(text("select status from recovery_steps")).isEqualTo("done");
        assertThat(takeDue()).doesNotContainKey(Taken.DONE);
        assertThat(text("select count(*) from outreach_messages")).isEqualTo("1");
        var code = text("select min(code) from retention_offers");
        assertThat(text("select string_agg(response::text, '') from idempotency_keys"))
                .contains("email_sent")
                .doesNotContain(code);
    }

    @Test
    void aFailureWithoutACaseCanBeWrittenAboutAndOneThatWasCollectedCannot() throws SQLException {
        dueCases(1);
        execute("update recovery_cases set status = 'lost', lost_at = now(), lost_because = 'by_hand'"
                + " where organization_id = '%s'");

        email("dunning_5", null).statusCode(200).body("email_sent", equalTo(1));
        email("dunning_5", null).statusCode(200).body("email_sent", equalTo(0));

        execute("update payment_failures set status = 'recovered', recovered_at = now() where organization_id = '%s'");
        email("dunning_2", null).statusCode(409);
        assertThat(text("select count(*) from outreach_messages")).isEqualTo("1");
    }

    @Test
    void whoeverIsHeldOutIsNotWrittenToByHandEitherWhateverTheCaseIsAbout() throws SQLException {
        dueCases(1);
        execute("update recovery_cases set is_holdout = true where organization_id = '%s'");
        email("dunning_1", null).statusCode(409);
        execute(
                "update recovery_cases set trigger_type = 'subscription_cancelled', failure_id = null, payment_id = null"
                        + " where organization_id = '%s'");

        email("dunning_1", null).statusCode(409).body("detail", containsString("not contacted"));
        assertThat(text("select count(*) from outreach_messages")).isEqualTo("0");
    }

    @Test
    void nobodyIsWrittenToByHandWhileTheCaseIsPending() throws SQLException {
        dueCases(1);
        execute("update recovery_cases set status = 'pending', activated_at = null, ends_at = null"
                + " where organization_id = '%s'");

        email("dunning_1", null).statusCode(409).body("detail", containsString("assessed"));
        assertThat(text("select count(*) from outreach_messages")).isEqualTo("0");
    }

    @Test
    void whatCostsMuchIsNotWrittenByHandBeforeAnOperatorHasAgreed() throws SQLException {
        dueCases(1);
        approveIncentivesFrom(40);
        email("dunning_1", null).statusCode(409).body("detail", containsString("60.00"));
        assertThat(text("select count(*) from retention_offers")).isEqualTo("0");
        assertThat(takeDue()).containsEntry(Taken.APPROVAL, 1);
        email("dunning_1", null).statusCode(409).body("detail", containsString("waits"));
        assertThat(text("select count(*) from outreach_messages")).isEqualTo("0");

        Api.asAdmin()
                .contentType(JSON)
                .body(Map.of())
                .post(
                        "/api/v1/recovery/approvals/{approval_id}/approve",
                        id("select approval_id from recovery_approvals"))
                .then()
                .statusCode(200);
        email("dunning_1", null).statusCode(200).body("email_sent", equalTo(1));
        assertThat(takeDue()).doesNotContainKey(Taken.DONE);
        assertThat(text("select count(*) from outreach_messages")).isEqualTo("1");
    }

    @Test
    void whatWasWrittenByHandBeforeTheCaseBeganIsTheStepOfTheCase() throws SQLException {
        dueCases(1);
        execute("update recovery_cases set status = 'lost', lost_at = now(), lost_because = 'by_hand'"
                + " where organization_id = '%s'");
        email("dunning_1", null).statusCode(200).body("email_sent", equalTo(1));
        execute("update recovery_cases set status = 'active', lost_at = null, lost_because = null"
                + " where organization_id = '%s'");

        assertThat(takeDue()).containsEntry(Taken.DONE, 1);

        assertThat(text("select message_id from recovery_steps"))
                .isEqualTo(text("select message_id from outreach_messages"));
        assertThat(text("select count(*) from outreach_messages")).isEqualTo("1");
        assertThat(text("select count(distinct case_id) from retention_offers")).isEqualTo("1");
        email("dunning_1", null).statusCode(200).body("email_sent", equalTo(0)).body("offers_count", equalTo(4));
        assertThat(text("select count(distinct case_id) from retention_offers")).isEqualTo("1");
    }

    @Test
    void whatACaseHasSaidIsNotWrittenByHandAfterTheCase() throws SQLException {
        dueCases(1);
        takeDue();
        execute("update recovery_cases set status = 'lost', lost_at = now(), lost_because = 'by_hand'"
                + " where organization_id = '%s'");

        email("dunning_1", null).statusCode(200).body("email_sent", equalTo(0));

        assertThat(text("select count(*) from outreach_messages")).isEqualTo("1");
        assertThat(text("select count(distinct case_id) from retention_offers")).isEqualTo("1");
    }

    @Test
    void sequencesAreReadAndSetAndWhatContradictsItselfIsRefused() {
        var path = "/api/v1/recovery/organizations/{org_id}/dunning/sequence";
        Api.asAdmin()
                .get(path, organization)
                .then()
                .statusCode(200)
                .body("ends_after_days", equalTo(7))
                .body("sequences.payment_failed", hasSize(6))
                .body("sequences.payment_failed.after_hours", contains(0, 0, 24, 72, 120, 168));
        var mail = Map.of("stage", "dunning_1", "channel", "email", "after_hours", 2);
        Api.asAdmin()
                .contentType(JSON)
                .body(Map.of("sequences", Map.of("payment_failed", List.of(mail)), "ends_after_days", 3))
                .put(path, organization)
                .then()
                .statusCode(200);
        Api.asAdmin()
                .contentType(JSON)
                .body(Map.of("sequences", Map.of("downgrade", List.of(mail)), "ends_after_days", 3))
                .put(path, organization)
                .then()
                .statusCode(400)
                .body("errors[0].field", equalTo("sequences.downgrade[0].stage"));
        Api.asAdmin()
                .get(path, organization)
                .then()
                .statusCode(200)
                .body("sequences.payment_failed.after_hours", contains(2))
                .body("sequences.keySet()", contains("payment_failed"));
    }

    @Test
    void theStepsOfACaseAreListedInOrder() throws SQLException {
        dueCases(1);
        step(2, "dunning_2", 24, "planned");
        takeDue();

        Api.asAdmin()
                .get("/api/v1/recovery/cases/{case_id}/steps", id("select case_id from recovery_cases"))
                .then()
                .statusCode(200)
                .body("step", contains(1, 2))
                .body("stage", contains("dunning_1", "dunning_2"))
                .body("status", contains("done", "planned"))
                .body("[0].message_id", equalTo(text("select message_id from outreach_messages")));
        Api.asAdmin()
                .get("/api/v1/recovery/cases/{case_id}/steps", UUID.randomUUID())
                .then()
                .statusCode(404);
    }
}
