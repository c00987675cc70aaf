package io.perennial.outreach.contact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

/** Settings, consents, devices and suppressions, as the API takes and shows them. */
@ServiceTest
class ContactResourceTest {

    private static final String SETTINGS = "/api/v1/outreach/organizations/{org_id}/settings";
    private static final String SUPPRESSIONS = "/api/v1/outreach/organizations/{org_id}/suppressions";
    private static final String CONSENTS = "/api/v1/outreach/customers/{customer_id}/consents";
    private static final String DEVICES = "/api/v1/outreach/customers/{customer_id}/devices";

    private UUID organization;
    private String key;

    @BeforeEach
    void anOrganizationWithACustomer() {
        organization = Api.organization("ecommerce");
        key = Api.key(organization, "admin");
        Api.upload(organization, "customers", "customer_id,email\nada,ada@example.com\ngrace,grace@example.com\n")
                .then()
                .statusCode(200);
    }

    private Map<String, Object> settings() {
        return new HashMap<>(Api.as(key)
                .get(SETTINGS, organization)
                .then()
                .statusCode(200)
                .extract()
                .<Map<String, Object>>path("$"));
    }

    private Response put(String path, Object id, Object body) {
        return Api.as(key).contentType("application/json").body(body).put(path, id);
    }

    private Response post(String path, Object id, Object body) {
        return Api.as(key).contentType("application/json").body(body).post(path, id);
    }

    @Test
    void everyOrganizationBeginsWithTheSameSettings() {
        assertThat(settings())
                .isEqualTo(Map.of(
                        "quiet_hours",
                        Map.of("from", "21:00", "until", "08:00", "channels", List.of("sms", "push", "phone")),
                        "messages_per_day",
                        3,
                        "messages_per_week",
                        8,
                        "needs_consent",
                        List.of("sms"),
                        "track_opens",
                        true,
                        "track_clicks",
                        true));
    }

    @Test
    void settingsThatWereReplacedAreThereAfterwards() {
        var settings = settings();
        settings.put("site_url", "https://harbor.example:8443/shop");
        settings.put("sender_name", "Harbor Outfitters");
        settings.put("reply_to", "care@harbor.example");
        settings.put("messages_per_week", 5);
        settings.put("quiet_hours", Map.of("from", "22:30", "until", "07:15", "channels", List.of("email")));

        put(SETTINGS, organization, settings).then().statusCode(200);

        assertThat(settings()).isEqualTo(settings);
    }

    @ParameterizedTest
    @CsvSource({
        "site_url, javascript:alert(1)",
        "site_url, //harbor.example",
        "site_url, https://harbor.example/",
        "site_url, https://somebody@harbor.example",
        "site_url, https://harbor.example?to=elsewhere",
        "sender_address, not a mailbox",
        "messages_per_day, 0",
        "messages_per_week, 101",
        "track_opens,",
        "needs_consent,",
        "quiet_hours,",
    })
    void settingsThatMakeNoSenseAreRefused(String field, String value) {
        var settings = settings();
        settings.put(field, value);

        put(SETTINGS, organization, settings)
                .then()
                .statusCode(400)
                .body("type", equalTo("urn:perennial:problem:invalid-request"))
                .body("detail", containsString(field));
    }

    @Test
    void aNameCannotBringAnotherHeaderIntoAnEmail() {
        var settings = settings();
        settings.put("sender_name", "Harbor\r\nBcc: everybody@example.com");

        put(SETTINGS, organization, settings).then().statusCode(400).body(containsString("must be one line"));
    }

    @Test
    void whatACustomerSaysIsKeptAndTheRestStaysAsItIs() {
        put(CONSENTS, "ada", Map.of("email", "refused", "sms", "granted", "source", "preference_center"))
                .then()
                .statusCode(200)
                .body("do_not_contact", equalTo(false))
                .body("email.status", equalTo("refused"))
                .body("email.source", equalTo("preference_center"))
                .body("push", nullValue());
        var noted = Api.as(key).get(CONSENTS, "ada").then().extract().<String>path("sms.noted_at");

        put(CONSENTS, "ada", Map.of("do_not_contact", true, "phone", "refused", "sms", "granted"))
                .then()
                .statusCode(200);

        Api.as(key)
                .get(CONSENTS, "ada")
                .then()
                .statusCode(200)
                .body("do_not_contact", equalTo(true))
                .body("email.status", equalTo("refused"))
                .body("phone.source", equalTo("api"))
                // Said again, it is still known since when.
                .body("sms.noted_at", equalTo(noted))
                .body("sms.source", equalTo("preference_center"));
        Api.as(key).get(CONSENTS, "grace").then().statusCode(200).body("email", nullValue());
    }

    @Test
    void whatIsSaidAboutNobodyOrWithOtherWordsIsRefused() {
        put(CONSENTS, "nobody", Map.of("email", "refused"))
                .then()
                .statusCode(404)
                .body("type", equalTo("urn:perennial:problem:unknown-customer"));
        put(CONSENTS, "ada", Map.of("email", "maybe"))
                .then()
                .statusCode(400)
                .body(containsString("must be one of granted, refused"));
        put(CONSENTS, "ada", Map.of("email", "granted", "source", "Said So"))
                .then()
                .statusCode(400);
        Api.as(Api.key(organization, "viewer"))
                .contentType("application/json")
                .body(Map.of("email", "granted"))
                .put(CONSENTS, "ada")
                .then()
                .statusCode(403);
    }

    @Test
    void aDeviceBelongsToWhoeverRegisteredItLast() {
        post(DEVICES, "ada", Map.of("token", "phone-1")).then().statusCode(200).body("token", equalTo("phone-1"));
        post(DEVICES, "ada", Map.of("token", "phone-2")).then().statusCode(200);
        post(DEVICES, "grace", Map.of("token", "phone-1")).then().statusCode(200);

        Api.as(key).get(DEVICES, "ada").then().body("token", equalTo(List.of("phone-2")));
        Api.as(key).get(DEVICES, "grace").then().body("token", equalTo(List.of("phone-1")));

        Api.as(key)
                .queryParam("token", "phone-2")
                .delete(DEVICES, "grace")
                .then()
                .statusCode(204);
        Api.as(key).get(DEVICES, "ada").then().body("token", hasSize(1));
        Api.as(key).queryParam("token", "phone-2").delete(DEVICES, "ada").then().statusCode(204);
        Api.as(key).get(DEVICES, "ada").then().body("token", hasSize(0));
    }

    @Test
    void theDeviceRegisteredLongestAgoMakesRoomForTheTwentyFirst() {
        for (var i = 1; i <= 21; i++) {
            post(DEVICES, "ada", Map.of("token", "phone-" + i)).then().statusCode(200);
        }

        List<String> tokens = Api.as(key).get(DEVICES, "ada").then().extract().path("token");

        assertThat(tokens).hasSize(20).startsWith("phone-21", "phone-20").doesNotContain("phone-1");
    }

    @Test
    void aDeviceThatComesBackIsWrittenToAgain() {
        post(SUPPRESSIONS, organization, Map.of("channel", "push", "address", "phone-1"))
                .then()
                .statusCode(200);

        post(DEVICES, "ada", Map.of("token", "phone-1")).then().statusCode(200);

        Api.as(key).get(SUPPRESSIONS, organization).then().body("items", hasSize(0));
    }

    @Test
    void ofASuppressedAddressOnlyTheHashIsKept() throws SQLException {
        var suppressed = post(SUPPRESSIONS, organization, Map.of("channel", "email", "address", " Test@Example.com "));
        suppressed
                .then()
                .statusCode(200)
                // printf test@example.com | sha256sum
                .body("address_hash", equalTo("973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b"))
                .body("reason", equalTo("by_hand"));

        assertThat(Database.text(
                                "select to_jsonb(s)::text from suppressed_addresses s where organization_id = ?",
                                organization)
                        .toLowerCase())
                .doesNotContain("example.com");
        Api.as(key)
                .queryParam("channel", "email")
                .queryParam("address", "TEST@example.com")
                .get(SUPPRESSIONS, organization)
                .then()
                .statusCode(200)
                .body("items", hasSize(1));
        Api.as(key)
                .queryParam("channel", "email")
                .queryParam("address", "other@example.com")
                .get(SUPPRESSIONS, organization)
                .then()
                .body("items", hasSize(0));
        Api.as(key)
                .queryParam("channel", "email")
                .queryParam("address", "test@EXAMPLE.com")
                .delete(SUPPRESSIONS, organization)
                .then()
                .statusCode(204);
        Api.as(key).get(SUPPRESSIONS, organization).then().body("items", hasSize(0));
    }

    @Test
    void suppressionsComeInPages() {
        for (var i = 0; i < 5; i++) {
            post(SUPPRESSIONS, organization, Map.of("channel", i < 3 ? "email" : "sms", "address", "+" + i + "@a"))
                    .then()
                    .statusCode(200);
        }

        var first = Api.as(key)
                .queryParam("limit", 3)
                .get(SUPPRESSIONS, organization)
                .then()
                .extract();
        var second = Api.as(key)
                .queryParam("limit", 3)
                .queryParam("after", first.<String>path("next"))
                .get(SUPPRESSIONS, organization)
                .then()
                .extract();

        assertThat(first.<List<String>>path("items.channel")).containsExactly("email", "email", "email");
        assertThat(second.<List<String>>path("items.channel")).containsExactly("sms", "sms");
        assertThat(first.<List<String>>path("items.address_hash"))
                .isSorted()
                .doesNotContainAnyElementsOf(second.<List<String>>path("items.address_hash"));
        Api.as(key)
                .queryParam("after", "x")
                .get(SUPPRESSIONS, organization)
                .then()
                .statusCode(400);
        Api.as(key)
                .queryParam("address", "x")
                .get(SUPPRESSIONS, organization)
                .then()
                .statusCode(400);
        post(SUPPRESSIONS, organization, Map.of("channel", "phone", "address", "+1"))
                .then()
                .statusCode(400)
                .body("detail", not(containsString("+1")));
    }

    @Test
    void aRequestThatIsRepeatedWithItsKeyIsAnsweredTheSame() {
        for (var i = 0; i < 2; i++) {
            Api.as(key)
                    .header("Idempotency-Key", "device-1")
                    .contentType("application/json")
                    .body(Map.of("token", "phone-1"))
                    .post(DEVICES, "ada")
                    .then()
                    .statusCode(200);
        }
        Api.as(key)
                .header("Idempotency-Key", "device-1")
                .contentType("application/json")
                .body(Map.of("token", "phone-2"))
                .post(DEVICES, "ada")
                .then()
                .statusCode(422);
    }
}
