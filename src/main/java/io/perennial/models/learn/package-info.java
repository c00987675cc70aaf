/**
 * Learning from tables: rows of features and a label go in, a model that scores and explains comes out. Nothing here knows
 * a database or a customer, so that the very same learners can be measured on any table.
 */
package io.perennial.models.learn;
