package io.perennial.insight.behavior;

import java.util.List;

import io.perennial.tenant.OrgType;

/** Practices: patients keep appointments, miss or cancel them, come for check-ups and change their insurance. */
final class Healthcare {

    private static final int LOOK_BACK_DAYS = 800;

    static final Profile PROFILE = new Profile(
            OrgType.HEALTHCARE,
            "The value of `review` and `csat` is a rating from 1 to 5.",
            90,
            2.5,
            LOOK_BACK_DAYS,
            false,
            List.of("login", "appointment", "check_up"),
            List.of(
                    Metric.events(
                            "appointments_last_180_days",
                            "Appointments kept in the last 180 days",
                            Window.last(180),
                            "appointment"),
                    Metric.events(
                            "no_shows_last_180_days",
                            "Appointments missed in the last 180 days",
                            Window.last(180),
                            "no_show"),
                    Metric.events(
                            "cancellations_last_180_days",
                            "Appointments cancelled in the last 180 days",
                            Window.last(180),
                            "cancellation"),
                    Metric.events(
                            "insurance_changes_last_90_days",
                            "Changes of the insurance in the last 90 days",
                            Window.last(90),
                            "insurance_change"),
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
                    Metric.latest("_last_check_up", Window.last(LOOK_BACK_DAYS), "check_up")),
            List.of(),
            List.of(Metric.derived(
                    "days_since_last_check_up",
                    "Days since the last check-up or, without one, since the first sign of life",
                    "floor(date_part('epoch', :as_of - coalesce(_last_check_up, _since)) / 86400)")),
            List.of(
                    new Signal(
                            "frequent_no_shows",
                            "Appointments missed in the last 180 days",
                            "no_shows_last_180_days",
                            Direction.AT_LEAST,
                            Unit.TIMES,
                            2,
                            Urgency.HIGH,
                            "Call, offer another time and send reminders a week and a day ahead"),
                    new Signal(
                            "frequent_cancellations",
                            "Appointments cancelled in the last 180 days",
                            "cancellations_last_180_days",
                            Direction.AT_LEAST,
                            Unit.TIMES,
                            3,
                            Urgency.MEDIUM,
                            "Ask what keeps the patient from coming and offer other hours"),
                    new Signal(
                            "check_up_overdue",
                            "Days since the last check-up or, without one, since the first sign of life",
                            "days_since_last_check_up",
                            Direction.AT_LEAST,
                            Unit.DAYS,
                            365,
                            Urgency.MEDIUM,
                            "Send a health reminder with a proposal for a check-up"),
                    new Signal(
                            "insurance_change",
                            "Changes of the insurance in the last 90 days",
                            "insurance_changes_last_90_days",
                            Direction.AT_LEAST,
                            Unit.TIMES,
                            1,
                            Urgency.HIGH,
                            "Confirm the new coverage and explain what it pays for here"),
                    Satisfaction.DROP));

    private Healthcare() {}
}
