package io.perennial.intake.billing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Billing events, and the webhooks that bring them. */
@ConfigMapping(prefix = "perennial.billing")
public interface BillingConfig {

    /**
     * What the secrets of Perennial's own webhooks are derived from, for every organization another one; only from the
     * environment ({@code PERENNIAL_BILLING_WEBHOOK_MASTER_KEYS}). The first is the current one, and while keys are exchanged
     * the one before it is valid too. Without it, only organizations with secrets of their own can be sent webhooks, except on
     * the embedded database.
     */
    Optional<List<String>> webhookMasterKeys();

    /** How far from now the time in a signature may be, before or after. */
    @WithDefault("5m")
    Duration tolerance();

    /** How long a webhook that was accepted waits for others to be settled with. */
    @WithDefault("100ms")
    Duration settleAfter();

    /** How often it is looked for accepted webhooks that a replica has left, which stopped or could not settle them. */
    @WithDefault("1s")
    Duration settleEvery();

    /** How often it is looked whether customers have come whom parked events wait for; an upload looks by itself. */
    @WithDefault("1m")
    Duration replayEvery();

    /** How long events are listed that were ignored or refused. */
    @WithDefault("30d")
    Duration keepUnused();
}
