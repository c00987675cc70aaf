package io.perennial.recovery.cases;

import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Decides where late answers may be told: an organization chooses the URL, and the operator of the service the hosts. */
@ApplicationScoped
class AlertHosts {

    private static final Set<String> SCHEMES = Set.of("http", "https");

    private final List<String> allowed;

    AlertHosts(RecoveryCaseConfig config) {
        this.allowed = config.alertHosts().orElse(List.of());
    }

    /** Why a URL may not be told; empty when it may. */
    Optional<String> refusal(String url) {
        try {
            var parsed = new URI(url);
            if (parsed.getScheme() == null || !SCHEMES.contains(parsed.getScheme()) || parsed.getHost() == null) {
                return Optional.of("must begin with https:// or http:// and a host");
            }
            if (parsed.getRawUserInfo() != null || parsed.getRawFragment() != null) {
                return Optional.of("may not hold a user, a password or a fragment");
            }
            return isAllowed(parsed)
                    ? Optional.empty()
                    : Optional.of(
                            "is of a host that is not among those of PERENNIAL_RECOVERY_CASES_ALERT_HOSTS in the service's"
                                    + " environment");
        } catch (URISyntaxException e) {
            return Optional.of("is not a URL");
        }
    }

    private boolean isAllowed(URI url) {
        return allowed.stream()
                .anyMatch(host -> host.equalsIgnoreCase(url.getHost())
                        || host.equalsIgnoreCase(url.getHost() + ":" + url.getPort()));
    }
}
