package io.perennial.offers.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.response.Response;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

@ServiceTest
class SyncResourceTest {

    private static final String OFFERS = "/api/v1/offers/organizations/{org_id}";
    private static final String SOURCE = OFFERS + "/sync-sources/{system}";

    private static Response put(UUID organization, String system, Map<String, Object> source) {
        return Api.asAdmin().contentType("application/json").body(source).put(SOURCE, organization, system);
    }

    private static Response upload(UUID organization, String csv, Object... parameters) {
        var request = Api.asAdmin().contentType("text/csv; charset=UTF-8").body(csv);
        for (var i = 0; i < parameters.length; i += 2) {
            request.queryParam((String) parameters[i], parameters[i + 1]);
        }
        return request.post(OFFERS + "/upload", organization);
    }

    @Test
    void ofReadySystemsTheAddressIsEnough() {
        var organization = Api.organization("banking");

        put(organization, "xiva", Map.of("url", "https://xiva.example.com/v1/campaigns"))
                .then()
                .statusCode(200)
                .body("system", equalTo("xiva"))
                .body("circuit", equalTo("closed"))
                .body("source.auth", equalTo("bearer"))
                .body("source.secret_reference", equalTo("PERENNIAL_OFFERS_SECRET_XIVA"))
                .body("source.paging.kind", equalTo("page"))
                .body("source.paging.total_pages", equalTo("/meta/total_pages"))
                .body("source.mapping.name", equalTo("/title"))
                .body("source.every_minutes", equalTo(60));
        put(organization, "crm", Map.of("url", "https://crm.example.com/offers", "every_minutes", 5))
                .then()
                .statusCode(200)
                .body("source.auth", equalTo("basic"))
                .body("source.username", equalTo("perennial"))
                .body("source.paging.kind", equalTo("cursor"))
                .body("source.every_minutes", equalTo(5));

        Api.asAdmin()
                .get(OFFERS + "/sync-sources", organization)
                .then()
                .statusCode(200)
                .body("system", contains("crm", "xiva"));
        Api.asAdmin().delete(SOURCE, organization, "crm").then().statusCode(204);
        Api.asAdmin().get(SOURCE, organization, "crm").then().statusCode(404);
        Api.asAdmin().delete(SOURCE, organization, "crm").then().statusCode(404);
    }

    @Test
    void everythingThatIsWrongWithASourceIsNamed() {
        put(
                        Api.organization("banking"),
                        "other",
                        Map.of(
                                "url",
                                "ftp://example.com",
                                "auth",
                                "basic",
                                "paging",
                                Map.of("kind", "page", "items", "data", "page_size", 10),
                                "mapping",
                                Map.of("name", "title", "colour", "/colour")))
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body(
                        "errors.field",
                        hasItems(
                                "url",
                                "username",
                                "secret_reference",
                                "paging.page_parameter",
                                "paging.items",
                                "paging.page_size",
                                "mapping.external_offer_id",
                                "mapping.name",
                                "mapping.colour"));
    }

    @ParameterizedTest
    @CsvSource({
        "url, http://xiva.example.com/offers, url",
        "url, https://me:word@xiva.example.com, url",
        "secret_reference, PERENNIAL_ADMIN_KEY, secret_reference",
        "secret_reference, PERENNIAL_OFFERS_SECRET_, secret_reference",
        "every_minutes, 0, every_minutes",
        "auth, digest, auth"
    })
    void whatCouldDoHarmIsRefused(String field, String value, String named) {
        var source = new HashMap<String, Object>(Map.of("url", "https://xiva.example.com/offers"));
        source.put(field, value);
        put(Api.organization("banking"), "xiva", source).then().statusCode(400).body("errors.field", contains(named));
    }

    @Test
    void aSourceThatCannotBeAskedIsAClearProblemAndRemembered() {
        var organization = Api.organization("banking");
        put(organization, "xiva", Map.of("url", "https://localhost:1/offers"))
                .then()
                .statusCode(200);

        Api.asAdmin()
                .queryParam("dry_run", true)
                .post(SOURCE + "/sync", organization, "xiva")
                .then()
                .statusCode(502)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:perennial:problem:sync-failed"))
                .body("detail", containsString("PERENNIAL_OFFERS_SECRET_XIVA of the service is not set"));
        Api.asAdmin()
                .get(SOURCE, organization, "xiva")
                .then()
                .body("last_failure", containsString("is not set"))
                .body("last_synced_at", nullValue());
        Api.asAdmin().post(SOURCE + "/sync", organization, "nobody").then().statusCode(404);
    }

    @Test
    void aFileIsShownTakenOverAndKept() {
        var organization = Api.organization("ecommerce");
        var file = """
                external_offer_id,name,category,lifecycle_stage,cost,industries,contact_limit,contact_limit_days
                A,"Ten, off",discount,growth,10.5,ecommerce|telecom,2,30
                B,Points,points,,,,,
                """;

        upload(organization, file, "dry_run", true)
                .then()
                .statusCode(200)
                .body("success", equalTo(true))
                .body("dry_run", equalTo(true))
                .body("added.external_offer_id", contains("A", "B"));
        Api.asAdmin().get(OFFERS + "/8", organization).then().statusCode(404);
        upload(organization, file).then().statusCode(200).body("added.offer_id", contains(8, 9));
        Api.asAdmin()
                .get(OFFERS + "/8", organization)
                .then()
                .statusCode(200)
                .body("name", equalTo("Ten, off"))
                .body("cost", equalTo(10.50f))
                .body("industries", contains("ecommerce", "telecom"))
                .body("contact_limit.days", equalTo(30))
                .body("external_system", equalTo("csv"));
        upload(organization, file).then().statusCode(200).body("added", empty()).body("unchanged", equalTo(2));

        upload(organization, file.replace("10.5", "11").replace(",", ";").replace("Ten; off", "Ten, off"))
                .then()
                .statusCode(200)
                .body("changed", hasSize(1))
                .body("changed[0].after", equalTo(Map.of("cost", 11.0f)));
        upload(organization, "external_offer_id,name\nC,Else\n", "system", "agency")
                .then()
                .statusCode(200)
                .body("deactivated", empty());
    }

    @Test
    void anOfferOfAFileThatContradictsItselfIsTheFaultOfTheFile() {
        var organization = Api.organization("ecommerce");
        upload(organization, "external_offer_id,name,min_customer_value,max_customer_value\nA,One,10,5\n")
                .then()
                .statusCode(400)
                .body("type", equalTo("urn:perennial:problem:invalid-file"))
                .body("errors.field", contains("min_customer_value"));
        upload(organization, "external_offer_id,name\nA,One\nB,Two\nC,Three\n")
                .then()
                .statusCode(200);
        upload(organization, "external_offer_id,name\nA,One\n")
                .then()
                .statusCode(400)
                .body("type", equalTo("urn:perennial:problem:invalid-file"))
                .body("detail", containsString("2 of its 3 offers no more"));
    }

    @Test
    void aFileIsNotReadPastWhatOneMayHold() {
        var file = new OfferFile(new ObjectMapper(), new FastSync());
        var longest = "external_offer_id,name\nA," + "x".repeat(1_000 - 25);
        assertThat(longest).hasSize(1_000);
        assertThat(file.read(new ByteArrayInputStream(longest.getBytes(StandardCharsets.UTF_8)), "text/csv"))
                .hasSize(1);
        assertThatThrownBy(() -> file.read(
                        new ByteArrayInputStream((longest + "x").getBytes(StandardCharsets.UTF_8)), "text/csv"))
                .hasMessage("The file is larger than 1000 bytes");
    }

    @Test
    void whoUploadedIsRemembered() {
        var organization = Api.organization("ecommerce");
        Api.as(Api.key(organization, "operator"))
                .contentType("application/json")
                .body(List.of(Map.of("external_offer_id", "A", "name", "One", "cost", 3)))
                .post(OFFERS + "/upload", organization)
                .then()
                .statusCode(200);
        Api.asAdmin()
                .get(OFFERS + "/8/changes", organization)
                .then()
                .body("items.changed_by.role", contains("operator"))
                .body("items.action", contains("synced"));
    }

    @Test
    void aFileThatIsWrongChangesNothingAndSaysWhere() {
        var organization = Api.organization("ecommerce");

        upload(organization, "external_offer_id,name,cost,target_segment\nA,One,1,\nB,Two,-1,nobody\n")
                .then()
                .statusCode(400)
                .body("type", equalTo("urn:perennial:problem:invalid-file"))
                .body("errors.line", contains(2, 2))
                .body("errors.field", hasItems("cost", "target_segment"));
        upload(organization, "external_offer_id,name\n").then().statusCode(400);
        upload(organization, "external_offer_id,name\nA,\"open\n").then().statusCode(400);
        upload(organization, "external_offer_id,name\nA,x\n", "system", "Not A Name")
                .then()
                .statusCode(400);
        Api.asAdmin()
                .contentType("application/json")
                .body("[{\"external_offer_id\": ")
                .post(OFFERS + "/upload", organization)
                .then()
                .statusCode(400)
                .body("type", equalTo("urn:perennial:problem:invalid-file"));

        List<Integer> ids =
                Api.asAdmin().get(OFFERS, organization).then().extract().path("items.offer_id");
        assertThat(ids).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    }
}
