package io.perennial.insight.behavior;

import java.util.List;

import io.perennial.tenant.OrgType;

/** Trades: {@code emergency_call} has the minutes until somebody was there for a value; see {@link Contract} as well. */
final class Trades {

    private static final Window EVER = Window.last(Contract.LOOK_BACK_DAYS);

    /** For how long after a job its warranty is worth a call. */
    private static final int WARRANTY_DAYS = 365;

    static final Profile PROFILE = new Profile(
            OrgType.TRADES,
            "The value of `emergency_call` is the minutes until somebody was there, of `review` and `csat` a rating from 1 to 5,"
                    + " of `contract_started` and `contract_renewed` the days of the term, 365 without one.",
            90,
            1.5,
            Contract.LOOK_BACK_DAYS,
            false,
            List.of("login", "service_visit", "quote_requested"),
            List.of(
                    Metric.events(
                            "service_visits_last_365_days",
                            "Service visits of the last 365 days",
                            Window.last(365),
                            "service_visit"),
                    Metric.events(
                            "emergency_calls_last_90_days",
                            "Emergency calls of the last 90 days",
                            Window.last(90),
                            "emergency_call"),
                    Metric.mean(
                            "emergency_response_minutes",
                            "Mean minutes until somebody was there, in the last 90 days",
                            Window.last(90),
                            "emergency_call"),
                    Metric.mean(
                            "rating_last_90_days",
                            "Mean of reviews and satisfaction scores of the last 90 days, 1 to 5",
                            Window.last(90),
                            Satisfaction.RATINGS),
                    Metric.mean(
                            "rating_before",
                            "The same of the 365 days before that",
                            Satisfaction.BEFORE,
                            Satisfaction.RATINGS),
                    Metric.latest("_last_service_visit", EVER, "service_visit"),
                    Metric.latest("_last_job", EVER, "job_completed"),
                    Metric.latest("_last_follow_up", EVER, "follow_up"),
                    Contract.BEGAN,
                    Contract.CANCELLED,
                    Contract.ENDS),
            List.of(),
            List.of(
                    Contract.DAYS_LEFT,
                    Metric.derived(
                            "days_since_last_service_visit",
                            "Days since the last service visit",
                            "floor(date_part('epoch', :as_of - _last_service_visit) / 86400)"),
                    Metric.derived(
                            "days_since_job_without_follow_up",
                            "Days since the last job was completed, when nobody asked about it since",
                            """
                            case when _last_follow_up >= _last_job then null
                                else floor(date_part('epoch', :as_of - _last_job) / 86400) end""")),
            List.of(
                    new Signal(
                            "contract_renewal_due",
                            "Days until the maintenance contract ends, if it did not end more than 90 days ago",
                            Contract.RENEWABLE_DAYS,
                            Direction.AT_MOST,
                            Unit.DAYS,
                            30,
                            Urgency.HIGH,
                            "Propose the renewal of the maintenance contract with what it has saved so far"),
                    new Signal(
                            "seasonal_service_due",
                            "Days since the last service visit",
                            "days_since_last_service_visit",
                            Direction.AT_LEAST,
                            Unit.DAYS,
                            180,
                            Urgency.MEDIUM,
                            "Remind of the seasonal service and propose dates"),
                    new Signal(
                            "slow_emergency_response",
                            "Mean minutes until somebody was there after an emergency call of the last 90 days",
                            "emergency_response_minutes",
                            Direction.AT_LEAST,
                            Unit.MINUTES,
                            120,
                            Urgency.HIGH,
                            "Apologise for the wait and offer priority for the next emergency"),
                    new Signal(
                            "warranty_follow_up",
                            "Days since the last job was completed, at most 365, when nobody asked about it since",
                            Signal.when(
                                    "days_since_job_without_follow_up <= " + WARRANTY_DAYS,
                                    "days_since_job_without_follow_up"),
                            Direction.AT_LEAST,
                            Unit.DAYS,
                            14,
                            Urgency.MEDIUM,
                            "Ask whether all is well with the work and remind of the warranty"),
                    Satisfaction.DROP));

    private Trades() {}
}
