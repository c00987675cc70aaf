package io.perennial.offers.sync;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.perennial.offers.sync.Connector.Fetched;
import io.perennial.offers.sync.SourceDescription.Auth;
import io.perennial.offers.sync.SourceFailure.Kind;

class RestConnectorTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Vertx VERTX = Vertx.vertx();
    private static final UUID ORGANIZATION = UUID.fromString("6f1c2b1e-0d51-4c58-9c7e-3f0d9f6a2b10");
    private static final String OTHERS = "00000000-0000-0000-0000-000000000001";
    private static final Map<String, String> ENVIRONMENT = Map.ofEntries(
            Map.entry("PERENNIAL_OFFERS_SECRET_TEST", "s3cret"),
            Map.entry("PERENNIAL_OFFERS_SECRET_TEST_HOST", "localhost"),
            Map.entry("PERENNIAL_OFFERS_SECRET_TEST_ORGANIZATIONS", OTHERS + ", " + ORGANIZATION),
            Map.entry("PERENNIAL_OFFERS_SECRET_OTHER", "for another host"),
            Map.entry("PERENNIAL_OFFERS_SECRET_OTHER_HOST", "crm.example.com"),
            Map.entry("PERENNIAL_OFFERS_SECRET_OTHER_ORGANIZATIONS", ORGANIZATION.toString()),
            Map.entry("PERENNIAL_OFFERS_SECRET_ANY", "for no host"),
            Map.entry("PERENNIAL_OFFERS_SECRET_ANY_ORGANIZATIONS", ORGANIZATION.toString()),
            Map.entry("PERENNIAL_OFFERS_SECRET_THEIRS", "of another organization"),
            Map.entry("PERENNIAL_OFFERS_SECRET_THEIRS_HOST", "localhost"),
            Map.entry("PERENNIAL_OFFERS_SECRET_THEIRS_ORGANIZATIONS", OTHERS),
            Map.entry("PERENNIAL_OFFERS_SECRET_NOBODYS", "of no organization"),
            Map.entry("PERENNIAL_OFFERS_SECRET_NOBODYS_HOST", "localhost"),
            Map.entry("PERENNIAL_ADMIN_KEY", "never sent anywhere"),
            Map.entry("PERENNIAL_ADMIN_KEY_HOST", "localhost"),
            Map.entry("PERENNIAL_ADMIN_KEY_ORGANIZATIONS", ORGANIZATION.toString()));

    @RegisterExtension
    private static final WireMockExtension SERVER =
            WireMockExtension.newInstance().options(options().dynamicPort()).build();

    @AfterAll
    static void stop() {
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    private static RestConnector connector(SyncConfig config) {
        var addresses = new Addresses(config);
        var environment = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(ENVIRONMENT, "environment", 100))
                .build();
        return new RestConnector(
                new PageClient(VERTX, addresses, config),
                addresses,
                new Secrets(environment),
                config,
                new ObjectMapper());
    }

    private static SourceDescription source(String path, Paging paging, Auth auth, String secret) {
        return new SourceDescription(
                path.startsWith("http") ? path : "http://localhost:" + SERVER.getPort() + path,
                paging,
                Map.of("external_offer_id", "/id", "name", "/name"),
                auth,
                auth == Auth.BASIC ? "perennial" : null,
                secret,
                null,
                true);
    }

    private static Paging whole() {
        return new Paging(Paging.Kind.NONE, null, null, null, null, null, null, null, null, null);
    }

    private static Paging numbered(String totalPages, String totalItems) {
        return new Paging(Paging.Kind.PAGE, "/data", "page", 1, totalPages, "size", 2, totalItems, null, null);
    }

    private static Paging cursors() {
        return new Paging(Paging.Kind.CURSOR, "/records", null, null, null, null, null, null, "cursor", "/next");
    }

    private static Paging links() {
        return new Paging(Paging.Kind.LINK, null, null, null, null, null, null, null, null, null);
    }

    private static Fetched fetch(Paging paging) {
        return fetch(new FastSync(), source("/offers", paging, Auth.NONE, null), null);
    }

    private static Fetched fetch(SyncConfig config, SourceDescription source, String etag) {
        return connector(config)
                .fetch(ORGANIZATION, "test", source, etag)
                .await()
                .atMost(PATIENCE);
    }

    private static void assertFails(Paging paging, Kind kind, String reason) {
        assertFails(new FastSync(), source("/offers", paging, Auth.NONE, null), kind, reason);
    }

    private static void assertFails(SyncConfig config, SourceDescription source, Kind kind, String reason) {
        assertThatThrownBy(() -> fetch(config, source, null))
                .isInstanceOfSatisfying(
                        SourceFailure.class,
                        failure -> assertThat(failure.kind()).isEqualTo(kind))
                .hasMessageContaining(reason);
    }

    private static void answer(ResponseDefinitionBuilder response) {
        SERVER.stubFor(get(urlPathEqualTo("/offers")).willReturn(response));
    }

    private static MappingBuilder page(String parameter, String value) {
        return get(urlPathEqualTo("/offers")).withQueryParam(parameter, equalTo(value));
    }

    private static List<String> ids(Fetched fetched) {
        return fetched.items().stream().map(item -> item.path("id").asText()).toList();
    }

    @Test
    void aListIsReadAsItIsWithDecimalsAsDecimals() {
        answer(okJson("[{\"id\": 7, \"cost\": 0.1}, {\"id\": \"b\"}]").withHeader("ETag", "\"v1\""));

        var fetched = fetch(whole());

        assertThat(ids(fetched)).containsExactly("7", "b");
        assertThat(fetched.items().get(0).path("cost").decimalValue()).isEqualTo("0.1");
        assertThat(fetched.etag()).isEqualTo("\"v1\"");
        assertThat(fetched.notModified()).isFalse();
    }

    @Test
    void pagesByNumberAreReadToTheLastOfThem() {
        for (var number = 1; number <= 3; number++) {
            SERVER.stubFor(page("page", String.valueOf(number))
                    .withQueryParam("size", equalTo("2"))
                    .willReturn(okJson("""
                            {"data": [{"id": "%d"}], "meta": {"pages": 3, "total": 3}}""".formatted(number)).withHeader("ETag", "\"of page %d\"".formatted(number))));
        }

        var fetched = fetch(numbered("/meta/pages", "/meta/total"));

        assertThat(ids(fetched)).containsExactly("1", "2", "3");
        assertThat(fetched.etag())
                .as("a first page does not tell of the others")
                .isNull();
    }

    @Test
    void pagesByNumberWithoutATotalEndWithAnEmptyOne() {
        SERVER.stubFor(page("page", "1").willReturn(okJson("{\"data\": [{\"id\": \"1\"}]}")));
        SERVER.stubFor(page("page", "2").willReturn(okJson("{\"data\": []}")));

        assertThat(ids(fetch(numbered(null, null)))).containsExactly("1");
    }

    @Test
    void cursorsAreFollowedAndEscaped() {
        answer(okJson("{\"records\": [{\"id\": \"1\"}], \"next\": \"a&b=c\"}"));
        SERVER.stubFor(page("cursor", "a&b=c").willReturn(okJson("{\"records\": [{\"id\": \"2\"}], \"next\": null}")));

        assertThat(ids(fetch(cursors()))).containsExactly("1", "2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "</offers?at=2>; rel=\"next\"",
                "</offers?at=0>; rel=\"prev\", <?at=2>; rel=next",
                "</offers?at=9>; rel=\"last\", </offers?at=2>; title=\"more\"; rel=\"next\""
            })
    void linksAreFollowed(String link) {
        answer(okJson("[{\"id\": \"1\"}]").withHeader("Link", link));
        SERVER.stubFor(page("at", "2").willReturn(okJson("[{\"id\": \"2\"}]")));

        assertThat(ids(fetch(links()))).containsExactly("1", "2");
    }

    @Test
    void aLinkToAnotherHostIsNotFollowed() {
        answer(okJson("[{\"id\": \"1\"}]").withHeader("Link", "<http://elsewhere.example/offers>; rel=\"next\""));

        assertFails(links(), Kind.LASTING, "another host");
    }

    @Test
    void whatHasNotChangedIsNotReadAgain() {
        SERVER.stubFor(get(urlPathEqualTo("/offers"))
                .withHeader("If-None-Match", equalTo("\"v1\""))
                .willReturn(aResponse().withStatus(304)));

        var fetched = fetch(new FastSync(), source("/offers", whole(), Auth.NONE, null), "\"v1\"");

        assertThat(fetched.notModified()).isTrue();
        assertThat(fetched.items()).isEmpty();
        assertThat(fetched.etag()).isEqualTo("\"v1\"");
    }

    @Test
    void nothingChangedIsNoAnswerToWhomHasNothing() {
        answer(aResponse().withStatus(304));

        assertFails(whole(), Kind.LASTING, "304");
    }

    @Test
    void theSecretIsSentAsTheSourceWantsIt() {
        answer(okJson("[]"));

        fetch(new FastSync(), source("/offers", whole(), Auth.BEARER, "PERENNIAL_OFFERS_SECRET_TEST"), null);
        SERVER.verify(getRequestedFor(urlPathEqualTo("/offers")).withHeader("Authorization", equalTo("Bearer s3cret")));
        SERVER.resetRequests();
        fetch(new FastSync(), source("/offers", whole(), Auth.BASIC, "PERENNIAL_OFFERS_SECRET_TEST"), null);
        SERVER.verify(getRequestedFor(urlPathEqualTo("/offers"))
                .withHeader("Authorization", equalTo("Basic cGVyZW5uaWFsOnMzY3JldA==")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PERENNIAL_OFFERS_SECRET_MISSING",
                "PERENNIAL_OFFERS_SECRET_OTHER",
                "PERENNIAL_OFFERS_SECRET_ANY",
                "PERENNIAL_OFFERS_SECRET_THEIRS",
                "PERENNIAL_OFFERS_SECRET_NOBODYS",
                "PERENNIAL_ADMIN_KEY"
            })
    void aSecretThatIsNotThereOrNotForThisHostAndOrganizationIsNotSent(String reference) {
        answer(okJson("[]"));

        assertFails(new FastSync(), source("/offers", whole(), Auth.BEARER, reference), Kind.OURS, reference);
        SERVER.verify(0, getRequestedFor(urlPathEqualTo("/offers")));
    }

    @Test
    void withoutAuthenticationTheSourceRefusesAndIsNotAskedTwice() {
        answer(aResponse().withStatus(401));

        assertFails(whole(), Kind.LASTING, "does not accept the authentication");
        SERVER.verify(1, getRequestedFor(urlPathEqualTo("/offers")));
    }

    @Test
    void aSourceThatIsBackInAMomentIsReadNevertheless() {
        SERVER.stubFor(get(urlPathEqualTo("/offers"))
                .inScenario("recovering")
                .whenScenarioStateIs("Started")
                .willReturn(aResponse().withStatus(503))
                .willSetStateTo("resetting"));
        SERVER.stubFor(get(urlPathEqualTo("/offers"))
                .inScenario("recovering")
                .whenScenarioStateIs("resetting")
                .willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER))
                .willSetStateTo("well"));
        SERVER.stubFor(get(urlPathEqualTo("/offers"))
                .inScenario("recovering")
                .whenScenarioStateIs("well")
                .willReturn(okJson("[{\"id\": \"1\"}]")));

        assertThat(ids(fetch(whole()))).containsExactly("1");
    }

    @Test
    void aSourceThatStaysDownIsGivenUp() {
        answer(aResponse().withStatus(500));

        assertFails(whole(), Kind.PASSING, "500");
        SERVER.verify(3, getRequestedFor(urlPathEqualTo("/offers")));
    }

    @Test
    void aSourceThatNobodyListensAtCannotBeReached() {
        assertFails(
                new FastSync(),
                source("http://localhost:1/offers", whole(), Auth.NONE, null),
                Kind.PASSING,
                "localhost cannot be reached");
    }

    @Test
    void aSlowSourceIsGivenUp() {
        answer(okJson("[]").withFixedDelay(60_000));
        var impatient = new FastSync() {
            @Override
            public Duration pageTimeLimit() {
                return Duration.ofMillis(100);
            }
        };

        assertFails(
                impatient, source("/offers", whole(), Auth.NONE, null), Kind.PASSING, "did not answer within 100 ms");
    }

    @Test
    void aSourceThatDripsIsGivenUpToo() {
        answer(okJson("[]").withChunkedDribbleDelay(2, 60_000));
        var impatient = new FastSync() {
            @Override
            public Duration pageTimeLimit() {
                return Duration.ofMillis(100);
            }
        };

        assertFails(
                impatient, source("/offers", whole(), Auth.NONE, null), Kind.PASSING, "did not answer within 100 ms");
    }

    @Test
    void moreThanEnoughIsNotRead() {
        answer(okJson("[\"" + "x".repeat(200_000) + "\"]"));

        assertFails(whole(), Kind.LASTING, "more than 100000 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>We are down</html>", "[{\"id\": 1", "", "{\"offers\": []}", "null", "\"[]\""})
    void garbageIsNoListOfOffers(String garbage) {
        answer(okJson(garbage));

        assertFails(whole(), Kind.LASTING, "sent a");
    }

    @Test
    void aBrokenAnswerIsNoAnswer() {
        answer(aResponse().withFault(Fault.MALFORMED_RESPONSE_CHUNK));
        assertThatThrownBy(() -> fetch(whole())).isInstanceOf(SourceFailure.class);
        answer(aResponse().withFault(Fault.RANDOM_DATA_THEN_CLOSE));
        assertThatThrownBy(() -> fetch(whole())).isInstanceOf(SourceFailure.class);
    }

    @Test
    void aSourceMayNotHaveFewerPagesThanItSays() {
        SERVER.stubFor(page("page", "1").willReturn(okJson("{\"data\": [{\"id\": \"1\"}], \"pages\": 3}")));
        SERVER.stubFor(page("page", "2").willReturn(okJson("{\"data\": [], \"pages\": 3}")));
        assertFails(numbered("/pages", null), Kind.LASTING, "says that it has 3 pages, but page 2 is empty");

        SERVER.stubFor(page("page", "2").willReturn(aResponse().withStatus(404)));
        assertFails(numbered("/pages", null), Kind.LASTING, "404");
    }

    @Test
    void aSourceMayNotChangeItsMindAboutItsPages() {
        SERVER.stubFor(page("page", "1").willReturn(okJson("{\"data\": [{\"id\": \"1\"}], \"pages\": 3}")));
        SERVER.stubFor(page("page", "2").willReturn(okJson("{\"data\": [{\"id\": \"2\"}], \"pages\": 2}")));

        assertFails(numbered("/pages", null), Kind.LASTING, "said that it has 3 pages, and then 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "3"})
    void aSourceHasAsManyOffersAsItSays(String total) {
        SERVER.stubFor(page("page", "1")
                .willReturn(okJson("{\"data\": [{\"id\": \"1\"}, {\"id\": \"2\"}], \"pages\": 1, \"total\": %s}"
                        .formatted(total))));

        assertFails(numbered("/pages", "/total"), Kind.LASTING, "but its pages have 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"three\"", "-1", "null", "1.5"})
    void aTotalIsANumber(String total) {
        SERVER.stubFor(
                page("page", "1").willReturn(okJson("{\"data\": [{\"id\": \"1\"}], \"pages\": %s}".formatted(total))));

        assertFails(numbered("/pages", null), Kind.LASTING, "/pages");
    }

    @Test
    void pagesThatGoRoundInACircleAreLeft() {
        answer(okJson("{\"records\": [{\"id\": \"1\"}], \"next\": \"x\"}"));

        assertFails(cursors(), Kind.LASTING, "back to one before");
    }

    @Test
    void pagesWithoutEndAreLeft() {
        for (var i = 0; i < 10; i++) {
            SERVER.stubFor(page("cursor", "c" + i)
                    .willReturn(okJson("{\"records\": [{\"id\": \"%d\"}], \"next\": \"c%d\"}".formatted(i, i + 1))));
        }
        answerFirst("{\"records\": [], \"next\": \"c0\"}");

        assertFails(cursors(), Kind.LASTING, "more than 5 pages");
    }

    private static void answerFirst(String json) {
        SERVER.stubFor(get(urlPathEqualTo("/offers")).atPriority(10).willReturn(okJson(json)));
    }

    @Test
    void aRedirectionIsNotFollowed() {
        answer(aResponse().withStatus(302).withHeader("Location", "http://localhost:" + SERVER.getPort() + "/other"));
        SERVER.stubFor(get(urlPathEqualTo("/other")).willReturn(okJson("[]")));

        assertFails(whole(), Kind.LASTING, "redirections are not followed");
        SERVER.verify(0, getRequestedFor(urlPathEqualTo("/other")));
    }

    @Test
    void aHostThatIsNotListedIsNotAsked() {
        var elsewhere = new FastSync() {
            @Override
            public Optional<List<String>> allowedHosts() {
                return Optional.of(List.of("crm.example.com"));
            }
        };
        assertFails(elsewhere, source("/offers", whole(), Auth.NONE, null), Kind.OURS, "may not ask");
    }

    @Test
    void withoutAListTheServicesOwnNetworkIsNotAsked() {
        answer(okJson("[]"));
        var open = new FastSync() {
            @Override
            public Optional<List<String>> allowedHosts() {
                return Optional.empty();
            }
        };
        assertFails(open, source("/offers", whole(), Auth.NONE, null), Kind.OURS, "private network");
        SERVER.verify(0, getRequestedFor(urlPathEqualTo("/offers")));
    }

    @Test
    void theItemsAreWhereThePointerPoints() {
        answer(okJson("{\"a\": {\"b\": [{\"id\": \"1\"}]}}"));
        var deep = new Paging(Paging.Kind.NONE, "/a/b", null, null, null, null, null, null, null, null);

        List<JsonNode> items = fetch(deep).items();

        assertThat(items).hasSize(1);
        assertFails(numbered(null, null), Kind.LASTING, "no list of offers at /data");
    }
}
