package io.perennial.insight.value;

import io.perennial.models.ChurnRules;
import io.perennial.models.LifetimeProjection;

/** What customers are expected to be worth by the features and predictions of a run, in SQL. */
final class PredictedValue {

    private PredictedValue() {}

    /**
     * The customers {@code $2} to {@code $3} of organization {@code $1} in run {@code $4}: {@code customer_id, monetary,
     * predicted_ltv, ltv_model_version}. Amounts are in the currency of the organization, the predicted one rounded to two
     * decimals.
     */
    static final String SELECT = """
            select customer_id, monetary, ltv_model_version, round((%3$s)::numeric, 2) as predicted_ltv
            from (
                select f.customer_id, f.monetary, f.average_order_value, f.frequency, f.tenure_days,
                    round(coalesce(p.churn_probability, (%1$s)::numeric), 6) as churn_probability,
                    l.value as learned_ltv,
                    coalesce(l.model_version, '%2$s') as ltv_model_version
                from customer_feature f
                cross join (select churn_horizon_days from organizations where id = $1) o
                left join churn_prediction p
                    on p.organization_id = $1 and p.customer_id = f.customer_id and p.customer_id between $2 and $3
                left join customer_prediction l
                    on l.organization_id = $1 and l.customer_id = f.customer_id and l.kind = 'ltv'
                    and l.customer_id between $2 and $3
                where f.organization_id = $1 and f.customer_id between $2 and $3 and f.run_id = $4
            ) v""".formatted(
                    ChurnRules.probability("f", "o.churn_horizon_days"),
                    LifetimeProjection.VERSION,
                    LifetimeProjection.value("v", "v.learned_ltv", "v.churn_probability"));
}
