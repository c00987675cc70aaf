package io.perennial.models;

import io.smallrye.mutiny.Uni;
import java.util.Map;
import java.util.UUID;

/** Says which features moved a churn probability, by the very version of the model that gave it. */
public interface ChurnContributions {

    /**
     * What each feature contributes to the log-odds of a customer's churn probability.
     *
     * @param modelVersion as {@code churn_prediction} names it
     * @param features of the customer by name, those without a value left out
     * @return signed contributions by the name of the feature, positive towards churn; yields null when the version cannot
     *     explain itself, because it is no model of this service or its engine is not there
     */
    Uni<Map<String, Double>> of(UUID organization, String modelVersion, Map<String, Double> features);
}
