/**
 * The lifetime value of customers who are bound by no contract: how often they will buy by the BG/NBD model, and for how
 * much by the Gamma-Gamma model.
 */
package io.perennial.models.lifetime;
