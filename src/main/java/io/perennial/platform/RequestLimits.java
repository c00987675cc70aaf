package io.perennial.platform;

import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Refuses a body that is too large. Uploads may have {@code quarkus.http.limits.max-body-size}, anything else, which is
 * read into memory, a mebibyte, and a webhook, which anybody may send, a quarter of one. A body that announces its length
 * is refused before it is read, another one as soon as it turns out too large. Only of a form the framework finds that out,
 * for it is the framework that reads it.
 */
@ApplicationScoped
class RequestLimits {

    private static final long SMALL = 1 << 20;

    private static final Pattern UPLOAD = Pattern.compile(
            "/api/v1/(churn/organizations/[^/]+/upload-data|organizations/[^/]+/(events|customers|billing-events)"
                    + "|segmentation/organizations/[^/]+/segment)/?");

    private static final long WEBHOOK = 256 << 10;

    private static final Pattern WEBHOOKS = Pattern.compile("/api/v1/webhooks/.*");

    /** Where the framework looks for the limit of a request whose length is only known at its end. */
    private static final String FRAMEWORK_LIMIT = "io.quarkus.max-request-size";

    private static final int BEFORE_THE_FRAMEWORK = 900;
    private static final int AFTER_THE_FRAMEWORK = 1;

    private final long upload;

    RequestLimits(@ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize upload) {
        this.upload = upload.asLongValue();
    }

    void install(@Observes Filters filters) {
        filters.register(this::refuse, BEFORE_THE_FRAMEWORK);
        filters.register(this::limit, AFTER_THE_FRAMEWORK);
    }

    private void refuse(RoutingContext request) {
        if (announcedLength(request) <= limitOf(request)) {
            request.next();
            return;
        }
        closeWhenAnswered(request);
        ProblemMapping.write(request, problem(request), reason(limitOf(request)));
    }

    private void limit(RoutingContext request) {
        request.put(FRAMEWORK_LIMIT, isForm(request) ? limitOf(request) : Long.MAX_VALUE);
        request.next();
    }

    long limitOf(RoutingContext request) {
        if (isWebhook(request)) {
            return WEBHOOK;
        }
        return UPLOAD.matcher(request.request().path()).matches() ? upload : SMALL;
    }

    private static ProblemType problem(RoutingContext request) {
        return isWebhook(request) ? ProblemType.WEBHOOK_TOO_LARGE : ProblemType.TOO_LARGE;
    }

    private static boolean isWebhook(RoutingContext request) {
        return WEBHOOKS.matcher(request.request().path()).matches();
    }

    private static boolean isForm(RoutingContext request) {
        var type = request.request().getHeader("Content-Type");
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("multipart/");
    }

    private static long announcedLength(RoutingContext request) {
        var length = request.request().getHeader("Content-Length");
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static String reason(long limit) {
        return "The body is larger than %d bytes. Nothing was kept.".formatted(limit);
    }

    /** What is still to come of a body that is too large is not wanted. */
    private static void closeWhenAnswered(RoutingContext request) {
        request.response().putHeader("Connection", "close");
        request.addEndHandler(answered -> request.request().connection().close());
    }

    /** Counts what is read of a body. */
    @Provider
    static class Counting implements ReaderInterceptor {

        private final RequestLimits limits;
        private final CurrentVertxRequest request;

        @Inject
        Counting(RequestLimits limits, CurrentVertxRequest request) {
            this.limits = limits;
            this.request = request;
        }

        @Override
        public Object aroundReadFrom(ReaderInterceptorContext reader) throws IOException {
            var current = request.getCurrent();
            reader.setInputStream(new Limited(reader.getInputStream(), limits.limitOf(current), current));
            return reader.proceed();
        }
    }

    private static final class Limited extends FilterInputStream {

        private final long limit;
        private final RoutingContext request;
        private long read;

        Limited(InputStream body, long limit, RoutingContext request) {
            super(body);
            this.limit = limit;
            this.request = request;
        }

        @Override
        public int read() throws IOException {
            var value = super.read();
            count(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            var count = super.read(bytes, offset, length);
            count(Math.max(0, count));
            return count;
        }

        private void count(int more) {
            read += more;
            if (read > limit) {
                closeWhenAnswered(request);
                throw problem(request).problem(reason(limit));
            }
        }

        /** Closing a body reads what is left of it. */
        @Override
        public void close() throws IOException {
            if (read <= limit) {
                super.close();
            }
        }
    }
}
