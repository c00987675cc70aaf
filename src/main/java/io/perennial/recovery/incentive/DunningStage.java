package io.perennial.recovery.incentive;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;

/** How far the attempts to get a payment after all have come. */
public enum DunningStage {
    DUNNING_1,
    DUNNING_2,
    DUNNING_3,
    DUNNING_4,
    DUNNING_5;

    /** As the API and the database write it. */
    @JsonValue
    public String label() {
        return "dunning_" + number();
    }

    /** From 1 to 5. */
    public int number() {
        return ordinal() + 1;
    }

    /** Reads what {@link #label()} writes. */
    @JsonCreator
    public static DunningStage of(String label) {
        return labelled(label).orElseThrow(() -> new IllegalArgumentException("must be one of dunning_1 to dunning_5"));
    }

    /** The stage that is written like this, if there is one. */
    public static Optional<DunningStage> labelled(String label) {
        return Arrays.stream(values())
                .filter(stage -> stage.label().equals(label))
                .findFirst();
    }
}
