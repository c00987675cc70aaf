package io.perennial.recovery.outcome;

/**
 * What a difference of means needs to know of one of the two groups.
 *
 * @param size 0 or more
 * @param mean 0 of nobody
 * @param variance of the sample, with size − 1 as its divisor; 0 where there are fewer than two
 */
record Sample(long size, double mean, double variance) {}
