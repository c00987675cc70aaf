package io.perennial.platform;

import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Refuses a body that is too large. Uploads may have {@code quarkus.http.limits.max-body-size}, anything else, which is
 * read into memory, a mebibyte. A body that announces its length is refused before it is read, with a problem document.
 */
@ApplicationScoped
class RequestLimits {

    private static final long SMALL = 1 << 20;

    private static final Pattern UPLOAD =
            Pattern.compile("/api/v1/(churn/organizations/[^/]+/upload-data|organizations/[^/]+/(events|customers)"
                    + "|segmentation/organizations/[^/]+/segment)/?");

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
        request.response().putHeader("Connection", "close");
        request.response().endHandler(sent -> request.request().connection().close());
        ProblemMapping.write(
                request, ProblemType.TOO_LARGE, "The body is larger than %d bytes".formatted(limitOf(request)));
    }

    private void limit(RoutingContext request) {
        request.put(FRAMEWORK_LIMIT, limitOf(request));
        request.next();
    }

    private long limitOf(RoutingContext request) {
        return UPLOAD.matcher(request.request().path()).matches() ? upload : SMALL;
    }

    private static long announcedLength(RoutingContext request) {
        var length = request.request().getHeader("Content-Length");
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
