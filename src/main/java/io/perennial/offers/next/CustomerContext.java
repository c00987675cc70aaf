package io.perennial.offers.next;

import io.vertx.sqlclient.Row;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

import io.perennial.models.ModelFeature;

/**
 * What is known of a customer when an offer is chosen: nothing is computed anew, the features are those of the latest run.
 *
 * @param features as {@link OfferSchema#CUSTOMER}; NaN where missing
 * @param value what keeping the customer is worth, in the currency of the organization: the lifetime value that a model
 *     predicts or, without one, that was last calculated or, without that, the average order; null without any
 * @param eligible ids of offers, ascending
 */
record CustomerContext(UUID customer, float[] features, Double value, List<Integer> eligible) {

    private static final String SELECT = """
            , eligible as (
                select customer_id, array_agg(offer_id order by offer_id) as offers
                from eligibility
                where cardinality(reasons) = 0
                group by customer_id
            )
            select c.customer_id, coalesce(case when v.value is not null then greatest(v.value, 0) end,
                    c.predicted_ltv::float8, f.average_order_value::float8) as worth,
                array[%s]::float4[] as features, e.offers
            from candidate c
            left join eligible e on e.customer_id = c.customer_id
            left join customer_feature f
                on f.organization_id = $1 and f.customer_id = c.customer_id and f.%s
            left join customer_prediction v
                on v.organization_id = $1 and v.customer_id = c.customer_id and v.%2$s and v.kind = 'ltv'
            """;

    /**
     * Reads customers.
     *
     * @param eligibility the steps of {@link io.perennial.offers.EligibilitySql}
     * @param customers the condition of these on the customer's id
     */
    static String sql(String eligibility, String customers) {
        return "with " + eligibility
                + SELECT.formatted(
                        ModelFeature.ALL.stream()
                                .map(feature -> "(" + feature.sql() + ")::float4")
                                .collect(Collectors.joining(", ")),
                        customers);
    }

    /** The column of this name, NaN where it is null. */
    static float[] features(Row row) {
        var boxed = row.getArrayOfFloats("features");
        var features = new float[boxed.length];
        for (var i = 0; i < features.length; i++) {
            features[i] = boxed[i] == null ? Float.NaN : boxed[i];
        }
        return features;
    }

    static CustomerContext of(Row row) {
        var offers = row.getArrayOfIntegers("offers");
        return new CustomerContext(
                row.getUUID("customer_id"),
                features(row),
                row.getDouble("worth"),
                offers == null ? List.of() : Arrays.asList(offers));
    }
}
