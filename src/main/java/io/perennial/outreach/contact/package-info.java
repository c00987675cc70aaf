/**
 * Who may be written to, by which channel, where and when: what customers have said about it, addresses that messages come back
 * from, devices, and the rules of each organization.
 */
package io.perennial.outreach.contact;
