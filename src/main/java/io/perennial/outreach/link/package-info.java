/** The links in messages: signed, expiring, and telling what came of the message, with nothing personal in them. */
package io.perennial.outreach.link;
