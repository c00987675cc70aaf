package io.perennial.outreach.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

@ServiceTest
class TemplateResourceTest {

    private static final String TEMPLATES = "/api/v1/recovery/templates/organizations/{org_id}";
    private static final String TEMPLATE = TEMPLATES + "/{template}";
    private static final String MAIL = "payment_failed.premium.dunning_1.email.en";
    private static final String SMS = "payment_failed.friendly.dunning_1.sms.en";

    static Map<String, Object> variant(String name, int weight, Object... parts) {
        var content = new LinkedHashMap<String, Object>();
        for (var i = 0; i < parts.length; i += 2) {
            content.put((String) parts[i], parts[i + 1]);
        }
        return Map.of("name", name, "weight", weight, "content", content);
    }

    private static Map<String, Object> mail(String name, int weight, String text) {
        return variant(
                name,
                weight,
                "subject",
                "Hello {customer_name}",
                "text",
                text,
                "html",
                "<p>" + text + "</p>",
                "cta_text",
                "Pay",
                "cta_path",
                "/billing");
    }

    private static Map<String, Object> sms(String text) {
        return variant("only", 1, "text", text, "cta_path", "/billing");
    }

    @SafeVarargs
    private static Map<String, Object> template(Map<String, Object>... variants) {
        return Map.of("variants", List.of(variants));
    }

    private static RequestSpecification json(Object body) {
        return Api.asAdmin().contentType("application/json").body(body);
    }

    private static ValidatableResponse put(UUID organization, String template, Object body) {
        return json(body).put(TEMPLATE, organization, template).then();
    }

    private static ValidatableResponse get(UUID organization, String template) {
        return Api.asAdmin().get(TEMPLATE, organization, template).then();
    }

    private static ValidatableResponse preview(UUID organization, String template, Object body) {
        return json(body).post(TEMPLATE + "/preview", organization, template).then();
    }

    @Test
    void everyOrganizationBeginsWithTheTemplatesOfTheService() {
        var organization = Api.organization("ecommerce");

        get(organization, MAIL)
                .statusCode(200)
                .header("ETag", "\"0\"")
                .body("is_edited", equalTo(false))
                .body("version", equalTo(0))
                .body("updated_at", nullValue())
                .body("variants", hasSize(1))
                .body("variants[0].name", equalTo("default"))
                .body(
                        "variants[0].content.subject",
                        equalTo("Important: Payment Update Required for Your Premium Account"))
                .body("variants[0].content.cta_path", equalTo("/billing/premium-update"));
        get(organization, "payment_failed.premium.dunning_1.email.fr").statusCode(404);
        get(organization, "payment_failed.premium.final_attempt.email.en").statusCode(404);
        get(organization, "anything").statusCode(404).body("type", equalTo("urn:perennial:problem:unknown-template"));
    }

    @Test
    void whatIsEditedIsReadAgainUntilItIsGivenBackAndEveryChangeIsOnRecord() {
        var organization = Api.organization("ecommerce");

        put(organization, MAIL, template(mail("a", 1, "One {customer_name}"), mail("b", 3, "Two {customer_name}")))
                .statusCode(200)
                .header("ETag", "\"1\"")
                .body("is_edited", equalTo(true))
                .body("variants.revision", contains(1, 1));
        put(organization, MAIL, template(mail("a", 5, "One {customer_name}"), mail("b", 5, "Other {customer_name}")))
                .statusCode(200)
                .body("version", equalTo(2))
                .body("variants.revision", contains(1, 2))
                .body("variants.weight", contains(5, 5));
        get(organization, MAIL).body("variants[1].content.text", equalTo("Other {customer_name}"));

        Api.asAdmin()
                .delete(TEMPLATE, organization, MAIL)
                .then()
                .statusCode(200)
                .header("ETag", "\"3\"")
                .body("is_edited", equalTo(false))
                .body("variants.name", contains("default"));
        Api.asAdmin()
                .delete(TEMPLATE, organization, MAIL)
                .then()
                .statusCode(200)
                .header("ETag", "\"3\"");
        get(organization, MAIL).header("ETag", "\"3\"").body("variants.name", contains("default"));

        Api.asAdmin()
                .get(TEMPLATE + "/changes", organization, MAIL)
                .then()
                .statusCode(200)
                .body("items.version", contains(3, 2, 1))
                .body("items.action", contains("reset", "edited", "edited"))
                .body("items[2].before.name", contains("default"))
                .body("items[2].after.name", contains("a", "b"))
                .body("items[1].before[1].content.text", equalTo("Two {customer_name}"))
                .body("items[1].after[1].content.text", equalTo("Other {customer_name}"))
                .body("items[0].changed_by.name", equalTo("key of the whole instance"))
                .body("items[0].changed_by.role", equalTo("admin"));
    }

    @Test
    void anOperatorEditsAndIsNamedAndAViewerMayNot() {
        var organization = Api.organization("ecommerce");
        var body = template(mail("a", 1, "One"));

        Api.as(Api.key(organization, "viewer"))
                .contentType("application/json")
                .body(body)
                .put(TEMPLATE, organization, MAIL)
                .then()
                .statusCode(403);
        Api.as(Api.key(organization, "operator"))
                .contentType("application/json")
                .body(body)
                .put(TEMPLATE, organization, MAIL)
                .then()
                .statusCode(200);
        Api.asAdmin()
                .get(TEMPLATE + "/changes", organization, MAIL)
                .then()
                .body("items.changed_by.name", contains("test"))
                .body("items.changed_by.role", contains("operator"));
    }

    @Test
    void whatSomebodyElseChangedMeanwhileIsNotOverwritten() {
        var organization = Api.organization("ecommerce");
        var body = template(mail("a", 1, "One"));

        json(body)
                .header("If-Match", "\"0\"")
                .put(TEMPLATE, organization, MAIL)
                .then()
                .statusCode(200);
        json(body)
                .header("If-Match", "\"0\"")
                .put(TEMPLATE, organization, MAIL)
                .then()
                .statusCode(412)
                .body("detail", equalTo("Template " + MAIL + " is at version 1 now; read it again"));
        Api.asAdmin()
                .header("If-Match", "\"7\"")
                .delete(TEMPLATE, organization, MAIL)
                .then()
                .statusCode(412);
        get(organization, MAIL).header("ETag", "\"1\"");
    }

    @Test
    void theSameRequestWithItsKeyChangesNothingAgain() {
        var organization = Api.organization("ecommerce");
        for (var i = 0; i < 2; i++) {
            json(template(mail("a", 1, "One")))
                    .header("Idempotency-Key", "edit-1")
                    .put(TEMPLATE, organization, MAIL)
                    .then()
                    .statusCode(200)
                    .header("ETag", "\"1\"");
        }
        json(template(mail("a", 1, "Two")))
                .header("Idempotency-Key", "edit-1")
                .put(TEMPLATE, organization, MAIL)
                .then()
                .statusCode(422);
    }

    @Test
    void everyErrorIsToldWithItsFieldLineAndColumn() {
        var organization = Api.organization("ecommerce");

        put(organization, MAIL, template(mail("a", 1, "Fine"), mail("b", 1, "Dear {customer_name},\nyour {plann}")))
                .statusCode(400)
                .body("type", equalTo("urn:perennial:problem:invalid-template"))
                .body("errors", hasSize(2))
                .body("errors[0].field", equalTo("variants[1].content.text"))
                .body("errors[0].line", equalTo(2))
                .body("errors[0].column", equalTo(6))
                .body("errors[0].reason", startsWith("{plann} is no placeholder"))
                .body("errors[1].field", equalTo("variants[1].content.html"))
                .body("detail", containsString("variants[1].content.text 2:6 {plann} is no placeholder"));
        put(organization, MAIL, template(mail("a", 0, "x"), mail("a", 0, "x")))
                .statusCode(400)
                .body("errors.reason", hasSize(2));
        put(organization, MAIL, template(mail("a", -1, "x")))
                .statusCode(400)
                .body("errors[0].field", equalTo("weight"));
        put(organization, MAIL, Map.of("variants", List.of())).statusCode(400);
        get(organization, MAIL).header("ETag", "\"0\"");
    }

    @Test
    void aTextMessageThatCouldBecomeTooLongIsRefused() {
        var organization = Api.organization("ecommerce");

        put(organization, SMS, template(sms("x".repeat(81) + "{customer_name}{cta_url}")))
                .statusCode(400)
                .body("errors[0].reason", containsString("can become 161 characters"));
        put(organization, SMS, template(sms("x".repeat(80) + "{customer_name}{cta_url}")))
                .statusCode(200);
    }

    @Test
    void aTemplateOfAnotherLanguageIsAddedAndOfNoLanguageRefused() {
        var organization = Api.organization("ecommerce");
        var french = "payment_failed.friendly.dunning_1.sms.fr";

        put(organization, french, template(sms("Salut {customer_name}: {cta_url}")))
                .statusCode(200);

        get(organization, french).statusCode(200).body("language", equalTo("fr"));
        assertThat(names(organization, "language", "fr")).containsExactly(french);
        put(organization, "payment_failed.friendly.dunning_1.sms.x_y", template(sms("x")))
                .statusCode(404);
        Api.asAdmin()
                .delete(TEMPLATE, organization, french)
                .then()
                .statusCode(200)
                .body("variants", hasSize(0));
        get(organization, french).statusCode(404);
    }

    private static List<String> names(UUID organization, String... filter) {
        var request = Api.asAdmin();
        for (var i = 0; i < filter.length; i += 2) {
            request.queryParam(filter[i], filter[i + 1]);
        }
        return request.get(TEMPLATES, organization)
                .then()
                .statusCode(200)
                .extract()
                .path("items.template");
    }

    @Test
    void theListHoldsWhatIsEditedInPlaceOfWhatCameAndIsPaged() {
        var organization = Api.organization("ecommerce");
        put(organization, MAIL, template(mail("a", 1, "One"))).statusCode(200);
        put(organization, MAIL.replace(".en", ".pt-br"), template(mail("a", 1, "Um")))
                .statusCode(200);

        var premium = names(organization, "trigger", "payment_failed", "tone", "premium", "language", "en");
        assertThat(premium).hasSize(20).isSorted().contains(MAIL);
        assertThat(names(organization, "stage", "dunning_1", "channel", "email", "tone", "premium"))
                .containsExactly(MAIL, MAIL.replace(".en", ".pt-br"));
        Api.asAdmin()
                .queryParam("channel", "phone")
                .queryParam("stage", "final_attempt")
                .get(TEMPLATES, organization)
                .then()
                .body("items", hasSize(12))
                .body("items.channel", everyItem(equalTo("phone")))
                .body("next", nullValue());
        Api.asAdmin()
                .queryParam("tone", "rude")
                .get(TEMPLATES, organization)
                .then()
                .statusCode(400);

        var paged = new ArrayList<String>();
        String after = null;
        do {
            var page = Api.asAdmin()
                    .queryParam("limit", 7)
                    .queryParam("after", after == null ? "" : after)
                    .queryParam("trigger", "payment_failed")
                    .queryParam("language", "en")
                    .get(TEMPLATES, organization)
                    .then()
                    .statusCode(200)
                    .extract();
            paged.addAll(page.path("items.template"));
            after = page.path("next");
        } while (after != null);
        assertThat(paged).hasSize(80).isSorted().doesNotHaveDuplicates();
        assertThat(paged).isEqualTo(names(organization, "trigger", "payment_failed", "language", "en"));
    }

    @Test
    void aPreviewIsOfARealCustomerOrOfAnExample() {
        var organization = Api.organization("ecommerce");
        Api.upload(organization, "customers", """
                        customer_id,name,email
                        C-1,José Śmigły,jose@example.com
                        C-2,,nobody@example.com
                        """).then().statusCode(200);

        preview(organization, SMS, Map.of())
                .statusCode(200)
                .body("text", startsWith("Hey Alex Morgan! Small hiccup"))
                .body("septets", equalTo(115))
                .body("examples", hasItem("customer_name"))
                .body("examples", not(hasItem("company_name")));
        preview(organization, SMS, Map.of("customer_id", "C-1"))
                .statusCode(200)
                .body("text", startsWith("Hey José Smigly! Small hiccup"))
                .body("examples", not(hasItem("customer_name")));
        preview(organization, SMS, Map.of("customer_id", "C-2"))
                .statusCode(200)
                .body("text", startsWith("Hey customer! Small hiccup"));
        preview(organization, SMS, Map.of("customer_id", "C-3"))
                .statusCode(404)
                .body("type", equalTo("urn:perennial:problem:unknown-customer"));
        preview(organization, MAIL, Map.of("customer_id", "C-1", "values", Map.of("amount", 120.5)))
                .statusCode(200)
                .body("text", containsString("Dear José Śmigły,"))
                .body("text", containsString("€120.50"))
                .body("html", containsString("<p>Dear José Śmigły,</p>"))
                .body("html", containsString(">Test</p>"));
    }

    @Test
    void nobodySeesTheCustomersOfAnotherOrganizationInAPreview() {
        var ours = Api.organization("ecommerce");
        var theirs = Api.organization("ecommerce");
        Api.upload(theirs, "customers", "customer_id,name\nC-1,Secret Person\n")
                .then()
                .statusCode(200);
        String id = Api.asAdmin()
                .get("/api/v1/organizations/{org_id}/customers", theirs)
                .then()
                .extract()
                .path("items[0].id");

        for (var name : List.of("C-1", id)) {
            preview(ours, SMS, Map.of("customer_id", name))
                    .statusCode(404)
                    .body("detail", not(containsString("Secret")));
        }
        put(theirs, SMS, template(sms("Secret words {customer_name}"))).statusCode(200);
        get(ours, SMS).body("variants[0].content.text", not(containsString("Secret")));
        preview(ours, SMS, Map.of()).body("text", not(containsString("Secret")));
    }

    @Test
    void aDraftIsShownAndRefusedBeforeItIsSaved() {
        var organization = Api.organization("ecommerce");
        var french = "payment_failed.friendly.dunning_1.sms.fr";

        preview(organization, french, Map.of("content", Map.of("text", "Salut {customer_name}", "cta_path", "/x")))
                .statusCode(200)
                .body("variant", equalTo("draft"))
                .body("text", equalTo("Salut Alex Morgan"));
        preview(organization, french, Map.of("content", Map.of("text", "{customer_name.class}", "cta_path", "/x")))
                .statusCode(400)
                .body("type", equalTo("urn:perennial:problem:invalid-template"))
                .body("errors[0].column", equalTo(1));
        preview(organization, SMS, Map.of("values", Map.of("cta_url", "javascript:alert(1)")))
                .statusCode(422)
                .body("detail", endsWith("cta_url is no address on the web"));
        preview(organization, SMS, Map.of("values", Map.of("x", 1))).statusCode(422);
        preview(organization, SMS, Map.of("variant", "other")).statusCode(400);
        get(organization, french).statusCode(404);
    }
}
