package io.perennial.intake.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.NotEmpty;

import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;

class SignatureTest {

    private static final String HEADER = "Perennial-Signature";
    private static final Duration TOLERANCE = Duration.ofMinutes(5);
    private static final Instant AT = Instant.ofEpochSecond(1_767_261_570);
    private static final byte[] BODY = "{\"id\":\"evt_1\"}".getBytes(StandardCharsets.UTF_8);

    /** {@code printf '1767261570.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test} */
    private static final String DIGEST = "f24f337c89a1aff44ffd642f6d167ce62bf4efb5d90a8d3fd2279c39ab582c92";

    private static void verify(String header, byte[] body, Instant now, String... secrets) {
        Signature.read(HEADER, header).verify(body, List.of(secrets), now, TOLERANCE);
    }

    private static void assertRefused(ProblemType type, Runnable check) {
        assertThatThrownBy(check::run)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.type()).isEqualTo(type));
    }

    @Example
    void aSignatureIsTheOneThatOpensslComputes() {
        assertThat(Signature.sign("whsec_test", AT, BODY)).isEqualTo("t=1767261570,v1=" + DIGEST);
        verify("t=1767261570,v1=" + DIGEST, BODY, AT, "whsec_test");
    }

    @Example
    void anyOfSeveralSecretsAndAnyOfSeveralDigestsWillDo() {
        var other = "0".repeat(64);
        verify("t=1767261570,v1=" + DIGEST, BODY, AT, "the-new-one", "whsec_test");
        verify("t=1767261570,v0=" + other + ", v1=" + other + ",v1=" + DIGEST.toUpperCase(), BODY, AT, "whsec_test");
    }

    @Example
    void aSignatureIsGoodForFiveMinutesBeforeAndAfter() {
        var signature = "t=1767261570,v1=" + DIGEST;
        verify(signature, BODY, AT.plusSeconds(300), "whsec_test");
        verify(signature, BODY, AT.minusSeconds(300), "whsec_test");
        assertRefused(ProblemType.WEBHOOK_EXPIRED, () -> verify(signature, BODY, AT.plusSeconds(301), "whsec_test"));
        assertRefused(ProblemType.WEBHOOK_EXPIRED, () -> verify(signature, BODY, AT.minusSeconds(301), "whsec_test"));
    }

    @Example
    void withoutASecretNothingIsValid() {
        assertRefused(ProblemType.WEBHOOK_SIGNATURE_INVALID, () -> verify("t=1767261570,v1=" + DIGEST, BODY, AT));
    }

    @Example
    void whatIsNotWrittenLikeASignatureIsNone() {
        for (var header : new String[] {
            null,
            "",
            DIGEST,
            "v1=" + DIGEST,
            "t=1767261570",
            "t=,v1=" + DIGEST,
            "t=-1,v1=" + DIGEST,
            "t=999999999999999999999,v1=" + DIGEST,
            "t=1767261570,v1=" + DIGEST.substring(1),
            "t=1767261570,v1=" + DIGEST + "00",
            "t=1767261570,v1=" + "g".repeat(64),
            "t=1767261570,v0=" + DIGEST,
            "t=1767261570" + (",v1=" + DIGEST).repeat(9),
            "t=1767261570,v1=" + DIGEST + "," + "x".repeat(2_000)
        }) {
            assertRefused(ProblemType.WEBHOOK_SIGNATURE_INVALID, () -> verify(header, BODY, AT, "whsec_test"));
        }
    }

    @Property
    void whatIsSignedIsVerified(
            @ForAll byte[] body,
            @ForAll @NotEmpty String secret,
            @ForAll @LongRange(min = 0, max = 9_999_999_999L) long at) {
        var signedAt = Instant.ofEpochSecond(at);
        verify(Signature.sign(secret, signedAt, body), body, signedAt, secret);
    }

    @Property
    void noOtherBodyHasTheSignature(
            @ForAll @NotEmpty byte[] body, @ForAll int position, @ForAll @IntRange(min = 1, max = 255) int change) {
        var signature = Signature.sign("whsec_test", AT, body);
        var changed = body.clone();
        changed[Math.floorMod(position, body.length)] ^= (byte) change;
        assertRefused(ProblemType.WEBHOOK_SIGNATURE_INVALID, () -> verify(signature, changed, AT, "whsec_test"));
    }

    @Property
    void theTimeIsSignedToo(@ForAll @IntRange(min = -300, max = 300) int seconds) {
        var moved = "t=" + (AT.getEpochSecond() + seconds) + ",v1=" + DIGEST;
        if (seconds == 0) {
            verify(moved, BODY, AT, "whsec_test");
        } else {
            assertRefused(ProblemType.WEBHOOK_SIGNATURE_INVALID, () -> verify(moved, BODY, AT, "whsec_test"));
        }
    }
}
