package io.perennial.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** Asks for things over HTTP as fast as the answers come, on a fixed number of connections that stay open. */
final class Load implements AutoCloseable {

    private static final int CONNECTIONS = 64;

    /** Milliseconds after which an answer is taken for lost. */
    private static final int TIMEOUT = 10_000;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final HttpClient client = vertx.createHttpClient(
            new HttpClientOptions().setKeepAlive(true), new PoolOptions().setHttp1MaxSize(CONNECTIONS));

    /**
     * What a round of requests came to.
     *
     * @param perSecond answers
     * @param p50 milliseconds within which half of the answers came
     * @param p99 milliseconds within which 99 of 100 answers came
     */
    record Outcome(double perSecond, double p50, double p99) {

        /**
         * Of answers.
         *
         * @param nanos that each took; sorted by this
         */
        static Outcome of(long[] nanos, long begin) {
            var seconds = (System.nanoTime() - begin) / 1e9;
            Arrays.sort(nanos);
            return new Outcome(
                    nanos.length / seconds, nanos[nanos.length / 2] / 1e6, nanos[nanos.length * 99 / 100] / 1e6);
        }
    }

    /**
     * Sends requests and waits for their answers, all of which have to be 200.
     *
     * @param request by its number, from 0
     */
    Outcome run(int requests, IntFunction<RequestOptions> request)
            throws ExecutionException, InterruptedException, TimeoutException {
        var nanos = new long[requests];
        var next = new AtomicInteger();
        var begin = System.nanoTime();
        var ends = new Future<?>[CONNECTIONS];
        Arrays.setAll(ends, connection -> {
            var end = Promise.<Void>promise();
            sendNext(next, nanos, request, end);
            return end.future();
        });
        Future.all(Arrays.asList(ends))
                .toCompletionStage()
                .toCompletableFuture()
                .get(5, TimeUnit.MINUTES);
        return Outcome.of(nanos, begin);
    }

    /**
     * Sends so many requests a second, whether the ones before are answered or not, and waits for their answers, all of which
     * have to be 200. Each is measured from when it was due, so that it counts when the service keeps others waiting; one that
     * is never answered counts with the time that it was waited for.
     *
     * @param request by its number, from 0
     */
    Outcome paced(int requests, int perSecond, IntFunction<RequestOptions> request)
            throws ExecutionException, InterruptedException, TimeoutException {
        return pacedPosts(requests, perSecond, number -> new Post(request.apply(number), null));
    }

    /** A request and what is posted with it; without a body it is got. */
    record Post(RequestOptions options, Buffer body) {}

    /** The same as {@link #paced} of requests that may have bodies. */
    Outcome pacedPosts(int requests, int perSecond, IntFunction<Post> request)
            throws ExecutionException, InterruptedException, TimeoutException {
        var nanos = new long[requests];
        var sent = new AtomicInteger();
        var answered = new AtomicInteger();
        var end = Promise.<Void>promise();
        var begin = System.nanoTime();
        vertx.setPeriodic(1, timer -> {
            var due = Math.min(requests, (System.nanoTime() - begin) * perSecond / 1_000_000_000);
            while (sent.get() < due) {
                var number = sent.getAndIncrement();
                send(request.apply(number)).onComplete(answer -> {
                    nanos[number] = System.nanoTime() - begin - number * 1_000_000_000L / perSecond;
                    if (answer.failed() && !(answer.cause() instanceof TimeoutException)) {
                        end.tryFail(answer.cause());
                    } else if (answered.incrementAndGet() == requests) {
                        end.tryComplete();
                    }
                });
            }
            if (sent.get() == requests) {
                vertx.cancelTimer(timer);
            }
        });
        end.future().toCompletionStage().toCompletableFuture().get(5, TimeUnit.MINUTES);
        return Outcome.of(nanos, begin);
    }

    private void sendNext(AtomicInteger next, long[] nanos, IntFunction<RequestOptions> request, Promise<Void> end) {
        var number = next.getAndIncrement();
        if (number >= nanos.length) {
            end.complete();
            return;
        }
        var begin = System.nanoTime();
        send(request.apply(number)).onComplete(answer -> {
            nanos[number] = System.nanoTime() - begin;
            if (answer.failed()) {
                end.fail(answer.cause());
            } else {
                sendNext(next, nanos, request, end);
            }
        });
    }

    private Future<Buffer> send(RequestOptions options) {
        return send(new Post(options, null));
    }

    private Future<Buffer> send(Post post) {
        var method = post.body() == null ? HttpMethod.GET : HttpMethod.POST;
        return client.request(post.options().setMethod(method).setTimeout(TIMEOUT))
                .compose(request -> post.body() == null ? request.send() : request.send(post.body()))
                .compose(response -> response.body()
                        .compose(body -> response.statusCode() == 200
                                ? Future.succeededFuture(body)
                                : Future.failedFuture(response.statusCode() + ": " + body)));
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
