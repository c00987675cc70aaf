package io.perennial.intake.billing;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.UUID;

/** Checks for the rooms behind this one that a webhook in Perennial's format comes from whom it says. */
@ApplicationScoped
public class WebhookSigning {

    /** The header that carries the signature. */
    public static final String HEADER = "Perennial-Signature";

    private final WebhookSecrets secrets;
    private final BillingConfig config;
    private final Clock clock;

    WebhookSigning(WebhookSecrets secrets, BillingConfig config, Clock clock) {
        this.secrets = secrets;
        this.config = config;
        this.clock = clock;
    }

    /**
     * Checks that a body was signed with a secret of the organization, and not long ago.
     *
     * @param signature what the header says; may be null
     * @param body every byte as it came
     * @throws io.perennial.platform.ProblemException when it was not
     */
    public void verify(UUID organization, String signature, byte[] body) {
        Signature.read(HEADER, signature)
                .verify(body, secrets.of(Source.PERENNIAL, organization), clock.instant(), config.tolerance());
    }
}
