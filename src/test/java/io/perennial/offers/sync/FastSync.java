package io.perennial.offers.sync;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings for tests: short pauses, little patience, and only this machine may be asked. */
class FastSync implements SyncConfig {

    @Override
    public boolean enabled() {
        return true;
    }

    @Override
    public Duration checkEvery() {
        return Duration.ofHours(1);
    }

    @Override
    public Optional<List<String>> allowedHosts() {
        return Optional.of(List.of("localhost"));
    }

    @Override
    public Duration connectTimeLimit() {
        return Duration.ofSeconds(2);
    }

    @Override
    public Duration pageTimeLimit() {
        return Duration.ofSeconds(10);
    }

    @Override
    public Duration timeLimit() {
        return Duration.ofSeconds(30);
    }

    @Override
    public int retries() {
        return 2;
    }

    @Override
    public Duration firstPause() {
        return Duration.ofMillis(1);
    }

    @Override
    public Duration longestPause() {
        return Duration.ofMillis(2);
    }

    @Override
    public int maxPages() {
        return 5;
    }

    @Override
    public int maxOffers() {
        return 50;
    }

    @Override
    public int maxPageBytes() {
        return 100_000;
    }

    @Override
    public int maxFileBytes() {
        return 1_000;
    }

    @Override
    public double maxShareTakenBack() {
        return 0.5;
    }

    @Override
    public int failuresToOpen() {
        return 2;
    }

    @Override
    public Duration openFor() {
        return Duration.ofMinutes(5);
    }
}
