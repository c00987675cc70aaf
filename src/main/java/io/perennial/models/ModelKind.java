package io.perennial.models;

import java.util.List;

import io.perennial.models.learn.Objective;
import io.perennial.tenant.Organization;

/**
 * Something that can be predicted of a customer, declared: what is asked, of whom, what the answer turned out to be, and what
 * to say while nothing has been learned. Every bean of this type is trained, served and listed.
 *
 * <p>Its SQL speaks of a feature set {@code f} (the columns of {@code customer_feature}) as of {@code :as_of}, in
 * {@code :organization}, of customers {@code :first} to {@code :last}; outcomes lie in {@code (:as_of, :until]}, and
 * {@code :horizon} is the organization's days until a customer counts as churned. A kind that chooses one of several has
 * {@code :choices}, an array of text.
 */
public interface ModelKind extends LearnedKind {

    /** The days after the feature set in which the outcome shows. */
    int windowDays(Organization organization);

    /** SQL condition on {@code f}: of whom it makes sense to ask. */
    String population();

    /** SQL query that yields {@code customer_id} and {@code label}, for customers with something to say. */
    String outcome();

    /** SQL of the label of the other customers; {@code null} to leave them out of training. */
    String labelOtherwise();

    /** SQL over {@code f} of what is predicted without a model, in the unit of the prediction; what models are measured against. */
    String rules();

    /** What such predictions say of themselves. */
    default String rulesVersion() {
        return "rules-1";
    }

    /** The features, in their order. */
    default List<ModelFeature> features(List<String> choices) {
        return ModelFeature.ALL;
    }

    /** SQL joins that features need besides {@code f}. */
    default String joins(List<String> choices) {
        return "";
    }

    /**
     * SQL query of what there is to choose from, the commonest first, as of {@code :as_of}; null for a kind that does not
     * choose.
     */
    default String choices() {
        return null;
    }

    /** SQL over {@code f} and the outcome {@code o} of how many days before the outcome counts as known the prediction comes; null when no matter. */
    default String leadDays() {
        return null;
    }

    /** What a prediction is multiplied with before it is shown, such as the windows in a year. */
    default double scale() {
        return 1;
    }

    /** What a model may predict at least and at most, after scaling. */
    default double clamp(double prediction) {
        return objective() == Objective.REGRESSION ? Math.max(0, prediction) : prediction;
    }
}
