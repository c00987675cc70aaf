package io.perennial.offers.sync;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/** The secrets of outside systems, which come from the environment only. */
@ApplicationScoped
class Secrets {

    private final Config environment;

    Secrets(Config environment) {
        this.environment = environment;
    }

    /** The secret in a variable whose name begins as those of secrets do. */
    Optional<String> named(String reference) {
        return reference.startsWith(SourceDescription.SECRET)
                ? environment.getOptionalValue(reference, String.class)
                : Optional.empty();
    }
}
