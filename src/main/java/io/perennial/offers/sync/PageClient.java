package io.perennial.offers.sync;

import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Map;

/**
 * Asks for one page, again and again while the reason for its failure may pass. Redirections are not followed, and a host is
 * asked at the address that was checked, whatever its name stands for a moment later.
 */
@ApplicationScoped
class PageClient {

    private static final double JITTER = 0.5;

    /** When nobody waits for a page any more, its connection is closed. */
    private static final long GRACE_MILLIS = 1000;

    private final Vertx vertx;
    private final HttpClient client;
    private final Addresses addresses;
    private final SyncConfig config;

    PageClient(Vertx vertx, Addresses addresses, SyncConfig config) {
        this.vertx = vertx;
        this.addresses = addresses;
        this.config = config;
        this.client = vertx.createHttpClient(new HttpClientOptions()
                .setConnectTimeout((int) config.connectTimeLimit().toMillis())
                .setDecompressionSupported(false)
                .setMaxPoolSize(4));
    }

    /** A page as it came. */
    record Page(URI url, int status, String reason, String etag, String link, String retryAfter, Buffer body) {}

    /**
     * Asks for a page.
     *
     * @param headers may hold a secret, so they are never logged
     * @return fails with {@link SourceFailure}; yields pages of status 200 and 304 only
     */
    Uni<Page> get(URI url, Map<String, String> headers) {
        return Uni.createFrom()
                .deferred(() -> once(url, headers))
                .ifNoItem()
                .after(config.pageTimeLimit())
                .fail()
                .onFailure(TimeoutException.class)
                .transform(e -> SourceFailure.passing(
                        "%s did not answer within %d ms",
                        url.getHost(), config.pageTimeLimit().toMillis()))
                .onFailure(IOException.class)
                .transform(e -> SourceFailure.passing("%s cannot be reached", url.getHost()))
                .onFailure(PageClient::mayPass)
                .retry()
                .withBackOff(config.firstPause(), config.longestPause())
                .withJitter(JITTER)
                .atMost(config.retries())
                .onFailure(e -> !(e instanceof SourceFailure))
                .transform(e -> e.getCause() instanceof SourceFailure cause
                        ? cause
                        : SourceFailure.passing(
                                "%s cannot be read: %s",
                                url.getHost(), e.getClass().getSimpleName()));
    }

    private static boolean mayPass(Throwable e) {
        return e instanceof SourceFailure failure && failure.kind() == SourceFailure.Kind.PASSING;
    }

    private Uni<Page> once(URI url, Map<String, String> headers) {
        return UniHelper.toUni(address(url).compose(address -> ask(url, address, headers)))
                .map(PageClient::usable);
    }

    private Future<InetAddress> address(URI url) {
        return vertx.executeBlocking(
                () -> {
                    try {
                        var found = InetAddress.getAllByName(url.getHost());
                        for (var address : found) {
                            if (!addresses.allows(url, address)) {
                                throw SourceFailure.ours(
                                        "%s is an address of a private network, and not on the list of hosts that may be"
                                                + " asked",
                                        url.getHost());
                            }
                        }
                        return found[0];
                    } catch (UnknownHostException e) {
                        throw SourceFailure.passing("There is no host %s", url.getHost());
                    }
                },
                false);
    }

    private Future<Page> ask(URI url, InetAddress address, Map<String, String> headers) {
        var port = Addresses.port(url);
        var options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setServer(SocketAddress.inetSocketAddress(port, address.getHostAddress()))
                .setHost(url.getHost())
                .setPort(port)
                .setSsl(url.getScheme().equalsIgnoreCase("https"))
                .setURI(target(url))
                .setFollowRedirects(false);
        headers.forEach(options::putHeader);
        return client.request(options).compose(request -> {
            var last = vertx.setTimer(config.pageTimeLimit().toMillis() + GRACE_MILLIS, late -> request.reset());
            return request.send()
                    .compose(response -> read(url, request, response))
                    .onComplete(done -> vertx.cancelTimer(last));
        });
    }

    private static String target(URI url) {
        var path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
    }

    /** Stops reading where a page turns out too large. */
    private Future<Page> read(URI url, HttpClientRequest request, HttpClientResponse response) {
        var page = Promise.<Page>promise();
        var body = Buffer.buffer();
        response.handler(part -> {
            if (body.length() + part.length() > config.maxPageBytes()) {
                page.tryFail(SourceFailure.lasting(
                        "%s sent a page of more than %d bytes", url.getHost(), config.maxPageBytes()));
                request.reset();
            } else {
                body.appendBuffer(part);
            }
        });
        response.exceptionHandler(page::tryFail);
        response.endHandler(end -> page.tryComplete(new Page(
                url,
                response.statusCode(),
                response.statusMessage(),
                response.getHeader("ETag"),
                response.getHeader("Link"),
                response.getHeader("Retry-After"),
                body)));
        return page.future();
    }

    private static Page usable(Page page) {
        var host = page.url().getHost();
        var answer = page.status() + (page.reason() == null ? "" : " " + page.reason());
        if (page.status() == 200 || page.status() == 304) {
            return page;
        }
        if (page.status() >= 500 || page.status() == 429 || page.status() == 408) {
            throw SourceFailure.passing("%s answered %s", host, answer);
        }
        if (page.status() == 401 || page.status() == 403) {
            throw SourceFailure.lasting("%s answered %s: it does not accept the authentication", host, answer);
        }
        if (page.status() >= 300 && page.status() < 400) {
            throw SourceFailure.lasting("%s answered %s: redirections are not followed", host, answer);
        }
        throw SourceFailure.lasting("%s answered %s", host, answer);
    }

    @PreDestroy
    void close() {
        client.close();
    }
}
