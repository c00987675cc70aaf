package io.perennial.insight.behavior;

/** Ratings from 1 to 5 that customers give after a treatment or a job. */
final class Satisfaction {

    static final String[] RATINGS = {"review", "csat"};

    /** The year before the last 90 days. */
    static final Window BEFORE = new Window(455, 90);

    static final Signal DROP = new Signal(
            "satisfaction_drop",
            "By how many points the mean rating of the last 90 days is below that of the 365 days before",
            "rating_before - rating_last_90_days",
            Direction.AT_LEAST,
            Unit.POINTS,
            1,
            Urgency.HIGH,
            "Thank for the feedback in person and put right what it is about");

    private Satisfaction() {}
}
