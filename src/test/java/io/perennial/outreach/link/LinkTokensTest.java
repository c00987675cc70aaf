package io.perennial.outreach.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

import io.perennial.platform.DatabaseConfig;

class LinkTokensTest {

    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static final byte[] ID = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

    private final LinkTokens tokens = tokens("a-secret");

    static LinkTokens tokens(String... secrets) {
        return new LinkTokens(config(secrets), new Password("a password"));
    }

    private static LinkConfig config(String... secrets) {
        return new LinkConfig() {

            @Override
            public String publicUrl() {
                return "https://go.harbor.example";
            }

            @Override
            public Optional<List<String>> linkSecret() {
                return secrets.length == 0 ? Optional.empty() : Optional.of(List.of(secrets));
            }
        };
    }

    /** A database of which nothing is known but the password of the service. */
    private record Password(String servicePassword) implements DatabaseConfig {

        @Override
        public String url() {
            return "";
        }

        @Override
        public String user() {
            return "";
        }

        @Override
        public String password() {
            return "";
        }

        @Override
        public String serviceUser() {
            return "";
        }

        @Override
        public boolean migrate() {
            return true;
        }

        @Override
        public int schemaVersion() {
            return 1;
        }

        @Override
        public boolean embedded() {
            return false;
        }
    }

    /** {@code printf 'action\000\001\002\003\004\005\006\007\010\011\012\013' | openssl dgst -sha256 -hmac a-secret} */
    @Example
    void aTokenIsTheIdAndTheFirstNineBytesOfTheDigestThatOpensslComputes() {
        assertThat(tokens.sign(LinkKind.ACTION, ID)).isEqualTo("AAECAwQFBgcICQoLth6vCzpLumtd");
        assertThat(tokens.verify(LinkKind.ACTION, "AAECAwQFBgcICQoLth6vCzpLumtd"))
                .contains(ID);
    }

    @Example
    void everyOtherCharacterInAnyPlaceIsNoticed() {
        var token = tokens.sign(LinkKind.ACTION, ID);
        for (var place = 0; place < token.length(); place++) {
            for (var character : ALPHABET.toCharArray()) {
                if (character != token.charAt(place)) {
                    var altered = token.substring(0, place) + character + token.substring(place + 1);
                    assertThat(tokens.verify(LinkKind.ACTION, altered))
                            .as(altered)
                            .isEmpty();
                }
            }
        }
    }

    @Example
    void aTokenIsGoodForItsKindOnly() {
        for (var kind : LinkKind.values()) {
            var token = tokens.sign(kind, ID);
            for (var other : LinkKind.values()) {
                assertThat(tokens.verify(other, token).isPresent()).isEqualTo(kind == other);
            }
        }
    }

    @Example
    void whatIsNotWrittenLikeATokenIsNone() {
        var token = tokens.sign(LinkKind.ACTION, ID);
        for (var other : List.of(
                "",
                token.substring(1),
                token + "A",
                token + "=",
                token.substring(0, 27) + "=",
                token.substring(0, 27) + "+",
                token.substring(0, 27) + "/",
                token.substring(0, 27) + "é",
                " " + token.substring(1),
                "A".repeat(28),
                "A".repeat(100_000))) {
            assertThat(tokens.verify(LinkKind.ACTION, other)).isEmpty();
        }
    }

    @Example
    void aSecretThatFollowsAnotherLetsOldLinksBeGood() {
        var before = tokens("old");
        var both = tokens("new", "old");
        var old = before.sign(LinkKind.ACTION, ID);

        assertThat(both.verify(LinkKind.ACTION, old)).contains(ID);
        assertThat(both.sign(LinkKind.ACTION, ID)).isEqualTo(tokens("new").sign(LinkKind.ACTION, ID));
        assertThat(tokens("new").verify(LinkKind.ACTION, old)).isEmpty();
    }

    @Example
    void withoutASecretItIsDerivedFromThePasswordOfTheDatabase() {
        var one = new LinkTokens(config(), new Password("one"));
        var same = new LinkTokens(config(), new Password("one"));
        var other = new LinkTokens(config(), new Password("other"));
        var token = one.sign(LinkKind.PIXEL, ID);

        assertThat(same.verify(LinkKind.PIXEL, token)).contains(ID);
        assertThat(other.verify(LinkKind.PIXEL, token)).isEmpty();
        assertThat(tokens("one").verify(LinkKind.PIXEL, token)).isEmpty();
    }

    @Example
    void noTwoIdsAreTheSame() {
        var ids = new HashSet<String>();
        for (var i = 0; i < 10_000; i++) {
            ids.add(tokens.sign(LinkKind.ACTION, tokens.newId()));
        }
        assertThat(ids).hasSize(10_000).allMatch(token -> token.length() == LinkTokens.LENGTH);
    }

    @Property
    void whatIsSignedIsRead(@ForAll @Size(12) byte[] id) {
        assertThat(tokens.verify(LinkKind.UNSUBSCRIBE, tokens.sign(LinkKind.UNSUBSCRIBE, id)))
                .contains(id);
    }
}
