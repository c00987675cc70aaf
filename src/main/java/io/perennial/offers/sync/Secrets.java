package io.perennial.offers.sync;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/**
 * The secrets of outside systems, which come from the environment only. Next to each, the variable whose name ends in {@code
 * _HOST} says which host it may be sent to, because whoever describes a source could otherwise have it sent to their own.
 */
@ApplicationScoped
class Secrets {

    private static final String HOST = "_HOST";

    private final Config environment;

    Secrets(Config environment) {
        this.environment = environment;
    }

    /**
     * The secret in a variable, to be sent to a host.
     *
     * @throws SourceFailure when there is none, or it is for another host
     */
    String of(String reference, String host) {
        var secret = reference.startsWith(SourceDescription.SECRET)
                ? environment.getOptionalValue(reference, String.class)
                : Optional.<String>empty();
        if (secret.isEmpty()) {
            throw SourceFailure.ours("The environment variable %s of the service is not set", reference);
        }
        if (!environment
                .getOptionalValue(reference + HOST, String.class)
                .orElse("")
                .equalsIgnoreCase(host)) {
            throw SourceFailure.ours(
                    "The secret %s is not for %s: the environment variable %s%s of the service does not name this host",
                    reference, host, reference, HOST);
        }
        return secret.get();
    }
}
