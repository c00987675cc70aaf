package io.perennial.insight.lifecycle;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Where somebody is in their life as a customer, with what to do for those who are there. */
public enum Stage {
    ACQUISITION(
            "acquisition",
            "Known, and has not bought yet",
            new Action("Answer what keeps them from a first purchase and show what others began with", "email", 3),
            new Action("Offer an incentive for the first purchase that ends soon", "email", 14)),
    ONBOARDING(
            "onboarding",
            "Bought for the first time a short while ago, or only once",
            new Action("Welcome them and show the steps to a first success", "email", 1),
            new Action("Ask how the first purchase went and put right what was wrong", "call", 7),
            new Action("Recommend what goes with the first purchase", "email", 21)),
    GROWTH(
            "growth",
            "Buys or does more than before",
            new Action("Recommend what customers like them buy next", "email", 7),
            new Action("Offer the next larger plan, size or bundle while interest rises", "email", 14)),
    RETENTION(
            "retention",
            "Buys as usual",
            new Action("Thank them with a benefit of loyalty that has to be used to be kept", "email", 30),
            new Action("Remind them in time of what they usually buy again", "email", 30)),
    WIN_BACK(
            "win_back",
            "Has left not long ago and was worth something",
            new Action("Ask in person why they left and offer to put it right", "call", 3),
            new Action("Send an offer to come back that suits what they bought most", "email", 7)),
    CHURN(
            "churn",
            "Is about to leave, or has left for good",
            new Action("Call those who have not left yet and remove the reason", "call", 1),
            new Action("Ask those who have left what the reason was, and save further effort", "email", 14));

    /** Something to do for the customers of a stage. */
    public record Action(
            @Schema(examples = "Recommend what customers like them buy next")
            String action,

            @Schema(
                    examples = "email",
                    enumeration = {"call", "email"})
            String channel,

            @Schema(description = "After the customer came into the stage", examples = "7")
            int withinDays) {}

    private final String label;
    private final String description;
    private final List<Action> actions;

    Stage(String label, String description, Action... actions) {
        this.label = label;
        this.description = description;
        this.actions = List.of(actions);
    }

    /** As the API and the database write it. */
    @JsonValue
    public String label() {
        return label;
    }

    String description() {
        return description;
    }

    /** What to do, the most urgent first. */
    List<Action> actions() {
        return actions;
    }

    /** Reads what {@link #label()} writes, in any case. */
    @JsonCreator
    public static Stage of(String label) {
        return labelled(label == null ? null : label.toLowerCase(Locale.ROOT))
                .orElseThrow(() -> new IllegalArgumentException("must be one of "
                        + Arrays.stream(values()).map(Stage::label).collect(Collectors.joining(", "))));
    }

    static Optional<Stage> labelled(String label) {
        return Arrays.stream(values())
                .filter(stage -> stage.label.equals(label))
                .findFirst();
    }
}
