package io.perennial.outreach.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.perennial.outreach.message.Delivery;
import io.perennial.outreach.message.Listened;
import io.perennial.outreach.message.SentMessages;
import io.perennial.tenant.CustomerId;
import io.perennial.tenant.TenantDatabase;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.OwnerDatabase;
import io.perennial.testing.ServiceTest;

/** What happens when the links in messages are followed, by customers, by scanners and by others. */
@ServiceTest
class LinkResourceTest {

    private static final Duration WAIT = Duration.ofSeconds(30);

    @Inject
    Links links;

    @Inject
    LinkTokens tokens;

    @Inject
    LinkConfig config;

    @Inject
    TenantDatabase database;

    private UUID organization;
    private UUID customer;
    private UUID message;

    @BeforeEach
    void aMessageToACustomer() throws SQLException {
        organization = Api.organization("ecommerce");
        Api.upload(organization, "customers", "customer_id,email\nada,ada@example.com\n")
                .then()
                .statusCode(200);
        settings(Map.of("site_url", "https://harbor.example/account"));
        customer = CustomerId.of(organization, "ada");
        message = SentMessages.sent(organization, "ada", "email", Instant.now().minusSeconds(60));
    }

    private void settings(Map<String, Object> changes) {
        var path = "/api/v1/outreach/organizations/{org_id}/settings";
        Map<String, Object> settings = Api.asAdmin()
                .get(path, organization)
                .then()
                .statusCode(200)
                .extract()
                .path("$");
        settings.putAll(changes);
        Api.asAdmin()
                .contentType("application/json")
                .body(settings)
                .put(path, organization)
                .then()
                .statusCode(200);
    }

    private NewLink link(LinkKind kind, Duration validFor) {
        return new NewLink(
                organization,
                customer,
                message,
                kind,
                kind == LinkKind.ACTION ? "/billing/update" : null,
                Instant.now().plus(validFor));
    }

    private List<Link> make(NewLink... wanted) {
        return database.transaction(organization, transaction -> links.make(transaction, wanted))
                .await()
                .atMost(WAIT);
    }

    private String token(LinkKind kind) {
        return make(link(kind, Duration.ofDays(14))).get(0).token();
    }

    private static RequestSpecification visitor() {
        return Api.withoutKey().redirects().follow(false);
    }

    private static Response get(LinkKind kind, String token) {
        return visitor().get("/{folder}/{token}", String.valueOf(kind.folder()), token);
    }

    private String noted(String column) throws SQLException {
        return Database.text(
                "select (%s is not null)::text from outreach_messages where message_id = ?".formatted(column), message);
    }

    private String consent() throws SQLException {
        return Database.text(
                "select coalesce(max(channel || ' ' || status || ' ' || source), 'none') from contact_consents"
                        + " where organization_id = ?",
                organization);
    }

    @Test
    void linksAreMadeInOrderWithTheAddressCustomersReachTheServiceAt() {
        var made = make(
                link(LinkKind.ACTION, Duration.ofDays(14)),
                link(LinkKind.UNSUBSCRIBE, Duration.ofDays(14)),
                link(LinkKind.PIXEL, Duration.ofDays(14)));

        assertThat(made).extracting(Link::kind).containsExactly(LinkKind.ACTION, LinkKind.UNSUBSCRIBE, LinkKind.PIXEL);
        assertThat(made.get(0).url())
                .isEqualTo(config.publicUrl() + "/r/" + made.get(0).token());
        assertThat(made.get(1).url())
                .isEqualTo(config.publicUrl() + "/u/" + made.get(1).token());
        assertThat(made.get(2).url())
                .isEqualTo(config.publicUrl() + "/o/" + made.get(2).token());
        assertThat(made).extracting(Link::token).doesNotHaveDuplicates().allMatch(token -> token.length() == 28);
    }

    @Test
    void aLinkToActLeadsToTheSiteAndIsCountedOnce() throws SQLException {
        var token = token(LinkKind.ACTION);

        for (var i = 0; i < 2; i++) {
            get(LinkKind.ACTION, token)
                    .then()
                    .statusCode(302)
                    .header("Location", "https://harbor.example/account/billing/update?case=" + SentMessages.THREAD)
                    .header("Cache-Control", "no-store")
                    .header("Referrer-Policy", "no-referrer");
        }

        assertThat(noted("clicked_at")).isEqualTo("true");
        assertThat(noted("opened_at")).isEqualTo("true");
        assertThat(Database.number(
                        "select count(*) from message_outcomes where message_id = ? and clicked_at = opened_at",
                        message))
                .isEqualTo(1);
        assertThat(Listened.of(message)).singleElement().satisfies(delivery -> {
            assertThat(delivery.kind()).isEqualTo(Delivery.Kind.CLICKED);
            assertThat(delivery.customer()).isEqualTo(customer);
            assertThat(delivery.thread()).isEqualTo(SentMessages.THREAD);
            assertThat(delivery.place()).isEqualTo(2);
            assertThat(delivery.channel()).isEqualTo("email");
        });
    }

    @Test
    void lookingAheadIsNotCounted() throws SQLException {
        var token = token(LinkKind.ACTION);

        visitor().head("/r/{token}", token).then().statusCode(302);
        visitor()
                .header("Sec-Purpose", "prefetch;prerender")
                .get("/r/{token}", token)
                .then()
                .statusCode(302);
        visitor().head("/o/{token}", token(LinkKind.PIXEL)).then().statusCode(200);

        assertThat(noted("clicked_at")).isEqualTo("false");
        assertThat(noted("opened_at")).isEqualTo("false");
    }

    @Test
    void nothingIsCountedWhereTheOrganizationDoesNotWantIt() throws SQLException {
        settings(Map.of("track_clicks", false, "track_opens", false));

        get(LinkKind.ACTION, token(LinkKind.ACTION)).then().statusCode(302);
        get(LinkKind.PIXEL, token(LinkKind.PIXEL)).then().statusCode(200);

        assertThat(noted("clicked_at")).isEqualTo("false");
        assertThat(noted("opened_at")).isEqualTo("false");
        assertThat(Listened.of(message)).isEmpty();
    }

    @Test
    void thePictureIsOnePointAndTellsThatTheMessageIsOpened() throws SQLException {
        var token = token(LinkKind.PIXEL);

        var picture = get(LinkKind.PIXEL, token)
                .then()
                .statusCode(200)
                .contentType("image/gif")
                .header("Cache-Control", "no-store")
                .extract()
                .asByteArray();

        assertThat(Arrays.copyOf(picture, 10)).isEqualTo(new byte[] {'G', 'I', 'F', '8', '9', 'a', 1, 0, 1, 0});
        assertThat(noted("opened_at")).isEqualTo("true");
        assertThat(noted("clicked_at")).isEqualTo("false");
        assertThat(Listened.of(message)).extracting(Delivery::kind).containsExactly(Delivery.Kind.OPENED);
    }

    @Test
    void lookingAtThePageToUnsubscribeChangesNothing() throws SQLException {
        var token = token(LinkKind.UNSUBSCRIBE);
        var before = OwnerDatabase.rowsOf(organization);

        for (var i = 0; i < 3; i++) {
            var page = get(LinkKind.UNSUBSCRIBE, token)
                    .then()
                    .statusCode(200)
                    .contentType("text/html; charset=UTF-8")
                    .header("Cache-Control", "no-store")
                    .header("Content-Security-Policy", containsString("default-src 'none'"))
                    .extract()
                    .asString();
            var document = Jsoup.parse(page);
            assertThat(document.select("form").attr("method")).isEqualTo("post");
            assertThat(document.select("button").text()).isEqualTo("Unsubscribe");
            assertThat(document.select("script, img, link, iframe")).isEmpty();
        }
        visitor().head("/u/{token}", token).then().statusCode(200);

        assertThat(OwnerDatabase.rowsOf(organization)).isEqualTo(before);
        assertThat(consent()).isEqualTo("none");
    }

    @Test
    void oneClickRefusesEmail() throws SQLException {
        var token = token(LinkKind.UNSUBSCRIBE);

        for (var i = 0; i < 2; i++) {
            visitor()
                    .contentType("application/x-www-form-urlencoded")
                    .body("List-Unsubscribe=One-Click")
                    .post("/u/{token}", token)
                    .then()
                    .statusCode(200)
                    .body(containsString("You are unsubscribed"));
        }

        assertThat(consent()).isEqualTo("email refused one_click");
    }

    @Test
    void oneClickMayComeAsAFormOfSeveralParts() throws SQLException {
        visitor()
                .multiPart("List-Unsubscribe", "One-Click")
                .post("/u/{token}", token(LinkKind.UNSUBSCRIBE))
                .then()
                .statusCode(200);

        assertThat(consent()).isEqualTo("email refused one_click");
    }

    @Test
    void theButtonOfThePageRefusesEmail() throws SQLException {
        var token = token(LinkKind.UNSUBSCRIBE);
        var action = Jsoup.parse(get(LinkKind.UNSUBSCRIBE, token).asString())
                .select("form")
                .attr("action");

        visitor()
                .contentType("application/x-www-form-urlencoded")
                .post("/u/" + token + action)
                .then()
                .statusCode(200);

        assertThat(consent()).isEqualTo("email refused unsubscribe_link");
    }

    @Test
    void aLinkToUnsubscribeIsGoodForSixtyDaysAtLeast() throws SQLException {
        make(link(LinkKind.UNSUBSCRIBE, Duration.ofDays(1)), link(LinkKind.ACTION, Duration.ofDays(1)));

        assertThat(Database.text(
                        "select string_agg(kind || ' ' || round(extract(epoch from expires_at - created_at) / 86400),"
                                + " ', ' order by kind) from outreach_links where organization_id = ?",
                        organization))
                .isEqualTo("action 1, unsubscribe 60");
    }

    @ParameterizedTest
    @EnumSource(LinkKind.class)
    void whatWasNotSignedHereIsNoLinkAndChangesNothing(LinkKind kind) {
        var token = token(kind);
        var other = token(LinkKind.values()[(kind.ordinal() + 1) % LinkKind.values().length]);
        var before = OwnerDatabase.rowsOf(organization);
        var first = token.charAt(0) == 'A' ? 'B' : 'A';
        var last = token.charAt(27) == 'A' ? 'B' : 'A';

        for (var forged : List.of(
                "A".repeat(28),
                first + token.substring(1),
                token.substring(0, 27) + last,
                token.substring(0, 27),
                token + "A",
                "x",
                "'; drop table outreach_links; --")) {
            get(kind, forged).then().statusCode(404).body(not(containsString("Test")));
            visitor().post("/u/{token}", forged).then().statusCode(404).body(not(containsString("Test")));
        }
        get(kind, other).then().statusCode(404);

        assertThat(OwnerDatabase.rowsOf(organization)).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(LinkKind.class)
    void whatHasExpiredIsGoodForNothing(LinkKind kind) throws SQLException {
        var token = token(kind);
        Database.execute(
                "update outreach_links set expires_at = now() where organization_id = '%s'".formatted(organization));
        var before = OwnerDatabase.rowsOf(organization);

        var answer = get(kind, token);
        visitor().post("/u/{token}", token).then().statusCode(kind == LinkKind.UNSUBSCRIBE ? 410 : 404);

        if (kind == LinkKind.PIXEL) {
            answer.then().statusCode(200).contentType("image/gif");
        } else {
            answer.then().statusCode(410).body(containsString("This link has expired"));
        }
        assertThat(OwnerDatabase.rowsOf(organization)).isEqualTo(before);
    }

    @Test
    void aLinkThatIsForgottenOrWhoseCustomerWasErasedHasExpired() throws SQLException {
        var token = token(LinkKind.UNSUBSCRIBE);
        Api.asAdmin().delete("/api/v1/customers/{customer_id}", customer).then().statusCode(204);

        get(LinkKind.UNSUBSCRIBE, token).then().statusCode(410);
        visitor().post("/u/{token}", token).then().statusCode(410);

        assertThat(consent()).isEqualTo("none");
    }

    @Test
    void linksAreForgottenAMonthAfterTheyHaveExpired() throws SQLException {
        var kept = token(LinkKind.ACTION);
        var gone = make(link(LinkKind.ACTION, Duration.ofDays(-31))).get(0).token();

        links.forget().await().atMost(WAIT);

        get(LinkKind.ACTION, kept).then().statusCode(302);
        assertThat(Database.number("select count(*) from outreach_links where organization_id = ?", organization))
                .isEqualTo(1);
        get(LinkKind.ACTION, gone).then().statusCode(410);
    }

    @Test
    void withoutASiteThePageSaysWhereToGo() {
        Api.asAdmin()
                .contentType("application/json")
                .body(Map.of(
                        "quiet_hours",
                        Map.of("from", "21:00", "until", "08:00", "channels", List.of()),
                        "messages_per_day",
                        3,
                        "messages_per_week",
                        8,
                        "needs_consent",
                        List.of(),
                        "support_contact",
                        "<care@harbor.example>",
                        "track_opens",
                        true,
                        "track_clicks",
                        true))
                .put("/api/v1/outreach/organizations/{org_id}/settings", organization)
                .then()
                .statusCode(200);

        get(LinkKind.ACTION, token(LinkKind.ACTION))
                .then()
                .statusCode(200)
                .body(containsString("Please sign in to your account with Test to go on."))
                .body(containsString("Questions? &lt;care@harbor.example&gt;"));
    }

    @Test
    void thePageIsInTheLanguageOfTheCustomerOrElseOfTheBrowser() {
        var token = token(LinkKind.UNSUBSCRIBE);
        visitor()
                .header("Accept-Language", "fr-CH, de;q=0.9, en;q=0.8")
                .get("/u/{token}", token)
                .then()
                .body("html.@lang", equalTo("de"))
                .body(containsString("Test schreibt Ihnen"));
        visitor()
                .header("Accept-Language", "not a language;;;")
                .get("/u/{token}", token)
                .then()
                .body("html.@lang", equalTo("en"));

        Api.upload(organization, "customers", "customer_id,language\nada,de_AT\n")
                .then()
                .statusCode(200);
        visitor()
                .header("Accept-Language", "en")
                .get("/u/{token}", token)
                .then()
                .body("html.@lang", equalTo("de"))
                .body(containsString("Abmelden"));
    }

    @Test
    void whatAnOrganizationIsCalledIsTextAndNothingElse() {
        Api.asAdmin()
                .contentType("application/json")
                .body(Map.of(
                        "name", "<script>alert(1)</script>{customer}",
                        "org_type", "ecommerce",
                        "currency", "EUR",
                        "timezone", "UTC"))
                .put("/api/v1/organizations/{org_id}", organization)
                .then()
                .statusCode(200);

        var page = Jsoup.parse(
                get(LinkKind.UNSUBSCRIBE, token(LinkKind.UNSUBSCRIBE)).asString());

        assertThat(page.select("script")).isEmpty();
        assertThat(page.select(".company").text()).isEqualTo("<script>alert(1)</script>{customer}");
    }

    @Test
    void manyVisitsAtOnceAreAllAnsweredAndCountedOnce() throws SQLException {
        var token = token(LinkKind.ACTION);

        var statuses = IntStream.range(0, 200)
                .parallel()
                .mapToObj(i -> get(LinkKind.ACTION, token).statusCode())
                .distinct()
                .toList();

        assertThat(statuses).containsExactly(302);
        assertThat(Listened.of(message)).hasSize(1);
    }

    @Test
    void aMadeUpTokenNeverReachesTheDatabase() {
        var resource = new LinkResource(tokens, null, new Pages(), null);
        var visitor = new LinkResource.Visitor();
        visitor.token = "A".repeat(28);

        assertThat(resource.follow(visitor).await().atMost(WAIT).getStatus()).isEqualTo(404);
        assertThat(resource.open(visitor).await().atMost(WAIT).getStatus()).isEqualTo(404);
        assertThat(resource.askToUnsubscribe(visitor).await().atMost(WAIT).getStatus())
                .isEqualTo(404);
        assertThat(resource.unsubscribe(visitor, null).await().atMost(WAIT).getStatus())
                .isEqualTo(404);
    }
}
