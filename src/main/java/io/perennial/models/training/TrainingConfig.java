package io.perennial.models.training;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How models are trained. */
@ConfigMapping(prefix = "perennial.models.training")
public interface TrainingConfig {

    /** Rows to learn from at most; of a larger organization a fair share of the customers is taken. */
    @WithDefault("200000")
    int maxRows();

    /** Snapshots to learn from at most, the newest. */
    @WithDefault("8")
    int maxSnapshots();

    /** Days from one snapshot to the next. */
    @WithDefault("30")
    int snapshotSpacingDays();

    /** Days of history that the earliest snapshot has behind it. */
    @WithDefault("60")
    int minHistoryDays();

    /** Rows that it takes at least to learn from; a fifth of them to validate and to test. */
    @WithDefault("200")
    int minRows();

    /** Rows of each of two outcomes that it takes at least to learn from; a fifth of them to validate and to test. */
    @WithDefault("20")
    int minRowsOfEachOutcome();

    /** Customers of the test, at most, who are scored week by week to see how early those who leave are found. */
    @WithDefault("10000")
    int watchedCustomers();

    /** How often each learner learns, at least 2; more is a little better, and takes training and inference as much longer. */
    @WithDefault("2")
    int fits();

    /** What chance begins with. */
    @WithDefault("17")
    long seed();
}
