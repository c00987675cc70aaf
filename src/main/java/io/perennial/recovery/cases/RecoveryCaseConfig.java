package io.perennial.recovery.cases;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How recovery cases are looked after. */
@ConfigMapping(prefix = "perennial.recovery.cases")
public interface RecoveryCaseConfig {

    /** How often it is looked which cases are to be assessed, are answered late or have come to their end. */
    @WithDefault("1s")
    Duration checkEvery();

    /** How often it is looked whether a run over the customers' health has found somebody whose churn risk rose. */
    @WithDefault("1m")
    Duration watchChurnRiskEvery();

    /** What happened longer ago begins no case: it is told by an upload of the past, or very late. */
    @WithDefault("7d")
    Duration oldestTrigger();

    /**
     * The hosts that late answers may be told, as {@code host} or {@code host:port}; without it, none. Organizations choose the
     * URL, and could otherwise have the service ask what only it can reach.
     */
    Optional<List<String>> alertHosts();

    /**
     * What alerts are signed with, as webhooks are that the service takes; only from the environment ({@code
     * PERENNIAL_RECOVERY_CASES_ALERT_SECRET}). Without it they are not signed.
     */
    Optional<String> alertSecret();

    /** How long whoever is told may take to answer. */
    @WithDefault("10s")
    Duration alertTimeLimit();

    /** How long it is tried to tell somebody. */
    @WithDefault("24h")
    Duration alertFor();
}
