package io.perennial.recovery.outcome;

/**
 * The one statement behind the figures of recovery: cases, what was written and offered for them, and what came of it, in
 * total, where the group is the empty text, and by group. {@code $1} is the organization, {@code $2} and {@code $3} the first
 * instant in which the cases began and the one before which they did, {@code $4} the currency of the organization. A message is
 * never older than its case, which finds those of the latest cases by their time.
 */
final class FigureSql {

    /**
     * For the transaction of the statement. How many rows a join of two keys yields is guessed far too low, and a nested loop that
     * follows from it would take hours where hashing takes a second.
     */
    static final String SETTINGS =
            "set local enable_nestloop = off; set local work_mem = '64MB'; set local statement_timeout = '30s'";

    private static final String STATEMENT = """
            with cases as (
                select c.customer_id, c.case_id, (%1$s) collate "C" as key, c.billing_segment, c.status, c.is_holdout, c.created_at,
                    c.triggered_at, c.first_contact_at, c.response_late_at, c.recovered_at, c.currency,
                    case c.status when 'recovered' then coalesce(c.revenue_recovered, 0) else 0 end as revenue
                from recovery_cases c
                where c.organization_id = $1 and c.created_at >= $2 and c.created_at < $3
            ), offers as (
                select o.customer_id, o.case_id, (%3$s) collate "C" as key, o.retention_offer_id, o.status, o.cost, o.redeemed_at
                from retention_offers o
                join cases c on c.customer_id = o.customer_id and c.case_id = o.case_id
                where o.organization_id = $1 and not c.is_holdout
            ), costs as (
                select customer_id, case_id, coalesce(sum(cost) filter (where status = 'redeemed'), 0) as redeemed,
                    coalesce(sum(cost) filter (where status = 'open'), 0) as reserved
                from offers
                group by customer_id, case_id
            ), valued as (
                select c.*, coalesce(k.redeemed, 0) as redeemed, coalesce(k.reserved, 0) as reserved
                from cases c
                left join costs k on k.customer_id = c.customer_id and k.case_id = c.case_id
            ), messages as (
                select m.customer_id, c.case_id, (%2$s) collate "C" as key, m.message_id, m.place, m.status, m.sent_at, m.delivered_at,
                    m.opened_at, m.clicked_at, m.bounced_at, c.recovered_at,
                    m.sent_at <= coalesce(c.recovered_at, 'infinity') as has_reached
                from outreach_messages m
                join cases c on c.customer_id = m.customer_id and c.case_id = m.thread_id
                where m.organization_id = $1 and m.created_at >= $2 and not c.is_holdout
            ), touched as (
                select customer_id, case_id, '' collate "C" as key
                from cases
                %4$s
            ), figures as (
                select t.key, count(*) as cases,
                    count(*) filter (where v.status = 'pending') as pending,
                    count(*) filter (where v.status = 'active') as active,
                    count(*) filter (where v.status = 'recovered') as recovered,
                    count(*) filter (where v.status = 'lost') as lost,
                    count(v.first_contact_at) as contacted,
                    count(v.response_late_at) as answered_late,
                    avg(extract(epoch from v.first_contact_at - v.created_at)) / 3600 as hours_to_contact,
                    avg(extract(epoch from v.recovered_at - v.triggered_at)) / 3600 as hours_to_recovery,
                    sum(v.revenue) filter (where v.currency = $4) as revenue,
                    sum(v.redeemed) as redeemed,
                    sum(v.redeemed) filter (where v.status = 'recovered') as redeemed_of_recovered,
                    sum(v.reserved) as reserved
                from touched t
                join valued v on v.customer_id = t.customer_id and v.case_id = t.case_id
                where not v.is_holdout
                group by t.key
            ), elsewhere as (
                select key, jsonb_object_agg(currency, revenue)::text as revenue
                from (
                    select t.key, v.currency, sum(v.revenue) as revenue
                    from touched t
                    join valued v on v.customer_id = t.customer_id and v.case_id = t.case_id
                    where not v.is_holdout and v.status = 'recovered' and v.currency <> $4
                    group by t.key, v.currency) other
                group by key
            ), engagement as (
                select k.key, count(*) as written,
                    count(*) filter (where m.status = 'pending') as pending,
                    count(m.sent_at) as sent,
                    count(*) filter (where m.status = 'withheld') as withheld,
                    count(*) filter (where m.status = 'cancelled') as cancelled,
                    count(*) filter (where m.status = 'dead') as dead,
                    count(m.sent_at) filter (where m.delivered_at is not null) as delivered,
                    count(m.sent_at) filter (where m.opened_at is not null) as opened,
                    count(m.sent_at) filter (where m.clicked_at is not null) as clicked,
                    count(m.sent_at) filter (where m.bounced_at is not null) as bounced
                from messages m
                %5$s
                group by k.key
            ), acceptance as (
                select k.key, count(*) filter (where o.status <> 'replaced') as offered,
                    count(*) filter (where o.status = 'open') as open,
                    count(*) filter (where o.status = 'redeemed') as redeemed,
                    count(*) filter (where o.status = 'expired') as expired,
                    count(*) filter (where o.status = 'withdrawn') as withdrawn,
                    sum(o.cost) filter (where o.status = 'redeemed') as redeemed_cost,
                    sum(o.cost) filter (where o.status = 'open') as reserved_cost
                from offers o
                %6$s
                group by k.key
            ), last_touch as (
                %7$s
            ), credit as (
                select coalesce(l.key, 'none' collate "C") as key, count(*) as recovered,
                    sum(v.revenue) filter (where v.currency = $4) as revenue,
                    sum(v.redeemed) as cost
                from valued v
                left join last_touch l on l.customer_id = v.customer_id and l.case_id = v.case_id
                where v.status = 'recovered' and not v.is_holdout
                group by 1
            ), held_out as (
                select min(created_at) as first_at, max(created_at) as last_at
                from cases
                where is_holdout
            ), compared as (
                select t.key,
                    count(*) filter (where not v.is_holdout) as cases,
                    count(*) filter (where not v.is_holdout and v.status = 'recovered') as recovered,
                    count(*) filter (where v.is_holdout) as holdout_cases,
                    count(*) filter (where v.is_holdout and v.status = 'recovered') as holdout_recovered,
                    count(*) filter (where not v.is_holdout and v.currency = $4) as size,
                    avg(v.revenue - v.redeemed) filter (where not v.is_holdout and v.currency = $4)::float8 as mean,
                    var_samp((v.revenue - v.redeemed)::float8) filter (where not v.is_holdout and v.currency = $4) as variance,
                    count(*) filter (where v.is_holdout and v.currency = $4) as holdout_size,
                    avg(v.revenue) filter (where v.is_holdout and v.currency = $4)::float8 as holdout_mean,
                    var_samp(v.revenue::float8) filter (where v.is_holdout and v.currency = $4) as holdout_variance
                from touched t
                join valued v on v.customer_id = t.customer_id and v.case_id = t.case_id
                join held_out h on v.created_at between h.first_at and h.last_at
                group by t.key
            ), keys as (
                select '' collate "C" as key
                union select key from figures
                union select key from engagement
                union select key from acceptance
                union select key from compared
            ), spread as (
                select jsonb_object_agg(billing_segment, cases)::text as segments
                from (
                    select billing_segment, count(*) as cases
                    from cases
                    where billing_segment is not null
                    group by billing_segment) segments
            )
            select k.key, s.segments, h.first_at, h.last_at,
                f.cases, f.pending, f.active, f.recovered, f.lost, f.contacted, f.answered_late, f.hours_to_contact,
                f.hours_to_recovery, f.revenue, f.redeemed, f.redeemed_of_recovered, f.reserved,
                w.revenue as revenue_elsewhere,
                e.written, e.pending as waiting, e.sent, e.withheld, e.cancelled, e.dead, e.delivered, e.opened, e.clicked,
                e.bounced,
                a.offered, a.open as offers_open, a.redeemed as offers_redeemed, a.expired, a.withdrawn, a.redeemed_cost,
                a.reserved_cost,
                c.recovered as credited, c.revenue as credited_revenue, c.cost as credited_cost,
                d.cases as compared_cases, d.recovered as compared_recovered, d.holdout_cases, d.holdout_recovered,
                d.size, d.mean, d.variance, d.holdout_size, d.holdout_mean, d.holdout_variance
            from keys k
            cross join spread s
            cross join held_out h
            left join figures f on f.key = k.key
            left join elsewhere w on w.key = k.key
            left join engagement e on e.key = k.key
            left join acceptance a on a.key = k.key
            left join credit c on c.key = k.key
            left join compared d on d.key = k.key""";

    private static final String BY_CASE = """
            join touched k on k.customer_id = %1$s.customer_id and k.case_id = %1$s.case_id""";

    private static final String BY_ITSELF = "cross join lateral (values ('' collate \"C\"), (%1$s.key)) k (key)";

    private static final String NOBODY =
            "select null::uuid as customer_id, null::uuid as case_id, '' collate \"C\" as key where false";

    /** The last message that reached a customer before they stayed. */
    private static final String LAST_MESSAGE = """
            select distinct on (customer_id, case_id) customer_id, case_id, key
            from messages
            where sent_at <= recovered_at
            order by customer_id, case_id, sent_at desc, place desc, message_id desc""";

    /** The last offer that was redeemed; of several at once, the one that costs most. */
    private static final String LAST_OFFER = """
            select distinct on (customer_id, case_id) customer_id, case_id, key
            from offers
            where status = 'redeemed'
            order by customer_id, case_id, redeemed_at desc, cost desc, retention_offer_id desc""";

    private FigureSql() {}

    /**
     * The statement for figures by group.
     *
     * @param dimension null for the total only
     */
    static String of(Dimension dimension) {
        var of = dimension == null ? null : dimension.of();
        var byMessage = of == Dimension.Of.MESSAGE;
        var byOffer = of == Dimension.Of.OFFER;
        return STATEMENT.formatted(
                of == Dimension.Of.CASE ? dimension.sql() : "''",
                byMessage ? dimension.sql() : "''",
                byOffer ? dimension.sql() : "''",
                touched(of),
                (byMessage ? BY_ITSELF : BY_CASE).formatted("m"),
                (byOffer ? BY_ITSELF : BY_CASE).formatted("o"),
                byMessage ? LAST_MESSAGE : byOffer ? LAST_OFFER : NOBODY);
    }

    private static String touched(Dimension.Of of) {
        if (of == null) {
            return "";
        }
        return switch (of) {
            case CASE -> "union all select customer_id, case_id, key from cases";
            case MESSAGE -> touchedBy("messages", "has_reached");
            case OFFER -> touchedBy("offers", "true");
        };
    }

    private static String touchedBy(String what, String which) {
        return """
                union all
                (select distinct customer_id, case_id, key from %1$s where %2$s)
                union all
                select c.customer_id, c.case_id, 'none' collate "C"
                from cases c
                where not c.is_holdout
                    and not exists (
                        select from %1$s x
                        where x.customer_id = c.customer_id and x.case_id = c.case_id and %2$s)""".formatted(what, which);
    }
}
