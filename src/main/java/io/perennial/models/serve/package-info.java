/**
 * Inference: models that were trained answer here, on threads of their own and never on an event loop. The words are those of
 * DJL Serving: callers hand in jobs, jobs wait in a queue and are gathered into batches, workers score batches with models
 * that each of them has loaded for itself.
 */
package io.perennial.models.serve;
