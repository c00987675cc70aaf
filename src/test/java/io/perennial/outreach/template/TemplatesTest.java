package io.perennial.outreach.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.TenantDatabase;
import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

@ServiceTest
class TemplatesTest {

    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final String TEMPLATE = "/api/v1/recovery/templates/organizations/{org_id}/{template}";
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    @Inject
    Templates templates;

    @Inject
    MessageOutcomes outcomes;

    @Inject
    TenantDatabase database;

    private ChosenTemplate choose(UUID organization, TemplateKey key, long draw) {
        return database.transaction(organization, connection -> templates.choose(connection, organization, key, draw))
                .await()
                .atMost(LONGEST);
    }

    private Rendered render(UUID organization, TemplateKey key, long draw) {
        return choose(organization, key, draw)
                .render(Map.of("amount", 49, "cta_url", "https://pay.example/r/1", "customer_name", "Alex"));
    }

    private static TemplateKey sms(String language) {
        return new TemplateKey(Trigger.PAYMENT_FAILED, Tone.PROFESSIONAL, MessageStage.DUNNING_1, Medium.SMS, language);
    }

    private static void edit(UUID organization, TemplateKey key, Object... variants) {
        Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("variants", List.of(variants)))
                .put(TEMPLATE, organization, key.name())
                .then()
                .statusCode(200);
    }

    private static Map<String, Object> saying(String name, int weight, String text) {
        return TemplateResourceTest.variant(name, weight, "text", text, "cta_path", "/pay/" + name);
    }

    @Test
    void aMessageIsInTheClosestLanguageThereIs() {
        var organization = Api.organization("ecommerce");

        assertThat(render(organization, sms("de-at"), 1).template())
                .isEqualTo(sms("de").name());
        assertThat(render(organization, sms("de"), 1).text()).startsWith("Guten Tag Alex, Ihre Zahlung über");
        assertThat(render(organization, sms("fr"), 1).template())
                .isEqualTo(sms("en").name());

        edit(organization, sms("fr"), saying("a", 1, "Salut {customer_name}"));
        edit(organization, sms("en"), saying("a", 1, "Our own words"));
        assertThat(render(organization, sms("fr-ca"), 1).text()).isEqualTo("Salut Alex");
        assertThat(render(organization, sms("it"), 1).text()).isEqualTo("Our own words");
        assertThat(render(organization, sms("de"), 1).text()).startsWith("Guten Tag");
        assertThat(render(Api.organization("ecommerce"), sms("fr"), 1).text()).startsWith("Hi Alex");
    }

    @Test
    void anEditedTemplateIsSaidAtOnceAndADrawGetsItsVariantAgain() {
        var organization = Api.organization("ecommerce");
        edit(organization, sms("en"), saying("a", 1, "A"), saying("b", 1, "B"), saying("c", 0, "C"));

        var first = java.util.stream.LongStream.range(0, 64)
                .mapToObj(draw -> render(organization, sms("en"), draw).text())
                .toList();
        var again = java.util.stream.LongStream.range(0, 64)
                .mapToObj(draw -> render(organization, sms("en"), draw).text())
                .toList();

        assertThat(again).isEqualTo(first);
        assertThat(first).contains("A", "B").doesNotContain("C");
        var chosen = choose(organization, sms("en"), 5);
        assertThat(chosen.ctaPath()).isEqualTo("/pay/" + chosen.variant());
        edit(organization, sms("en"), saying("a", 1, "Now {company_name}"));
        assertThat(render(organization, sms("en"), 5))
                .isEqualTo(new Rendered(null, "Now Test", null, "a", sms("en").name(), 2, "/pay/a"));
    }

    @Test
    void whatIsMissingIsAProblemAndNoMessage() {
        var organization = Api.organization("ecommerce");
        var key = new TemplateKey(Trigger.PAYMENT_FAILED, Tone.PREMIUM, MessageStage.DUNNING_1, Medium.EMAIL, "en");

        assertThatThrownBy(() -> choose(organization, key, 1).render(Map.of("cta_url", "https://pay.example/r/1")))
                .isInstanceOfSatisfying(ProblemException.class, e -> {
                    assertThat(e.type()).isEqualTo(ProblemType.TEMPLATE_NOT_RENDERED);
                    assertThat(e).hasMessage(key.name() + ": {amount} has no value");
                });
    }

    private void inTransaction(UUID organization, Function<SqlConnection, Uni<Void>> work) {
        database.transaction(organization, work).await().atMost(LONGEST);
    }

    @Test
    void whatComesOfAMessageCountsOnceForItsVariant() {
        var organization = Api.organization("ecommerce");
        var customer = UUID.randomUUID();
        edit(organization, sms("en"), saying("a", 1, "A"));
        var a = render(organization, sms("en"), 1);
        edit(organization, sms("en"), saying("b", 1, "B"));
        var b = render(organization, sms("en"), 1);
        var messages = List.of(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());

        for (var twice = 0; twice < 2; twice++) {
            inTransaction(
                    organization,
                    connection -> outcomes.sent(connection, organization, customer, messages.get(0), a, NOW)
                            .chain(() -> outcomes.sent(connection, organization, customer, messages.get(1), b, NOW))
                            .chain(() -> outcomes.sent(connection, organization, customer, messages.get(2), b, NOW))
                            .chain(() -> outcomes.opened(connection, organization, customer, messages.get(0), NOW))
                            .chain(() -> outcomes.clicked(connection, organization, customer, messages.get(1), NOW))
                            .chain(() -> outcomes.recovered(connection, organization, customer, messages.get(1), NOW))
                            .chain(() -> outcomes.opened(connection, organization, customer, UUID.randomUUID(), NOW)));
        }

        Api.asAdmin()
                .get(TEMPLATE + "/outcomes", organization, sms("en").name())
                .then()
                .statusCode(200)
                .body("variants.variant", contains("b", "a"))
                .body("variants.revision", contains(2, 1))
                .body("variants.sent", contains(2, 1))
                .body("variants.opened", contains(1, 1))
                .body("variants.clicked", contains(1, 0))
                .body("variants.recovered", contains(1, 0))
                .body("variants[0].recovery_rate.value", equalTo(0.5f))
                .body("variants[0].recovery_rate.lower", equalTo(0.0945f))
                .body("variants[0].recovery_rate.upper", equalTo(0.9055f));
    }
}
