package io.perennial.platform;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Has callers leave a replica that is told to stop: every further answer is the last one on its connection. Kubernetes sends
 * no new connections to such a replica, but a connection that a caller keeps open would lead to it until it is gone.
 */
@ApplicationScoped
class Farewell {

    private volatile boolean leaving;

    void leave(@Observes ShutdownDelayInitiatedEvent event) {
        leaving = true;
    }

    void install(@Observes Filters filters) {
        filters.register(this::sayIt, 1_001);
    }

    private void sayIt(RoutingContext request) {
        if (leaving && request.request().version() != HttpVersion.HTTP_2) {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        request.next();
    }
}
