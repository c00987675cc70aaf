package io.perennial.offers.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {

    private static Addresses allowing(String... hosts) {
        return new Addresses(new FastSync() {
            @Override
            public Optional<List<String>> allowedHosts() {
                return hosts.length == 0 ? Optional.empty() : Optional.of(List.of(hosts));
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "file:///etc/passwd, http",
        "ftp://example.com/offers, http",
        "gopher://example.com, http",
        "jar:http://example.com!/, http",
        "//example.com/offers, http",
        "offers, http",
        "'', http",
        "http:///offers, host",
        "https://user:word@example.com/, auth",
        "https://example.com/#offers, fragment",
        "http://exa mple.com, URL"
    })
    void whatIsNotPlainHttpIsRefused(String url, String reason) {
        assertThat(allowing().refusal(url, false))
                .hasValueSatisfying(text -> assertThat(text).contains(reason));
    }

    @Test
    void aSecretTravelsEncryptedUnlessTheHostIsListed() {
        assertThat(allowing().refusal("https://example.com/offers", true)).isEmpty();
        assertThat(allowing().refusal("http://example.com/offers", false)).isEmpty();
        assertThat(allowing().refusal("http://example.com/offers", true)).isPresent();
        assertThat(allowing("example.com").refusal("http://example.com/offers", true))
                .isEmpty();
    }

    @Test
    void aListNamesHostsWithOrWithoutTheirPort() {
        var addresses = allowing("a.example", "b.example:8443");
        assertThat(addresses.refusal("https://A.example:9/x", false)).isEmpty();
        assertThat(addresses.refusal("https://b.example:8443/x", false)).isEmpty();
        assertThat(addresses.refusal("https://b.example/x", false)).isPresent();
        assertThat(addresses.refusal("https://a.example.evil.example/x", false)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
                "100.127.255.255", "224.0.0.1", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "::ffff:10.0.0.1"
            })
    void privateAddressesAreAskedOnlyOfListedHosts(String address) throws UnknownHostException {
        var url = URI.create("https://example.com/offers");
        assertThat(allowing().allows(url, InetAddress.getByName(address))).isFalse();
        assertThat(allowing("example.com").allows(url, InetAddress.getByName(address)))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"93.184.216.34", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2606:2800:220:1::1"})
    void publicAddressesMayBeAsked(String address) throws UnknownHostException {
        assertThat(allowing().allows(URI.create("https://example.com/"), InetAddress.getByName(address)))
                .isTrue();
    }
}
