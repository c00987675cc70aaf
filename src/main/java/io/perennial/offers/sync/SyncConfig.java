package io.perennial.offers.sync;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How offers are taken over from outside systems. */
@ConfigMapping(prefix = "perennial.offers.sync")
public interface SyncConfig {

    /** Whether sources are asked on their schedules. */
    @WithDefault("true")
    boolean enabled();

    /** How often it is looked which source is due. */
    @WithDefault("30s")
    Duration checkEvery();

    /**
     * The hosts that may be asked, as {@code host} or {@code host:port}. Without it, every host may be that has public
     * addresses only; with it, no other, but these wherever they are, and by plain HTTP even with a secret.
     */
    Optional<List<String>> allowedHosts();

    /** How long connecting may take. */
    @WithDefault("5s")
    Duration connectTimeLimit();

    /** How long one page may take. */
    @WithDefault("15s")
    Duration pageTimeLimit();

    /** How long all pages may take, repetitions included. */
    @WithDefault("5m")
    Duration timeLimit();

    /** How often a page is asked for again that failed for a reason that may pass. */
    @WithDefault("3")
    int retries();

    /** The pause before the first repetition; each is about twice the one before, give or take half of it. */
    @WithDefault("500ms")
    Duration firstPause();

    /** The longest pause. */
    @WithDefault("10s")
    Duration longestPause();

    /** Pages that a source may have. */
    @WithDefault("1000")
    int maxPages();

    /** Offers that a source may have. */
    @WithDefault("10000")
    int maxOffers();

    /** Bytes that a page may have. */
    @WithDefault("4194304")
    int maxPageBytes();

    /** Bytes that a file of offers may have. */
    @WithDefault("16777216")
    int maxFileBytes();

    /**
     * The share of a source's active offers that it may take back at once, unless somebody insists: a source that lost its
     * data is no reason to lose ours.
     */
    @WithDefault("0.5")
    double maxShareTakenBack();

    /** Failures in a row after which a source is left alone. */
    @WithDefault("3")
    int failuresToOpen();

    /** How long it is left alone before it is asked once more. */
    @WithDefault("5m")
    Duration openFor();
}
