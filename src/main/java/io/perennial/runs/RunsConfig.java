package io.perennial.runs;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Runs over a whole organization. */
@ConfigMapping(prefix = "perennial.runs")
public interface RunsConfig {

    /** Parts of one run that this replica works on at the same time: about one for each core of the database. */
    @WithDefault("2")
    int workers();

    /** Runs that this replica works on at the same time; the others wait. */
    @WithDefault("2")
    int concurrentRuns();

    /** Customers in a part: enough to make its overhead small, few enough to lose little when it has to be repeated. */
    @WithDefault("25000")
    int customersPerPart();

    /** How often a part is tried before its run fails. */
    @WithDefault("3")
    int maxAttempts();
}
