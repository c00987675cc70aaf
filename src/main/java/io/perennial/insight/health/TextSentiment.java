package io.perennial.insight.health;

import java.util.List;

/** Tells how texts sound. */
interface TextSentiment {

    /** Whether it can be asked now; false while its engine is loading and when it is missing. */
    boolean ready();

    /**
     * Classifies texts. Takes its time on the CPU, so it is asked off the event loop.
     *
     * @return one for each text, −1 (angry) to 1 (delighted)
     */
    float[] of(List<String> texts);
}
