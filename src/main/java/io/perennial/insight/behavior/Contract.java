package io.perennial.insight.behavior;

/**
 * Contracts that end unless they are renewed: {@code contract_started} and {@code contract_renewed} have the days of the term
 * for a value, a year without one, and the latest end counts; {@code contract_cancelled} ends at once what has begun by then.
 */
final class Contract {

    /** How far back a contract may have begun. */
    static final int LOOK_BACK_DAYS = 1_200;

    private static final Window EVER = Window.last(LOOK_BACK_DAYS);

    /** How long after its end a contract is still worth renewing. */
    private static final int LAPSED_DAYS = 90;

    private static final String TERMS = "event_type in ('contract_started', 'contract_renewed')";

    static final Metric BEGAN =
            new Metric("_contract_began", null, "array_agg(occurred_at) filter (where %s)".formatted(TERMS), null);
    static final Metric CANCELLED = Metric.latest("_contract_cancelled", EVER, "contract_cancelled");
    static final Metric ENDS = new Metric("_contract_ends", null, """
            array_agg(occurred_at + least(greatest(coalesce(value, 365), 1), 3650)::float8 * interval '1 day')
                filter (where %s)""".formatted(TERMS), null);
    static final Metric DAYS_LEFT = Metric.derived(
            "days_until_contract_end", "Days until the contract ends, below zero for one that has ended", """
            floor(date_part('epoch', (
                select max(term.ends)
                from unnest(_contract_began, _contract_ends) as term (began, ends)
                where _contract_cancelled is null or term.began > _contract_cancelled) - :as_of) / 86400)""");

    /** Days left of a contract that is worth renewing. */
    static final String RENEWABLE_DAYS =
            Signal.when("days_until_contract_end >= -" + LAPSED_DAYS, "days_until_contract_end");

    private Contract() {}
}
