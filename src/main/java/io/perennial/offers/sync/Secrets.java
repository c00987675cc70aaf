package io.perennial.offers.sync;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.config.Config;

/**
 * The secrets of outside systems, which come from the environment only. Next to each, the variable whose name ends in {@code
 * _HOST} says which host it may be sent to, and that whose name ends in {@code _ORGANIZATIONS} which organizations it belongs
 * to, separated by commas: whoever describes a source could otherwise have it sent to a host of their own, or have offers read
 * that are somebody else's.
 */
@ApplicationScoped
class Secrets {

    private static final String HOST = "_HOST";
    private static final String ORGANIZATIONS = "_ORGANIZATIONS";

    private final Config environment;

    Secrets(Config environment) {
        this.environment = environment;
    }

    /**
     * The secret in a variable, to be sent to a host for an organization.
     *
     * @throws SourceFailure when there is none, or it is another organization's, which is the same to this one, or it is for
     *     another host
     */
    String of(String reference, UUID organization, String host) {
        var secret = reference.startsWith(SourceDescription.SECRET) && belongsTo(reference, organization)
                ? environment.getOptionalValue(reference, String.class)
                : Optional.<String>empty();
        if (secret.isEmpty()) {
            throw SourceFailure.ours(
                    "The environment variable %s of the service is not set, or %1$s%s does not name organization %s",
                    reference, ORGANIZATIONS, organization);
        }
        if (!value(reference + HOST).equalsIgnoreCase(host)) {
            throw SourceFailure.ours(
                    "The secret %s is not for %s: the environment variable %1$s%s of the service does not name this host",
                    reference, host, HOST);
        }
        return secret.get();
    }

    private boolean belongsTo(String reference, UUID organization) {
        return Arrays.stream(value(reference + ORGANIZATIONS).split(","))
                .map(String::strip)
                .anyMatch(organization.toString()::equalsIgnoreCase);
    }

    private String value(String variable) {
        return environment.getOptionalValue(variable, String.class).orElse("");
    }
}
