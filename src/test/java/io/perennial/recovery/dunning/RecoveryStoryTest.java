package io.perennial.recovery.dunning;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.quarkus.test.junit.QuarkusMock;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.internet.MimeMessage;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.intake.billing.Signature;
import io.perennial.outreach.message.OutboxDriver;
import io.perennial.recovery.billing.Billing;
import io.perennial.tenant.CustomerId;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.MailServer;
import io.perennial.testing.MovableClock;
import io.perennial.testing.Providers;
import io.perennial.testing.ServiceTest;

/** From two failed payments to a customer who stays, as the billing system, the customer's mailbox and an operator see it. */
@ServiceTest
class RecoveryStoryTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SECRET = "whsec_story";

    private final MailServer mails = new MailServer();

    @Inject
    DunningDriver driver;

    @Inject
    OutboxDriver outbox;

    /** Tomorrow morning, when everybody may be called. */
    private final MovableClock clock = new MovableClock(
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(1)).plus(Duration.ofHours(10)));

    private WireMockServer crm;
    private UUID organization;
    private UUID ada;
    private String mailbox;

    /** A customer of high value: 640.00 a month for two years. */
    @BeforeEach
    void aCustomerOfHighValue() throws SQLException {
        QuarkusMock.installMockForType(clock, Clock.class);
        mails.start();
        crm = new WireMockServer(wireMockConfig().port(Providers.httpPort()));
        crm.start();
        crm.stubFor(post(urlPathEqualTo("/tasks"))
                .willReturn(aResponse()
                        .withStatus(201)
                        .withHeader("Content-Type", "application/json")
                        .withBody("{\"id\": \"task-1\"}")));
        organization = Api.organization("ecommerce");
        System.setProperty(
                "STRIPE_WEBHOOK_SECRET_"
                        + organization.toString().replace('-', '_').toUpperCase(Locale.ROOT),
                SECRET);
        ada = CustomerId.of(organization, "ada");
        mailbox = "ada-%s@customers.example".formatted(organization);
        Api.upload(
                        organization,
                        "customers",
                        "customer_id,name,email,phone,registered_at,stripe_customer_id\nada,Ada Lovelace,%s,+351210000000,%s,cus_ada\n"
                                .formatted(mailbox, Billing.ago(760)))
                .then()
                .statusCode(200);
        Billing.subscription(organization, ada, "sub_ada", "640.00", "month", Billing.ago(750));
    }

    @AfterEach
    void stopTheServers() {
        crm.stop();
        mails.stop();
    }

    private void stripe(String type, Map<String, Object> invoice) {
        var object = new JsonObject()
                .put("id", "in_march")
                .put("object", "invoice")
                .put("customer", "cus_ada")
                .put("subscription", "sub_ada")
                .put("currency", "eur");
        invoice.forEach(object::put);
        var body = new JsonObject()
                .put("id", "evt_" + UUID.randomUUID())
                .put("object", "event")
                .put("type", type)
                .put("created", clock.instant().getEpochSecond())
                .put("data", new JsonObject().put("object", object))
                .encode()
                .getBytes(StandardCharsets.UTF_8);
        var deadline = Instant.now().plus(PATIENCE);
        while (sent(body).equals("accepted")) {
            assertThat(Instant.now()).as("the event is settled").isBefore(deadline);
        }
    }

    /** Sends an event, or sends it again. Yields what became of it. */
    private String sent(byte[] body) {
        return Api.withoutKey()
                .contentType("application/json; charset=utf-8")
                .queryParam("organization", organization)
                .header("Stripe-Signature", Signature.sign(SECRET, clock.instant(), body))
                .body(body)
                .post("/api/v1/webhooks/stripe")
                .then()
                .statusCode(200)
                .extract()
                .path("status");
    }

    private void paymentFails(int attempt) {
        stripe(
                "invoice.payment_failed",
                Map.of("amount_due", 64_000, "amount_remaining", 64_000, "attempt_count", attempt));
    }

    private JsonPath cases() {
        return Api.asAdmin()
                .queryParam("organization", organization)
                .get("/api/v1/recovery/cases")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private UUID activeCase() throws Exception {
        var deadline = Instant.now().plus(PATIENCE);
        while (cases().getList("items").isEmpty()
                || !cases().getString("items[0].status").equals("active")) {
            assertThat(Instant.now()).as("the case is assessed").isBefore(deadline);
            Thread.sleep(50);
        }
        return UUID.fromString(cases().getString("items[0].id"));
    }

    /** What is due is done, and what was written is sent. Yields how many steps were done. */
    private int work() {
        var taken = driver.takeDue(organization).await().atMost(PATIENCE);
        outbox.send();
        assertThat(taken).doesNotContainKeys(Taken.FAILED, Taken.SKIPPED);
        return taken.getOrDefault(Taken.DONE, 0);
    }

    private static String textOf(Part part) throws Exception {
        if (part.isMimeType("text/plain")) {
            return part.getContent().toString();
        }
        if (part.getContent() instanceof Multipart parts) {
            for (var i = 0; i < parts.getCount(); i++) {
                var text = textOf(parts.getBodyPart(i));
                if (text != null) {
                    return text;
                }
            }
        }
        return null;
    }

    private List<String> subjects() throws Exception {
        var subjects = new java.util.ArrayList<String>();
        for (MimeMessage mail : mails.mailsTo(mailbox)) {
            subjects.add(mail.getSubject());
        }
        return subjects;
    }

    private String offer(String stage, String type, String column) throws SQLException {
        return Database.text(
                "select " + column + " from retention_offers where organization_id = ? and stage = ?"
                        + " and offer_type = ? and occasion = 'stage'",
                organization,
                stage,
                type);
    }

    private List<String> stepsOf(UUID caseId) {
        var steps = Api.asAdmin()
                .get("/api/v1/recovery/cases/{case_id}/steps", caseId)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        return steps.getList("stage").stream()
                .map(Object::toString)
                .filter(stage -> !stage.equals("dunning_4"))
                .map(stage -> {
                    var mail = "find { it.stage == '%s' && it.channel == 'email' }".formatted(stage);
                    return stage + " " + steps.getString(mail + ".status");
                })
                .distinct()
                .toList();
    }

    @Test
    void twoFailedPaymentsBecomeThreeMailsAndThenACustomerWhoStays() throws Exception {
        paymentFails(1);
        assertThat(cases().getList("items"))
                .as("a first failure is left to the billing system")
                .isEmpty();
        clock.advance(Duration.ofHours(1));
        paymentFails(2);
        var caseId = activeCase();
        assertThat(cases().getString("items[0].trigger_event.type")).isEqualTo("payment_failed");
        assertThat(cases().getFloat("items[0].trigger_event.amount")).isEqualTo(640f);
        assertThat(cases().getString("items[0].messaging_tone")).isEqualTo("premium");

        // At once: the first mail, and a task for a person, for two failures are enough with a customer of high value.
        assertThat(work()).isPositive();
        assertThat(subjects()).containsExactly("Important: Payment Update Required for Your Premium Account");
        var first = textOf(mails.mailsTo(mailbox).get(0));
        assertThat(first)
                .contains("Dear Ada Lovelace", "€640.00", "https://")
                .contains("25% off for 3 months")
                .contains(offer("dunning_1", "discount", "code"));
        assertThat(mails.mailsTo(mailbox).get(0).getHeader("List-Unsubscribe-Post"))
                .containsExactly("List-Unsubscribe=One-Click");
        crm.verify(1, postRequestedFor(urlPathEqualTo("/tasks")));
        assertThat(new BigDecimal(offer("dunning_1", "discount", "offer->>'discount_percent'")))
                .isEqualByComparingTo("25");

        clock.advance(Duration.ofHours(24).minusSeconds(1));
        assertThat(work()).as("a second before a day has passed").isZero();
        clock.advance(Duration.ofSeconds(1));
        assertThat(work()).isOne();
        assertThat(subjects()).hasSize(2).last().isEqualTo("A Reminder Regarding Your Premium Account");
        assertThat(textOf(mails.mailsTo(mailbox).get(1)))
                .contains("35% off for 4 months")
                .contains(offer("dunning_2", "discount", "code"));

        clock.advance(Duration.ofHours(48).minusSeconds(1));
        assertThat(work()).as("a second before three days have passed").isZero();
        clock.advance(Duration.ofSeconds(1));
        assertThat(work()).isOne();
        assertThat(subjects()).hasSize(3).last().isEqualTo("Urgent: Your Premium Account Needs Attention");
        var third = textOf(mails.mailsTo(mailbox).get(2));
        assertThat(third)
                .contains("50% off for 6 months")
                .contains(offer("dunning_3", "discount", "code"))
                .contains("3 interest-free payments of €213.34")
                .contains(offer("dunning_3", "payment_plan", "code"));
        assertThat(new BigDecimal(offer("dunning_3", "discount", "offer->>'savings_total'")))
                .isEqualByComparingTo("1920");
        assertThat(offer("dunning_1", "discount", "status")).isEqualTo("replaced");

        clock.advance(Duration.ofHours(12));
        stripe("invoice.paid", Map.of("amount_paid", 64_000, "attempt_count", 3));

        assertThat(cases().getString("items[0].status")).isEqualTo("recovered");
        assertThat(cases().getString("items[0].recovered_by")).isEqualTo("payment");
        assertThat(cases().getFloat("items[0].metrics.revenue_recovered")).isEqualTo(640f);
        assertThat(stepsOf(caseId))
                .containsExactly("dunning_1 done", "dunning_2 done", "dunning_3 done", "dunning_5 cancelled");
        clock.advance(Duration.ofDays(10));
        assertThat(work()).isZero();
        assertThat(subjects()).as("no fourth mail").hasSize(3);
        assertThat(Database.number(
                        "select count(*) from message_outcomes where organization_id = ? and template like '%.email.%'",
                        organization))
                .isEqualTo(3);
        assertFigures();
    }

    private void assertFigures() {
        var figures = Api.asAdmin()
                .queryParam("from", clock.instant().minus(Duration.ofDays(20)).toString())
                .queryParam("until", clock.instant().toString())
                .get("/api/v1/recovery/organizations/{org_id}/figures", organization)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(figures.getInt("total.cases")).isOne();
        assertThat(figures.getInt("total.recovered")).isOne();
        assertThat(figures.getFloat("total.recovery_rate.percent")).isEqualTo(100f);
        assertThat(figures.getFloat("total.revenue.gross_revenue")).isEqualTo(640f);
        assertThat(figures.getFloat("total.revenue.incentive_cost")).isZero();
        assertThat(figures.getFloat("total.revenue.revenue_recovered")).isEqualTo(640f);
        // From the failure that began the case: a day, two more, and half a day.
        assertThat(figures.getFloat("total.time_to_recovery_hours")).isEqualTo(84f);
        assertThat(figures.getInt("total.messages.sent"))
                .as("three mails and a task")
                .isEqualTo(4);
    }
}
