package io.perennial.platform;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;

/** Gives every request an id: the caller's {@code X-Request-Id} or a new one. It is in the answer and in every log line. */
@ApplicationScoped
class RequestId {

    private static final String HEADER = "X-Request-Id";
    private static final String KEY = "request_id";
    private static final Pattern ACCEPTABLE = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

    void install(@Observes Filters filters) {
        filters.register(RequestId::identify, 1_000);
    }

    private static void identify(RoutingContext request) {
        var given = request.request().getHeader(HEADER);
        var id = given != null && ACCEPTABLE.matcher(given).matches()
                ? given
                : Long.toHexString(ThreadLocalRandom.current().nextLong());
        request.put(KEY, id);
        MDC.put(KEY, id);
        request.response().putHeader(HEADER, id);
        request.next();
    }

    /** The id of a request. */
    static String of(RoutingContext request) {
        return request.get(KEY);
    }
}
