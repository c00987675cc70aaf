package io.perennial.insight.behavior;

import java.util.List;

import io.perennial.tenant.OrgType;

/** Telecoms: {@code data_session} has megabytes for a value, {@code plan_utilization} per cent, {@code payment_late} days. */
final class Telecom {

    private static final String COMMUNICATION = "(calls_%1$s_30_days + sms_%1$s_30_days)";

    static final Profile PROFILE = new Profile(
            OrgType.TELECOM,
            "The value of `data_session` is megabytes, of `plan_utilization` per cent of the plan used up, of `payment_late`"
                    + " the days.",
            30,
            6,
            90,
            false,
            List.of("login", "data_session", "call", "sms"),
            List.of(
                    Metric.sum(
                            "data_mb_last_30_days",
                            "Megabytes used in the last 30 days",
                            Window.last(30),
                            "data_session"),
                    Metric.sum(
                            "data_mb_prev_30_days",
                            "Megabytes used in the 30 days before",
                            Window.previous(30),
                            "data_session"),
                    Metric.events("calls_last_30_days", "Calls of the last 30 days", Window.last(30), "call"),
                    Metric.events("calls_prev_30_days", "Calls of the 30 days before", Window.previous(30), "call"),
                    Metric.events("sms_last_30_days", "Text messages of the last 30 days", Window.last(30), "sms"),
                    Metric.events(
                            "sms_prev_30_days", "Text messages of the 30 days before", Window.previous(30), "sms"),
                    Metric.mean(
                            "plan_utilization_percent",
                            "How much of the plan was used up, the mean of the reports of the last 60 days",
                            Window.last(60),
                            "plan_utilization"),
                    Metric.events(
                            "roaming_events_last_30_days",
                            "Sessions and calls abroad in the last 30 days",
                            Window.last(30),
                            "roaming"),
                    Metric.events(
                            "billing_complaints_last_90_days",
                            "Complaints about bills in the last 90 days",
                            Window.last(90),
                            "billing_complaint"),
                    Metric.events(
                            "late_payments_last_90_days",
                            "Bills paid late in the last 90 days",
                            Window.last(90),
                            "payment_late"),
                    Metric.sum(
                            "late_payment_days_last_90_days",
                            "By how many days they were late, together",
                            Window.last(90),
                            "payment_late")),
            List.of(),
            List.of(),
            List.of(
                    new Signal(
                            "data_usage_decline",
                            "By how much the data used in the last 30 days fell, from at least 100 MB in the 30 before",
                            Signal.decline("data_mb_last_30_days", "data_mb_prev_30_days", 100),
                            Direction.AT_LEAST,
                            Unit.PERCENT,
                            40,
                            Urgency.HIGH,
                            "Check network quality with the customer and offer a fitting data plan"),
                    new Signal(
                            "communication_pattern_change",
                            "By how much calls and texts of the last 30 days differ from the 30 before, of at least 6",
                            Signal.when(
                                    "greatest(%1$s, %2$s) >= 6"
                                            .formatted(
                                                    COMMUNICATION.formatted("last"), COMMUNICATION.formatted("prev")),
                                    "100 * abs(%1$s - %2$s)::float8 / greatest(%1$s, %2$s)"
                                            .formatted(
                                                    COMMUNICATION.formatted("last"), COMMUNICATION.formatted("prev"))),
                            Direction.AT_LEAST,
                            Unit.PERCENT,
                            60,
                            Urgency.MEDIUM,
                            "Ask how the customer communicates now and adapt minutes and messages"),
                    new Signal(
                            "plan_underutilization",
                            "How much of the plan was used up in the last 60 days",
                            "plan_utilization_percent",
                            Direction.AT_MOST,
                            Unit.PERCENT,
                            30,
                            Urgency.MEDIUM,
                            "Propose a smaller plan before the customer looks for one elsewhere"),
                    new Signal(
                            "billing_complaints",
                            "Complaints about bills in the last 90 days",
                            "billing_complaints_last_90_days",
                            Direction.AT_LEAST,
                            Unit.TIMES,
                            2,
                            Urgency.HIGH,
                            "Review the bills, correct what is wrong and explain the rest in person"),
                    new Signal(
                            "frequent_roaming",
                            "Sessions and calls abroad in the last 30 days",
                            "roaming_events_last_30_days",
                            Direction.AT_LEAST,
                            Unit.TIMES,
                            5,
                            Urgency.LOW,
                            "Offer a roaming pack or an international plan"),
                    new Signal(
                            "payment_delays",
                            "By how many days bills were paid late in the last 90 days, together",
                            "late_payment_days_last_90_days",
                            Direction.AT_LEAST,
                            Unit.DAYS,
                            15,
                            Urgency.HIGH,
                            "Offer another due date, automatic payment or instalments")));

    private Telecom() {}
}
