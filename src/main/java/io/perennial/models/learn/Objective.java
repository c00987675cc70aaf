package io.perennial.models.learn;

/** What is predicted of a row, and so what a score is and which loss is minimised. */
public enum Objective {

    /** Whether something happens. Labels are 0 and 1, scores are log-odds, the loss is log-loss. */
    BINARY,

    /** How much of something. Labels and scores are in its unit, the loss is the squared error. */
    REGRESSION,

    /** Which of several. Labels are the indexes of the classes, scores are log-odds up to a constant, the loss is log-loss. */
    MULTICLASS
}
