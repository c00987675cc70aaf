package io.perennial.models.kind;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.perennial.models.ModelFeature;
import io.perennial.models.ModelKind;
import io.perennial.models.learn.Objective;
import io.perennial.tenant.Organization;

/** Which product a customer buys next, among the 20 that sell most. */
@ApplicationScoped
class ProductRecommendationKind implements ModelKind {

    private static final int PRODUCTS = 20;

    @Override
    public String name() {
        return "product_recommendation";
    }

    @Override
    public String description() {
        return "Which product the customer buys next, among the 20 that sell most";
    }

    @Override
    public Objective objective() {
        return Objective.MULTICLASS;
    }

    @Override
    public int windowDays(Organization organization) {
        return 60;
    }

    @Override
    public String population() {
        return "f.frequency > 0";
    }

    @Override
    public String choices() {
        return """
                select product
                from transactions
                where organization_id = :organization and status = 'completed' and product is not null
                    and occurred_at > :as_of - interval '365 days' and occurred_at <= :as_of
                group by product
                order by count(*) desc, product
                limit %d""".formatted(PRODUCTS);
    }

    @Override
    public String outcome() {
        return """
                select distinct on (customer_id) customer_id, array_position(:choices, product) - 1 as label
                from transactions
                where organization_id = :organization and customer_id between :first and :last
                    and status = 'completed' and occurred_at > :as_of and occurred_at <= :until
                    and array_position(:choices, product) is not null
                order by customer_id, occurred_at, transaction_key""";
    }

    @Override
    public String labelOtherwise() {
        return "null";
    }

    /** The product that sells most. */
    @Override
    public String rules() {
        return "0";
    }

    @Override
    public List<ModelFeature> features(List<String> choices) {
        var features = new ArrayList<>(ModelFeature.ALL);
        for (var i = 0; i < choices.size(); i++) {
            var bought = "bought: " + choices.get(i);
            features.add(new ModelFeature(bought, "coalesce(taste.times_%d, 0)".formatted(i), bought));
        }
        return features;
    }

    @Override
    public String joins(List<String> choices) {
        if (choices.isEmpty()) {
            return "";
        }
        return """
                left join (
                    select customer_id, %s
                    from transactions
                    where organization_id = :organization and customer_id between :first and :last
                        and status = 'completed' and occurred_at > :as_of - interval '365 days' and occurred_at <= :as_of
                    group by customer_id
                ) taste on taste.customer_id = f.customer_id""".formatted(IntStream.range(0, choices.size())
                .mapToObj(i -> "count(*) filter (where product = (:choices)[%d]) as times_%d".formatted(i + 1, i))
                .collect(Collectors.joining(", ")));
    }
}
