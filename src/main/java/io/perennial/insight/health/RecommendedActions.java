package io.perennial.insight.health;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.models.ChurnRiskLevel;
import io.perennial.tenant.OrgType;

/** What to do about the reasons a customer might leave for, in the words of the industry. */
public final class RecommendedActions {

    /** The largest number of actions for one customer. */
    static final int MOST = 3;

    /** Something to do for a customer. */
    public record Action(
            @Schema(examples = "Call about the failed payment and offer another way to pay")
            String action,

            @Schema(
                    examples = "call",
                    enumeration = {"call", "email", "sms"})
            String channel,

            @Schema(
                    examples = "high",
                    enumeration = {"immediate", "high", "normal", "low"})
            String urgency,

            @Schema(examples = "72") int withinHours,

            @Schema(
                    description = "The risk factor that it answers; absent when there is none",
                    examples = "recency_days")
            String factor) {}

    /** How soon something has to be done at a level, and whether somebody calls. */
    private record Urgency(String name, int withinHours, boolean call) {}

    private static final Map<ChurnRiskLevel, Urgency> URGENCIES = new EnumMap<>(Map.of(
            ChurnRiskLevel.CRITICAL, new Urgency("immediate", 24, true),
            ChurnRiskLevel.HIGH, new Urgency("high", 72, true),
            ChurnRiskLevel.MEDIUM, new Urgency("normal", 168, false),
            ChurnRiskLevel.LOW, new Urgency("low", 720, false)));

    /** A reason to leave, with the channel for when nobody has to call, and what to do about it in each industry. */
    private enum Theme {
        COME_BACK(
                "email",
                "Offer a review of the accounts and a better rate on what is used most",
                "Offer a plan that fits the present use, with a credit for staying",
                "Send a personal offer that suits what they bought or looked at, valid for a week",
                "Invite to the check-up that is due, with two appointments to choose from",
                "Offer the maintenance visit of the season at the price of the last one",
                "Propose a short meeting on what they plan next"),
        PAYMENT(
                "email",
                "Point out the failed payment and offer to move its date or its account",
                "Point out the failed payment and offer a payment plan before service is limited",
                "Ask for another way to pay and keep the order until then",
                "Offer to settle the balance in instalments and check the insurance details",
                "Send the open invoice again and offer to pay in instalments",
                "Clear up the open invoice with accounting and offer other payment terms"),
        SATISFACTION(
                "email",
                "Let an adviser follow up the complaint and say what was done about it",
                "Follow up the open tickets and say by when they will be solved",
                "Follow up the last order, put right what was wrong and offer a return at no cost",
                "Let the practice manager ask what went wrong and put it right",
                "Send the technician again to put right what was wrong, under warranty",
                "Let a partner ask how the project is going and settle what is open"),
        ENGAGEMENT(
                "email",
                "Show the features of the app that are not used yet",
                "Show what the plan includes that is not used yet",
                "Send new arrivals in the categories that were looked at last",
                "Send a reminder of preventive care, with a link to book",
                "Send the checklist of the season, with a link to book a visit",
                "Share an insight that concerns their business and ask for their view"),
        ONBOARDING(
                "email",
                "Welcome them with the steps that set up the account for every day",
                "Welcome them with the steps that set up number, app and billing",
                "Welcome them and help them choose their next order",
                "Welcome them and book their next visit",
                "Welcome them and offer a maintenance contract",
                "Welcome them and agree on the goals of the first months"),
        CHANNEL(
                "sms",
                "Ask by another channel how they would like to be reached",
                "Ask by text message how they would like to be reached",
                "Ask by text message which news they want, and send fewer of the others",
                "Ask by text message how they would like to be reminded",
                "Ask by text message when and how it suits them to be reached",
                "Ask their contact person how and how often they want to hear from you"),
        ADVOCACY(
                "email",
                "Ask for a recommendation and thank for it",
                "Ask to bring a friend, with a credit for both",
                "Ask for a review and give early access to what is new",
                "Ask for a review and to tell family and friends",
                "Ask for a review and to tell the neighbours, with a discount for both",
                "Ask for a reference or an introduction");

        private final String channel;
        private final Map<OrgType, String> actions = new EnumMap<>(OrgType.class);

        /** One action for each industry, in the order of {@link OrgType}. */
        Theme(String channel, String... actions) {
            this.channel = channel;
            Arrays.stream(OrgType.values()).forEach(type -> this.actions.put(type, actions[type.ordinal()]));
        }
    }

    private static final Map<String, Theme> THEMES = Map.ofEntries(
            Map.entry("failed_payments_90d", Theme.PAYMENT),
            Map.entry("payment_behavior_score", Theme.PAYMENT),
            Map.entry("support_tickets_30d", Theme.SATISFACTION),
            Map.entry("support_tickets_90d", Theme.SATISFACTION),
            Map.entry("refunds", Theme.SATISFACTION),
            Map.entry("satisfaction_score", Theme.SATISFACTION),
            Map.entry("engagement", Theme.ENGAGEMENT),
            Map.entry("events_30d", Theme.ENGAGEMENT),
            Map.entry("events_previous_30d", Theme.ENGAGEMENT),
            Map.entry("events_90d", Theme.ENGAGEMENT),
            Map.entry("logins_30d", Theme.ENGAGEMENT),
            Map.entry("logins_previous_30d", Theme.ENGAGEMENT),
            Map.entry("feature_uses_30d", Theme.ENGAGEMENT),
            Map.entry("feature_uses_previous_30d", Theme.ENGAGEMENT),
            Map.entry("days_since_last_event", Theme.ENGAGEMENT),
            Map.entry("tenure_days", Theme.ONBOARDING),
            Map.entry("frequency", Theme.ONBOARDING),
            Map.entry("communication_responsiveness_score", Theme.CHANNEL));

    private RecommendedActions() {}

    /**
     * What to do, for the gravest reasons first and once for reasons of one kind.
     *
     * @param riskFactors the gravest first
     * @return {@link #MOST} at most, one at least
     */
    static List<Action> of(OrgType orgType, ChurnRiskLevel level, List<Factor> riskFactors) {
        Set<Theme> themes = EnumSet.noneOf(Theme.class);
        var actions = riskFactors.stream()
                .filter(factor -> themes.add(theme(factor)))
                .limit(MOST)
                .map(factor -> action(orgType, level, theme(factor), factor.factor()))
                .toList();
        if (actions.isEmpty()) {
            var theme = level == ChurnRiskLevel.LOW ? Theme.ADVOCACY : Theme.COME_BACK;
            return List.of(action(orgType, level, theme, null));
        }
        return actions;
    }

    /** Whatever has no theme of its own is about buying, and so is what only newcomers are welcomed for. */
    private static Theme theme(Factor factor) {
        var theme = THEMES.getOrDefault(factor.factor(), Theme.COME_BACK);
        return theme == Theme.ONBOARDING && !isNewcomer(factor) ? Theme.COME_BACK : theme;
    }

    private static boolean isNewcomer(Factor factor) {
        var most = factor.factor().equals("tenure_days") ? 180 : 3;
        return factor.value() != null && factor.value() <= most;
    }

    private static Action action(OrgType orgType, ChurnRiskLevel level, Theme theme, String factor) {
        var urgency = URGENCIES.get(level);
        var channel = urgency.call() && theme != Theme.CHANNEL ? "call" : theme.channel;
        return new Action(theme.actions.get(orgType), channel, urgency.name(), urgency.withinHours(), factor);
    }
}
