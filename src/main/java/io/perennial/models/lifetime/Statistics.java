package io.perennial.models.lifetime;

import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;

/** What both models are fitted to, gathered row by row of {@link LifetimeSql#STATISTICS}. */
final class Statistics {

    private final PurchaseHistories purchases = PurchaseHistories.inWeeks();
    private final SpendHistories spend = new SpendHistories();

    void add(Row row) {
        var frequency = row.getInteger("frequency");
        var valueStep = row.getInteger("value_step");
        var customers = row.getInteger("customers");
        if (valueStep == null) {
            purchases.add(frequency, row.getInteger("recency_days"), row.getInteger("age_days"), customers);
        } else {
            spend.addStep(frequency, valueStep, customers);
        }
    }

    /** Fits both, or says why not. */
    JsonObject fit() {
        return parameters()
                .put("customers", purchases.customers())
                .put("repeat_customers", purchases.repeatCustomers());
    }

    private JsonObject parameters() {
        if (spend.customers() < FitLifetimeStep.REPEAT_CUSTOMERS_NEEDED) {
            return LifetimeModel.none("Only %d customers bought for money on more than one day; %d are needed"
                    .formatted(spend.customers(), FitLifetimeStep.REPEAT_CUSTOMERS_NEEDED));
        }
        var fittedPurchases = BetaGeometric.fit(purchases);
        if (fittedPurchases.isEmpty()) {
            return LifetimeModel.none("The search for the parameters of the BG/NBD model did not converge");
        }
        var fittedSpend = GammaGamma.fit(spend);
        if (fittedSpend.isEmpty()) {
            return LifetimeModel.none("The search for the parameters of the Gamma-Gamma model did not converge");
        }
        if (fittedSpend.get().model().populationMean().isEmpty()) {
            return LifetimeModel.none(
                    "What customers spend differs so much that it has no mean: q of the Gamma-Gamma model is %.3f, not above 1"
                            .formatted(fittedSpend.get().model().q()));
        }
        return LifetimeModel.toJson(fittedPurchases.get(), fittedSpend.get());
    }
}
