package io.perennial.recovery.outcome;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import io.perennial.platform.ProblemType;

/** What the figures of recovery can be told apart by. */
enum Dimension {
    SEGMENT(
            Of.CASE,
            "coalesce(c.first_segment, c.billing_segment, 'none')",
            "high_value",
            "mid_value",
            "at_risk",
            "standard"),
    TRIGGER(Of.CASE, "c.trigger_type", "payment_failed", "subscription_cancelled", "downgrade", "churn_risk"),
    RISK_LEVEL(Of.CASE, "coalesce(c.first_risk_level, c.risk_level)", "critical", "high", "medium", "low"),
    TONE(Of.MESSAGE, "split_part(m.template, '.', 2)", "premium", "professional", "friendly", "supportive"),
    STAGE(Of.MESSAGE, "split_part(m.template, '.', 3)"),
    CHANNEL(Of.MESSAGE, "m.channel", "email", "sms", "push", "phone"),
    VARIANT(Of.MESSAGE, "m.template || '/' || m.variant || '/' || m.revision"),
    OFFER_TYPE(
            Of.OFFER, "o.offer_type", "discount", "payment_plan", "feature_upgrade", "grace_period", "account_credit");

    /** The group of cases that nothing was written or offered for, or that were not assessed yet. */
    static final String NONE = "none";

    /** What it is a property of. */
    enum Of {
        /** Each case is in one group, that of its first assessment; a hold-out is too. */
        CASE,
        /** A case is in the group of every message that reached it. */
        MESSAGE,
        /** A case is in the group of everything it was offered. */
        OFFER
    }

    private final Of of;
    private final String sql;
    private final List<String> order;

    Dimension(Of of, String sql, String... order) {
        this.of = of;
        this.sql = sql;
        this.order = List.of(order);
    }

    Of of() {
        return of;
    }

    /** The group in SQL, of a row of cases {@code c}, messages {@code m} or offers {@code o}. */
    String sql() {
        return sql;
    }

    /** As the API writes it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads what {@link #label()} writes; null of null.
     *
     * @throws io.perennial.platform.ProblemException when it is none
     */
    static Dimension of(String label) {
        return label == null
                ? null
                : Arrays.stream(values())
                        .filter(dimension -> dimension.label().equals(label))
                        .findFirst()
                        .orElseThrow(() -> ProblemType.INVALID_REQUEST.problem(
                                "group_by must be one of %s",
                                Arrays.stream(values()).map(Dimension::label).collect(Collectors.joining(", "))));
    }

    /** Where a group stands in the list; those without a place of their own after the others, and nothing last. */
    int place(String group) {
        var place = order.indexOf(group);
        return place >= 0 ? place : NONE.equals(group) ? order.size() + 1 : order.size();
    }
}
