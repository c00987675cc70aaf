package io.perennial.insight.behavior;

import java.math.BigDecimal;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A signal as an organization has set it. */
public record SignalSetting(
        @Schema(examples = "login_frequency_decline") String name,

        @Schema(
                description = "What is measured",
                examples = "By how much logins of the last 30 days fell, from at least 4 in the 30 days before")
        String meaning,

        @Schema(description = "On which side of the threshold a measure is a signal", examples = "at_least")
        Direction direction,

        @Schema(description = "Of the threshold", examples = "percent")
        Unit unit,

        @Schema(examples = "40") BigDecimal threshold,

        @Schema(description = "The threshold when the organization has none of its own", examples = "50")
        BigDecimal defaultThreshold,

        @Schema(examples = "high") Urgency urgency,

        @Schema(examples = "Send re-engagement email highlighting new mobile app features")
        String recommendation) {

    /**
     * A signal with its threshold.
     *
     * @param threshold of the organization; null when it has none of its own
     */
    static SignalSetting of(Signal signal, BigDecimal threshold) {
        var standard = Behaviors.plain(BigDecimal.valueOf(signal.threshold()));
        return new SignalSetting(
                signal.name(),
                signal.meaning(),
                signal.direction(),
                signal.unit(),
                threshold == null ? standard : Behaviors.plain(threshold),
                standard,
                signal.urgency(),
                signal.recommendation());
    }
}
