package io.perennial.models;

import io.perennial.models.learn.Objective;

/** Something that versions of a model are trained for. Every bean of this type is listed, and its versions are kept alike. */
public interface LearnedKind {

    /** As paths and versions name it, such as {@code churn}. */
    String name();

    /** What is predicted, in a sentence without a full stop. */
    String description();

    /** What kind of number is predicted. */
    Objective objective();

    /** The name of the kind of run that trains it; null for the one that trains every {@link ModelKind}. */
    default String ownTraining() {
        return null;
    }
}
