/**
 * Dunning: what is said to a customer with an open recovery case, when, and by which channel. The steps of a case are rows that
 * any replica takes when they are due; before each, it is asked whether the customer has stayed already.
 */
package io.perennial.recovery.dunning;
