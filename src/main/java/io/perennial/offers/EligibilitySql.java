package io.perennial.offers;

/**
 * Tells which active offers customers may get and why not, for one customer or for a range of them in one statement.
 *
 * <p>What is not known excludes nobody where it is about the way of a customer: one without a lifecycle stage may get the
 * offers of every stage, and one whose value has not been calculated is as valuable as their monetary score says. It does
 * exclude where it is about the customer: one without a segment gets no offer of a segment, and one who never said yes to
 * marketing has not consented.
 */
public final class EligibilitySql {

    /** Days after which a contact cannot matter any more: the longest that a limit can look back. */
    private static final int LONGEST_LIMIT_DAYS = 730;

    /** Days for which a customer is new. */
    private static final int NEW_DAYS = 30;

    private static final String TEMPLATE = """
            tenant as (
                select org_type, date_trunc('month', $4::timestamptz at time zone timezone)::date as month
                from organizations
                where id = $1
            ), candidate as (
                select
                    c.customer_id,
                    lower(replace(s.segment, ' ', '_')) as segment,
                    coalesce(v.value_segment, case when s.monetary_score > 70 then 'high_value'
                        when s.monetary_score >= 30 then 'medium_value'
                        when s.monetary_score is not null then 'low_value' end) as value_segment,
                    coalesce(p.churn_probability, s.churn_probability) >= 0.5
                        or s.segment in ('At Risk', 'Cannot Lose Them') as at_risk,
                    coalesce(f.tenure_days, extract(epoch from $4::timestamptz - c.registered_at) / 86400) <= %2$d
                        or s.segment = 'New Customers' as is_new,
                    round(coalesce(case when l.value < 0 then 0 else l.value end::numeric, f.monetary, 0), 4)
                        as customer_value,
                    v.predicted_ltv,
                    y.stage as lifecycle_stage,
                    coalesce(lower(c.attributes ->> 'marketing_consent') in ('true', 'yes', '1', 'y'), false) as consented
                from customers c
                left join segment_assignments s
                    on s.organization_id = $1 and s.customer_id = c.customer_id and s.%1$s
                left join customer_feature f
                    on f.organization_id = $1 and f.customer_id = c.customer_id and f.%1$s
                left join churn_prediction p
                    on p.organization_id = $1 and p.customer_id = c.customer_id and p.%1$s
                left join customer_prediction l
                    on l.organization_id = $1 and l.customer_id = c.customer_id and l.%1$s and l.kind = 'ltv'
                left join customer_value v
                    on v.organization_id = $1 and v.customer_id = c.customer_id and v.%1$s
                left join customer_lifecycle y
                    on y.organization_id = $1 and y.customer_id = c.customer_id and y.%1$s
                where c.organization_id = $1 and c.%1$s
            ), contacted as (
                -- The latest first, so that the n-th tells whether n fit into a window.
                select customer_id, array_agg(contacted_at order by contacted_at desc) as contacts
                from offer_contacts
                where organization_id = $1 and %1$s and contacted_at <= $4
                    and contacted_at > $4::timestamptz - interval '%3$d days'
                group by customer_id
            ), offered as (
                select o.*, coalesce(m.spent, 0) as spent, t.org_type
                from offers o
                cross join tenant t
                left join offer_spending m
                    on m.organization_id = $1 and m.offer_id = o.offer_id and m.month = t.month
                where o.organization_id = $1 and o.is_active
            ), eligibility as (
                select c.*, o.offer_id, array_remove(array[
                    case when cardinality(o.industries) > 0 and o.org_type <> all (o.industries)
                        then 'industry' end,
                    case when o.lifecycle_stage <> c.lifecycle_stage
                        then 'lifecycle_stage' end,
                    case when o.target_segment is not null
                            and o.target_segment is distinct from c.value_segment
                            and o.target_segment is distinct from c.segment
                            and not coalesce(o.target_segment = 'at_risk' and c.at_risk, false)
                            and not coalesce(o.target_segment = 'new' and c.is_new, false)
                        then 'target_segment' end,
                    case when c.customer_value < o.min_customer_value
                        then 'min_customer_value' end,
                    case when c.customer_value > o.max_customer_value
                        then 'max_customer_value' end,
                    case when o.consent_needed and not c.consented
                        then 'consent' end,
                    case when k.contacts[o.contact_limit] > $4::timestamptz - make_interval(days => o.contact_limit_days)
                        then 'contact_limit' end,
                    case when r.offer_id is not null
                        then 'already_accepted' end,
                    case when o.redemptions >= o.redemption_limit
                        then 'redemption_limit' end,
                    case when o.spent + o.cost > o.monthly_budget
                        then 'monthly_budget' end
                    ], null) as reasons
                from candidate c
                cross join offered o
                left join contacted k on k.customer_id = c.customer_id
                left join offer_redemptions r
                    on r.organization_id = $1 and r.customer_id = c.customer_id and r.%1$s and r.offer_id = o.offer_id
            )""";

    private EligibilitySql() {}

    /**
     * The steps for a range of customers, to begin a statement with after {@code with}. They end in {@code eligibility}: a row
     * for each customer and active offer, with {@code customer_id}, {@code offer_id}, {@code reasons}, an array of the rules
     * that keep the offer from the customer and empty where nothing does, and {@code customer_value}, {@code lifecycle_stage},
     * {@code segment}, {@code value_segment}.
     *
     * @return with {@code $1}, the organization, {@code $2} and {@code $3}, the first and last customer, and {@code $4}, the
     *     instant
     */
    public static String ofRange() {
        return steps("customer_id between $2 and $3");
    }

    /** The same for one customer, who may be either of {@code $2} and {@code $3}. */
    public static String ofCustomer() {
        return steps("customer_id in ($2, $3)");
    }

    private static String steps(String customers) {
        return TEMPLATE.formatted(customers, NEW_DAYS, LONGEST_LIMIT_DAYS);
    }
}
