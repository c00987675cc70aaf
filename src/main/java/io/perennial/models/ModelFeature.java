package io.perennial.models;

import java.util.ArrayList;
import java.util.List;

import io.perennial.features.FeatureSql;
import io.perennial.models.learn.FeatureSchema;

/**
 * A number that models see of a customer.
 *
 * @param sql over a feature set {@code f}; null when it is not known
 * @param column of the feature set that it is about
 */
public record ModelFeature(String name, String sql, String column) {

    /** The feature set, and a few ratios that say at once what a tree would need many splits for. */
    public static final List<ModelFeature> ALL = all();

    private static List<ModelFeature> all() {
        var all = new ArrayList<ModelFeature>();
        for (var column : FeatureSql.COLUMNS) {
            if (!column.equals("customer_id")) {
                all.add(new ModelFeature(column, "f." + column, column));
            }
        }
        all.add(new ModelFeature(
                "recency_to_gap", "f.recency_days / greatest(f.inter_purchase_gap_days, 1)", "recency_days"));
        all.add(new ModelFeature("purchases_per_month", "f.frequency * 30 / greatest(f.tenure_days, 30)", "frequency"));
        all.add(new ModelFeature("transactions_trend", trend("transactions"), "transactions_30d"));
        all.add(new ModelFeature("events_trend", trend("events"), "events_30d"));
        all.add(new ModelFeature("logins_trend", trend("logins"), "logins_30d"));
        return List.copyOf(all);
    }

    /** −1..1: this month against the month before, shrunk towards 0 where little happens. */
    private static String trend(String what) {
        return "(f.%1$s_30d - f.%1$s_previous_30d)::float8 / (f.%1$s_30d + f.%1$s_previous_30d + 1)".formatted(what);
    }

    /** The column of the feature set that a feature is about; itself when it is none of {@link #ALL}. */
    public static String column(String name) {
        return ALL.stream()
                .filter(feature -> feature.name().equals(name))
                .map(ModelFeature::column)
                .findFirst()
                .orElse(name);
    }

    /** The features as learners know them. */
    public static FeatureSchema schema(List<ModelFeature> features) {
        return new FeatureSchema(features.stream()
                .map(feature -> FeatureSchema.Feature.numeric(feature.name()))
                .toList());
    }
}
