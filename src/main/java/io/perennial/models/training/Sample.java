package io.perennial.models.training;

import java.util.List;
import java.util.UUID;

import io.perennial.models.learn.FeatureSchema;
import io.perennial.models.learn.LabelledRows;
import io.perennial.models.learn.Rows;

/**
 * Rows with what became of them.
 *
 * @param customers whom they are of
 * @param rules what would have been predicted without a model
 * @param leadDays days from the prediction to the outcome; NaN when no matter
 */
record Sample(UUID[] customers, LabelledRows rows, float[] rules, float[] leadDays) {

    int count() {
        return rows.count();
    }

    float[] labels() {
        return rows.labels();
    }

    int labelled(float label) {
        var count = 0;
        for (var each : labels()) {
            count += each == label ? 1 : 0;
        }
        return count;
    }

    /** All rows of several samples. */
    static Sample of(FeatureSchema schema, List<Sample> samples) {
        var count = samples.stream().mapToInt(Sample::count).sum();
        var customers = new UUID[count];
        var values = new float[count * schema.size()];
        var labels = new float[count];
        var rules = new float[count];
        var leadDays = new float[count];
        var at = 0;
        for (var sample : samples) {
            var size = sample.count();
            System.arraycopy(sample.customers, 0, customers, at, size);
            System.arraycopy(sample.rows.rows().values(), 0, values, at * schema.size(), size * schema.size());
            System.arraycopy(sample.labels(), 0, labels, at, size);
            System.arraycopy(sample.rules, 0, rules, at, size);
            System.arraycopy(sample.leadDays, 0, leadDays, at, size);
            at += size;
        }
        return new Sample(customers, new LabelledRows(new Rows(schema, count, values), labels), rules, leadDays);
    }
}
