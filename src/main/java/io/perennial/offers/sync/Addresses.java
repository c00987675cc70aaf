package io.perennial.offers.sync;

import jakarta.enterprise.context.ApplicationScoped;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Decides which addresses the service may ask, because whoever describes a source could otherwise make it ask what only it
 * can reach.
 */
@ApplicationScoped
class Addresses {

    private static final int UNIQUE_LOCAL = 0xfc;
    private static final int UNIQUE_LOCAL_BITS = 0xfe;
    private static final int SHARED_FIRST = 100;
    private static final int SHARED_SECOND = 64;
    private static final int SHARED_BITS = 0xc0;

    private final Optional<List<String>> allowed;

    Addresses(SyncConfig config) {
        this.allowed = config.allowedHosts();
    }

    /**
     * Why a URL may not be asked, as far as it tells without being looked up.
     *
     * @param withSecret whether a secret would be sent there
     */
    Optional<String> refusal(String url, boolean withSecret) {
        try {
            return refusal(new URI(url), withSecret);
        } catch (URISyntaxException e) {
            return Optional.of("is not a URL");
        }
    }

    private Optional<String> refusal(URI url, boolean withSecret) {
        var scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        if (!List.of("http", "https").contains(scheme)) {
            return Optional.of("must begin with http:// or https://");
        }
        if (url.getHost() == null) {
            return Optional.of("names no host");
        }
        if (url.getRawUserInfo() != null) {
            return Optional.of("may not hold a user or password; use auth");
        }
        if (url.getRawFragment() != null) {
            return Optional.of("may not hold a fragment");
        }
        if (allowed.isPresent() && !isListed(url)) {
            return Optional.of("is of a host that this service may not ask");
        }
        return withSecret && scheme.equals("http") && allowed.isEmpty()
                ? Optional.of("must begin with https://, or the secret could be read on its way")
                : Optional.empty();
    }

    /** Whether what a host was found to be may be asked: an address that everybody can reach, or of a listed host. */
    boolean allows(URI url, InetAddress address) {
        return isListed(url) || !isPrivate(address);
    }

    private boolean isListed(URI url) {
        return allowed.isPresent()
                && allowed.get().stream()
                        .anyMatch(host -> host.equalsIgnoreCase(url.getHost())
                                || host.equalsIgnoreCase(url.getHost() + ":" + port(url)));
    }

    static int port(URI url) {
        if (url.getPort() >= 0) {
            return url.getPort();
        }
        return url.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    private static boolean isPrivate(InetAddress address) {
        var bytes = address.getAddress();
        var uniqueLocal = address instanceof Inet6Address && (bytes[0] & UNIQUE_LOCAL_BITS) == UNIQUE_LOCAL;
        var shared = bytes.length == 4 && bytes[0] == SHARED_FIRST && (bytes[1] & SHARED_BITS) == SHARED_SECOND;
        return address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()
                || uniqueLocal
                || shared;
    }
}
