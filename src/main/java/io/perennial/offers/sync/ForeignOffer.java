package io.perennial.offers.sync;

import java.util.Map;

/**
 * An offer as an outside system describes it.
 *
 * @param number its place among the offers of the source, from 1
 * @param values by the names of the catalog's columns, of their types; only what the system says something about
 */
record ForeignOffer(long number, String externalId, Map<String, Object> values) {}
