package io.perennial.insight.behavior;

import java.util.List;

import io.perennial.tenant.OrgType;

/** Consultants: {@code milestone_reached} has the client's rating from 1 to 5 for a value; see {@link Contract} as well. */
final class ProfessionalServices {

    private static final Window EVER = Window.last(Contract.LOOK_BACK_DAYS);

    /** For how long after a project a follow-up is still one. */
    private static final int FOLLOW_UP_DAYS = 365;

    static final Profile PROFILE = new Profile(
            OrgType.PROFESSIONAL_SERVICES,
            "The value of `milestone_reached` is a rating from 1 to 5, of `nps` 0 to 10, of `contract_started` and"
                    + " `contract_renewed` the days of the term, 365 without one.",
            90,
            3,
            Contract.LOOK_BACK_DAYS,
            false,
            List.of("login", "meeting", "milestone_reached"),
            List.of(
                    Metric.events("meetings_last_90_days", "Meetings of the last 90 days", Window.last(90), "meeting"),
                    Metric.mean(
                            "milestone_rating_last_90_days",
                            "Mean rating of the milestones of the last 90 days, 1 to 5",
                            Window.last(90),
                            "milestone_reached"),
                    Metric.mean(
                            "milestone_rating_before",
                            "The same of the 365 days before that",
                            Satisfaction.BEFORE,
                            "milestone_reached"),
                    Metric.mean(
                            "nps_last_90_days",
                            "Mean readiness to recommend in the last 90 days, 0 to 10",
                            Window.last(90),
                            "nps"),
                    Metric.events(
                            "referrals_last_180_days",
                            "Referrals given or asked for in the last 180 days",
                            Window.last(180),
                            "referral",
                            "referral_asked"),
                    Metric.latest("_last_project", EVER, "project_completed"),
                    Metric.latest("_last_follow_up", EVER, "follow_up", "meeting"),
                    Contract.BEGAN,
                    Contract.CANCELLED,
                    Contract.ENDS),
            List.of(),
            List.of(
                    Contract.DAYS_LEFT,
                    Metric.derived(
                            "days_since_project_without_follow_up",
                            "Days since the last project was completed, without a follow-up or a meeting since",
                            """
                            case when _last_follow_up >= _last_project then null
                                else floor(date_part('epoch', :as_of - _last_project) / 86400) end""")),
            List.of(
                    new Signal(
                            "milestone_satisfaction_drop",
                            "By how many points the mean milestone rating of the last 90 days is below that of the 365 before",
                            "milestone_rating_before - milestone_rating_last_90_days",
                            Direction.AT_LEAST,
                            Unit.POINTS,
                            1,
                            Urgency.HIGH,
                            "Let the partner in charge talk the last milestone over with the client"),
                    new Signal(
                            "project_without_follow_up",
                            "Days since the last project was completed, at most 365, without a follow-up or a meeting",
                            Signal.when(
                                    "days_since_project_without_follow_up <= " + FOLLOW_UP_DAYS,
                                    "days_since_project_without_follow_up"),
                            Direction.AT_LEAST,
                            Unit.DAYS,
                            14,
                            Urgency.MEDIUM,
                            "Review the results with the client and propose the next step"),
                    new Signal(
                            "renewal_due",
                            "Days until the contract ends, if it did not end more than 90 days ago",
                            Contract.RENEWABLE_DAYS,
                            Direction.AT_MOST,
                            Unit.DAYS,
                            45,
                            Urgency.HIGH,
                            "Prepare the renewal with a summary of what was achieved"),
                    new Signal(
                            "referral_moment",
                            "Mean readiness to recommend in the last 90 days, when no referral was given or asked for in 180",
                            Signal.when("referrals_last_180_days = 0", "nps_last_90_days"),
                            Direction.AT_LEAST,
                            Unit.POINTS,
                            9,
                            Urgency.LOW,
                            "Ask the satisfied client for a referral")));

    private ProfessionalServices() {}
}
