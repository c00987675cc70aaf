/** The ways to a customer: e-mail, text message, push message, and a task for a person who calls. */
package io.perennial.outreach.channel;
