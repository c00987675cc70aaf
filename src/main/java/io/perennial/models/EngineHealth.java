package io.perennial.models;

import io.smallrye.health.api.Wellness;
import java.util.Locale;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/** Says how far the engine is. Never down: without the engine the service answers by rules, and it has to be reached for that. */
@Wellness
class EngineHealth implements HealthCheck {

    private final Engine engine;

    EngineHealth(Engine engine) {
        this.engine = engine;
    }

    @Override
    public HealthCheckResponse call() {
        var health = HealthCheckResponse.named("engine")
                .up()
                .withData("engine", engine.state().name().toLowerCase(Locale.ROOT));
        engine.failure().ifPresent(failure -> health.withData("failure", failure));
        return health.build();
    }
}
