package io.perennial.outreach.channel;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

/** Asks whoever carries messages over HTTP. Neither what is sent nor what is answered is ever part of a failure. */
@ApplicationScoped
class ProviderClient {

    private static final Duration CONNECTING = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final HttpClient client;

    ProviderClient(Vertx vertx) {
        this.vertx = vertx;
        this.client = vertx.createHttpClient(new HttpClientOptions()
                .setConnectTimeout((int) CONNECTING.toMillis())
                .setMaxPoolSize(32));
    }

    /** What was answered. */
    record Answer(int status, Buffer body) {

        boolean isGood() {
            return status >= 200 && status < 300;
        }

        /** Whether the same request may be answered otherwise later, or once somebody has put right what we authenticate with. */
        boolean mayPass() {
            return status >= 500 || status == 429 || status == 408 || status == 401 || status == 403;
        }

        /** The body as an object; an empty one when it is none. */
        JsonObject json() {
            try {
                return new JsonObject(body);
            } catch (DecodeException | ClassCastException e) {
                return new JsonObject();
            }
        }
    }

    /**
     * Sends one request.
     *
     * @param body null for none
     * @return whatever was answered; fails with {@link ChannelFailure} when nothing was within the time
     */
    Uni<Answer> ask(HttpMethod method, URI url, Map<String, String> headers, Buffer body, Duration timeLimit) {
        return Uni.createFrom()
                .deferred(() -> UniHelper.toUni(exchange(method, url, headers, body, timeLimit)))
                .onFailure(IOException.class)
                .transform(e -> ChannelFailure.passing("cannot be reached"))
                .onFailure(e -> !(e instanceof ChannelFailure))
                .transform(e -> ChannelFailure.passing(
                        "cannot be asked: %s", e.getClass().getSimpleName()));
    }

    private Future<Answer> exchange(
            HttpMethod method, URI url, Map<String, String> headers, Buffer body, Duration timeLimit) {
        var options = new RequestOptions()
                .setMethod(method)
                .setAbsoluteURI(url.toString())
                .setConnectTimeout(CONNECTING.toMillis())
                .setFollowRedirects(false);
        headers.forEach(options::putHeader);
        return client.request(options).compose(request -> exchange(request, body, timeLimit));
    }

    /** A request that takes too long is ended, so that it does not come through after it was given up. */
    private Future<Answer> exchange(HttpClientRequest request, Buffer body, Duration timeLimit) {
        var late = ChannelFailure.passing("did not answer within %d ms", timeLimit.toMillis());
        var timer = vertx.setTimer(timeLimit.toMillis(), fired -> request.reset(0, late));
        return (body == null ? request.send() : request.send(body))
                .compose(response -> response.body().map(bytes -> new Answer(response.statusCode(), bytes)))
                .recover(e -> Future.failedFuture(vertx.cancelTimer(timer) ? e : late))
                .onSuccess(answer -> vertx.cancelTimer(timer));
    }

    @PreDestroy
    void close() {
        client.close();
    }
}
