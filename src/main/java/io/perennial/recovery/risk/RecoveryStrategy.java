package io.perennial.recovery.risk;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * How a customer is won back, by the level of the risk.
 *
 * @param responseWithinHours null where nothing is urgent
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RecoveryStrategy(
        @Schema(description = "From 1, the most urgent", examples = "2")
        int priority,

        @Schema(description = "The most important first", examples = "[\"email\", \"sms\"]")
        List<String> channels,

        IncentiveRange incentives,
        List<Step> timeline,

        @Schema(description = "Hours after the case began; absent where nothing is urgent", examples = "4")
        Integer responseWithinHours,

        @Schema(description = "Who speaks, and how", examples = "Personal, from a named contact")
        String communicationStyle,

        @Schema(description = "What goes with it", examples = "[\"Point out the features that a lesser plan lacks\"]")
        List<String> actions) {

    /** How much may be offered. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record IncentiveRange(
            @Schema(examples = "Moderate") String size,

            @Schema(description = "Per cent off, at least; absent where no discount is offered", examples = "20")
            Integer minDiscountPercent,

            @Schema(description = "Per cent off, at most; absent where no discount is offered", examples = "40")
            Integer maxDiscountPercent,

            @Schema(examples = "A discount of 20 to 40 %") String offer) {}

    /** A message of the sequence. */
    public record Step(
            @Schema(description = "From 1", examples = "2") int step,
            @Schema(examples = "email") String channel,

            @Schema(description = "Hours after the first message", examples = "24")
            int afterHours,

            @Schema(examples = "Remind of what the product is worth to the customer")
            String content) {}

    private static final int CRITICAL_HOURS = 1;
    private static final int HIGH_HOURS = 4;
    private static final int MEDIUM_HOURS = 24;

    /** The strategy of a level. */
    static RecoveryStrategy of(RecoveryRiskLevel level) {
        return switch (level) {
            case CRITICAL ->
                new RecoveryStrategy(
                        1,
                        List.of("phone", "email", "sms"),
                        new IncentiveRange("High value", 50, 100, "A discount of 50 % or more"),
                        after(new Step(1, "phone", 0, "Call at once, hear what went wrong and put it right")),
                        CRITICAL_HOURS,
                        "Executive level: from somebody who may decide",
                        List.of("Hold the account instead of closing it, and extend the time to pay"));
            case HIGH ->
                new RecoveryStrategy(
                        2,
                        List.of("email", "sms"),
                        new IncentiveRange("Moderate", 20, 40, "A discount of 20 to 40 %"),
                        after(),
                        HIGH_HOURS,
                        "Personal: by name, about their own reasons",
                        List.of("Follow up by SMS", "Show what a lesser plan or another product lacks"));
            case MEDIUM ->
                new RecoveryStrategy(
                        3,
                        List.of("email"),
                        new IncentiveRange("Low value", 10, 20, "A discount of 10 to 20 %"),
                        after(),
                        MEDIUM_HOURS,
                        "Automated: helpful and to the point",
                        List.of("Teach what the product is worth", "Ask in a survey what is missing"));
            case LOW ->
                new RecoveryStrategy(
                        4,
                        List.of("email", "push"),
                        new IncentiveRange("Minor", null, null, "A longer free trial"),
                        after(),
                        null,
                        "Nurturing: light and friendly",
                        List.of("Send tips and good examples", "Say what the product is worth before it is asked"));
        };
    }

    /** The four mails of every sequence, after what comes before them. */
    private static List<Step> after(Step... first) {
        var steps = new ArrayList<>(List.of(first));
        var mails = List.of(
                new Step(0, "email", 0, "Say what happened, and make the first offer"),
                new Step(0, "email", 24, "Remind of what the product is worth to the customer"),
                new Step(0, "email", 72, "Answer the likely reason, and make a better offer"),
                new Step(0, "email", 168, "Make the last attempt"));
        mails.forEach(mail -> steps.add(new Step(steps.size() + 1, mail.channel(), mail.afterHours(), mail.content())));
        return steps;
    }
}
