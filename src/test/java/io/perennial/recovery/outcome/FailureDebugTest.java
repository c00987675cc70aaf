package io.perennial.recovery.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusMock;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.outreach.message.OutboxDriver;
import io.perennial.recovery.billing.Billing;
import io.perennial.tenant.CustomerId;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.MailServer;
import io.perennial.testing.MovableClock;
import io.perennial.testing.ServiceTest;

/** A payment fails twice, the customer is written to and pays: everything about it is there, and has the credit. */
@ServiceTest
class FailureDebugTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final MailServer mails = new MailServer();

    @Inject
    OutboxDriver outbox;

    /** Tomorrow morning, when everybody may be written to. */
    private final MovableClock clock = new MovableClock(
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(1)).plus(Duration.ofHours(10)));

    private UUID organization;
    private UUID ada;

    @BeforeEach
    void aCustomerWhoPays640AMonth() throws SQLException {
        mails.start();
        QuarkusMock.installMockForType(clock, Clock.class);
        organization = Api.organization("ecommerce");
        ada = CustomerId.of(organization, "ada");
        Api.upload(organization, "customers", """
                        customer_id,name,email,registered_at,favourite_code
                        ada,Ada Lovelace,ada-%s@customers.example,%s,SECRET
                        """.formatted(organization, Billing.ago(760)))
                .then()
                .statusCode(200);
        Billing.subscription(organization, ada, "sub_ada", "640.00", "month", Billing.ago(750));
    }

    @AfterEach
    void stopTheMails() {
        mails.stop();
    }

    private void tell(String type, String more) {
        Api.asAdmin()
                .contentType("application/x-ndjson; charset=UTF-8")
                .body("""
                        {"type":"%s","occurred_at":"%s","customer_id":"ada","payment_id":"in_march","amount":"640.00",\
                        "subscription_id":"sub_ada"%s}""".formatted(type, clock.instant(), more))
                .post("/api/v1/organizations/{org_id}/billing-events", organization)
                .then()
                .statusCode(200);
    }

    private void fails(int attempt) {
        tell("payment.failed", ",\"attempt_count\":%d,\"reason\":\"insufficient_funds\"".formatted(attempt));
    }

    private UUID failure() throws SQLException {
        return UUID.fromString(
                Database.text("select failure_id from payment_failures where organization_id = ?", organization));
    }

    private ValidatableResponse debug(String key, UUID failure) {
        return Api.as(key)
                .get("/api/v1/recovery/failures/{failure_id}/debug", failure)
                .then();
    }

    private ValidatableResponse debug() throws SQLException {
        return debug(Api.key(organization, "viewer"), failure()).statusCode(200);
    }

    private void awaitActiveCase() throws Exception {
        var deadline = Instant.now().plus(PATIENCE);
        while (Database.number(
                        "select count(*) from recovery_cases where organization_id = ? and status = 'active'",
                        organization)
                == 0) {
            assertThat(Instant.now()).as("the case is assessed").isBefore(deadline);
            Thread.sleep(50);
        }
    }

    /** Does what is due until so many mails were sent: the service is at it too. */
    private void sendMails(int count) throws Exception {
        var deadline = Instant.now().plus(PATIENCE);
        while (Database.number(
                        "select count(*) from message_outcomes where organization_id = ? and template like '%.email.%'",
                        organization)
                < count) {
            assertThat(Instant.now()).as("%d mails are sent", count).isBefore(deadline);
            Api.asAdmin()
                    .post("/api/v1/recovery/organizations/{org_id}/dunning/run", organization)
                    .then()
                    .statusCode(200);
            outbox.send();
            Thread.sleep(50);
        }
    }

    @Test
    void beforeAnythingIsDoneTheAnswerSaysWhatWouldBe() throws SQLException {
        fails(1);

        debug().body("failure_record.payment_id", equalTo("in_march"))
                .body("failure_record.attempt_count", equalTo(1))
                .body("failure_record.status", equalTo("open"))
                .body("failure_record.amount", equalTo(640.0f))
                .body("customer.name", equalTo("Ada Lovelace"))
                .body("customer.attributes", equalTo(Map.of()))
                .body("customer_metrics.monthly_revenue", equalTo(640.0f))
                .body("segment_result.segment", equalTo("high_value"))
                .body("message_result.messaging_tone", equalTo("premium"))
                .body(
                        "message_result.personalized_message.subject",
                        equalTo("Urgent: Your Premium Account Needs Attention"))
                .body("offers_result.stage_name", equalTo("dunning_3"))
                .body("offers_result.offers.find { it.type == 'discount' }.discount_percent", equalTo(50))
                .body("problems", nullValue())
                .body("case", nullValue())
                .body("steps", empty())
                .body("webhook_events.type", contains("payment.failed"))
                .body("webhook_events.status", contains("applied"));
    }

    @Test
    void everythingThatHappenedIsInOneAnswerWithoutCodesAndLinks() throws Exception {
        fails(1);
        clock.advance(Duration.ofHours(1));
        fails(2);
        awaitActiveCase();
        sendMails(1);

        var answer = debug().body("failure_record.attempt_count", equalTo(2))
                .body("case.status", equalTo("active"))
                .body("case.trigger_event.type", equalTo("payment_failed"))
                .body("steps.find { it.stage == 'dunning_1' && it.channel == 'email' }.status", equalTo("done"))
                .body("steps.stage", hasItems("dunning_2", "dunning_3", "dunning_5"))
                .body("messages.find { it.channel == 'email' }.status", equalTo("sent"))
                .body("messages.find { it.channel == 'email' }.sent_at", notNullValue())
                .body(
                        "messages.find { it.channel == 'email' }.template",
                        equalTo("payment_failed.premium.dunning_1.email.en"))
                .body("offers.status", everyItem(equalTo("open")))
                .body("offers.type", hasItems("discount"))
                .body("events.kind", hasItems("created", "activated"))
                .body("webhook_events", hasSize(2))
                .extract()
                .asString();

        var codes = codes();
        assertThat(codes).isNotEmpty();
        assertThat(answer).doesNotContain(codes).doesNotContain("SECRET");
        var withoutPreview = new JsonObject(answer);
        withoutPreview.remove("message_result");
        assertThat(withoutPreview.encode()).doesNotContain("STAY-", "://");
    }

    private List<String> codes() throws SQLException {
        try (var owner = Database.asOwner()) {
            return Database.texts(owner, "select code from retention_offers where organization_id = ?", organization);
        }
    }

    @Test
    void theLastMailHasTheCreditInTheFiguresAndInTheOutcomesOfItsTemplate() throws Exception {
        fails(2);
        awaitActiveCase();
        sendMails(1);
        clock.advance(Duration.ofHours(24));
        sendMails(2);
        clock.advance(Duration.ofHours(6));
        tell("payment.succeeded", "");

        debug().body("case.status", equalTo("recovered"))
                .body("failure_record.status", equalTo("recovered"))
                .body("steps.findAll { it.stage == 'dunning_3' }.status", everyItem(equalTo("cancelled")))
                .body("events.kind", hasItems("recovered"));
        assertThat(credited()).containsExactly("payment_failed.premium.dunning_2.email.en");
        Api.asAdmin()
                .queryParam("group_by", "stage")
                .get("/api/v1/recovery/organizations/{org_id}/figures", organization)
                .then()
                .statusCode(200)
                .body("total.cases", equalTo(1))
                .body("total.recovered", equalTo(1))
                .body("total.recovery_rate.percent", equalTo(100.0f))
                .body("total.revenue.revenue_recovered", equalTo(640.0f))
                .body("total.time_to_recovery_hours", equalTo(30.0f))
                .body("total.offers.redeemed", equalTo(0))
                .body("segment_distribution.high_value.cases", equalTo(1))
                .body("groups.find { it.group == 'dunning_1' }.credit.recovered", equalTo(0))
                .body("groups.find { it.group == 'dunning_1' }.figures.recovered", equalTo(1))
                .body("groups.find { it.group == 'dunning_2' }.credit.recovered", equalTo(1));
    }

    private List<String> credited() throws SQLException {
        try (var owner = Database.asOwner()) {
            return Database.texts(
                    owner,
                    "select template from message_outcomes where organization_id = ? and recovered_at is not null",
                    organization);
        }
    }

    @Test
    void nobodyElseFindsTheFailure() throws SQLException {
        fails(1);

        debug(Api.key(Api.organization("banking"), "admin"), failure())
                .statusCode(404)
                .body("type", equalTo("urn:perennial:problem:unknown-failure"));
        Api.asAdmin()
                .get("/api/v1/recovery/failures/{failure_id}/debug?stage=dunning_9", failure())
                .then()
                .statusCode(400);
        Api.asAdmin()
                .get("/api/v1/recovery/failures/{failure_id}/debug?stage=dunning_1", failure())
                .then()
                .statusCode(200)
                .body("message_result.stage_name", equalTo("dunning_1"));
    }
}
