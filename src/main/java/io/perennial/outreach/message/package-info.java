/**
 * What is sent: messages wait here from the transaction of the decision that caused them until a channel has taken them, and
 * what became of them is known here.
 */
package io.perennial.outreach.message;
