/**
 * How a message is said: the templates of every tone, stage and channel, the organizations' own ones, and what is made of
 * them for a customer. A template is data that people write, so nothing it says can reach beyond the values it is given.
 */
package io.perennial.outreach.template;
