package io.perennial.models.registry;

import java.util.List;

import io.perennial.models.serve.ModelVersion;

/**
 * The version of a kind that answers.
 *
 * @param learner {@code xgboost}, {@code tabm} or {@code blend}
 * @param features names, in the order that it was trained on
 * @param choices what it chooses from; empty for a kind that does not choose
 */
public record ActiveModel(ModelVersion version, String learner, List<String> features, List<String> choices) {}
