package io.perennial.models.lifetime;

/**
 * A model with the parameters that make the data likeliest.
 *
 * @param logLikelihood of the data
 */
public record Fitted<M>(M model, double logLikelihood) {}
