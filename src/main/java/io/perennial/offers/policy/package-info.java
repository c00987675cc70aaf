/**
 * What a policy would have earned, told from a log of what another one did. Everything here is arithmetic over arrays; who
 * the customers are and what was offered to them is for others to know.
 */
package io.perennial.offers.policy;
