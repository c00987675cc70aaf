package io.perennial.offers.sync;

import io.smallrye.health.api.Wellness;
import java.util.Locale;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/** Says which sources of offers are left alone because they kept failing. Never down: the catalog is there without them. */
@Wellness
class SyncHealth implements HealthCheck {

    private final Circuits circuits;

    SyncHealth(Circuits circuits) {
        this.circuits = circuits;
    }

    @Override
    public HealthCheckResponse call() {
        var states = circuits.notClosed();
        var health = HealthCheckResponse.named("offer-sync").up().withData("not_closed", states.size());
        states.forEach((name, state) -> health.withData(name, state.name().toLowerCase(Locale.ROOT)));
        return health.build();
    }
}
