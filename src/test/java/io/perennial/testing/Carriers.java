package io.perennial.testing;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import java.util.Comparator;
import java.util.List;

/** Twilio, Firebase and a CRM where the service looks for them, with a line to them that can be bad. */
public final class Carriers {

    public static final String MESSAGES = "/2010-04-01/Accounts/%s/Messages.json".formatted(Providers.ACCOUNT);
    public static final String SEND = "/v1/projects/%s/messages:send".formatted(Providers.PROJECT);
    public static final String TASKS = "/tasks";

    private final WireMockServer server = new WireMockServer(options().dynamicPort());
    private final Line line = new Line();

    /** All of them take what they are sent from now on. */
    public void start() {
        server.start();
        server.stubFor(post(urlPathEqualTo(MESSAGES))
                .willReturn(okJson("{\"sid\": \"SM00000000000000000000000000000001\", \"status\": \"queued\"}")
                        .withStatus(201)));
        server.stubFor(get(urlPathEqualTo(MESSAGES)).willReturn(okJson("{\"messages\": []}")));
        server.stubFor(post(urlPathEqualTo("/token"))
                .willReturn(okJson("{\"access_token\": \"ya29.token\", \"expires_in\": 3600}")));
        server.stubFor(
                post(urlPathEqualTo(SEND)).willReturn(okJson("{\"name\": \"projects/perennial-test/messages/0:1\"}")));
        server.stubFor(post(urlPathEqualTo(TASKS)).willReturn(okJson("{\"id\": \"task-1\"}")));
        up();
    }

    public void stop() {
        line.down();
        server.stop();
    }

    /** The line is good again, and so are they. */
    public void up() {
        server.listAllStubMappings().getMappings().stream()
                .filter(stub -> stub.getPriority() != null)
                .forEach(server::removeStub);
        line.up(Providers.httpPort(), server.port());
    }

    /** Nobody can connect. */
    public void down() {
        line.down();
    }

    /** Whoever connects is not answered. */
    public void silent() {
        line.silent(Providers.httpPort());
    }

    /** Every third request to a path is refused for the moment. */
    public void refuseEveryThird(String path) {
        refuse(path, Scenario.STARTED, "one", null);
        refuse(path, "one", "two", null);
        refuse(path, "two", Scenario.STARTED, 503);
    }

    /** Requests in a state that are not refused go on to what is there otherwise. */
    private void refuse(String path, String state, String next, Integer status) {
        var taken = server.getStubMappings().stream()
                .filter(stub -> stub.getPriority() == null)
                .filter(stub -> path.equals(stub.getRequest().getUrlPath()))
                .filter(stub -> stub.getRequest().getMethod().getName().equals("POST"))
                .findFirst()
                .orElseThrow()
                .getResponse();
        server.stubFor(post(urlPathEqualTo(path))
                .atPriority(1)
                .inScenario("every third of " + path)
                .whenScenarioStateIs(state)
                .willReturn(
                        status == null
                                ? ResponseDefinitionBuilder.like(taken)
                                : aResponse().withStatus(status))
                .willSetStateTo(next));
    }

    /** Everything is refused like this. */
    public void refuse(int status, String body) {
        server.stubFor(any(anyUrl()).atPriority(1).willReturn(okJson(body).withStatus(status)));
    }

    /** What is posted to a path is refused like this. */
    public void refuse(String path, int status, String body) {
        server.stubFor(
                post(urlPathEqualTo(path)).atPriority(1).willReturn(okJson(body).withStatus(status)));
    }

    /** What it is that they are. */
    public WireMockServer server() {
        return server;
    }

    /** What was posted to a path and taken, in the order of arrival. */
    public List<LoggedRequest> taken(String path) {
        return server.getAllServeEvents().stream()
                .filter(event -> event.getRequest().getMethod().getName().equals("POST"))
                .filter(event -> event.getRequest().getUrl().equals(path))
                .filter(event -> event.getResponse().getStatus() < 300)
                .sorted(Comparator.comparing(event -> event.getRequest().getLoggedDate()))
                .map(ServeEvent::getRequest)
                .toList();
    }

    /** What was posted to a path, taken or not. */
    public List<LoggedRequest> posted(String path) {
        return server.findAll(postRequestedFor(urlPathEqualTo(path)));
    }
}
