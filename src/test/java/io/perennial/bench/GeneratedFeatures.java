package io.perennial.bench;

import java.sql.SQLException;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.perennial.features.FeatureSql;
import io.perennial.models.Learners;
import io.perennial.models.ModelFeature;
import io.perennial.models.learn.LabelledRows;
import io.perennial.models.learn.Model;
import io.perennial.models.learn.ModelFitting;
import io.perennial.models.learn.Objective;
import io.perennial.models.learn.Rows;
import io.perennial.models.learn.Task;

/** Feature sets of customers who were made up, more or less active ones, and a churn model that has learned from some. */
final class GeneratedFeatures {

    private static final int TRAINING = 4_000;
    private static final int VALIDATION = 2_000;
    private static final int SEED = 7;

    private static final String CUSTOMERS = """
            insert into customers (organization_id, customer_id, external_id, created_at, updated_at)
            select ':organization', md5(':organization' || n)::uuid as customer_id, 'C' || n, now(), now()
            from generate_series(1, :customers) n
            order by customer_id""";

    /** Everybody has bought within the last 59 days, so that churn is asked of everybody. */
    private static final String FEATURES = """
            with drawn as (
                select md5(':organization' || n)::uuid as customer_id, random() as activity, random() as zeal,
                    random() as luck, 5 + 200 * random() * random() as basket, 60 + 1000 * random() as tenure
                from generate_series(1, :customers) n
            ), bought as (
                select *, 1 + floor(tenure / 30 * activity * activity * 2 * random())::integer as frequency,
                    59 * power(random(), 1 + 3 * activity) as recency,
                    floor(6 * activity * random())::integer as n_30,
                    floor(6 * activity * random())::integer as n_previous_30,
                    floor(40 * zeal * activity * random())::integer as events_30,
                    floor(40 * zeal * activity * random())::integer as events_previous_30,
                    floor(1.1 + 2 * random() * (1 - zeal))::integer - 1 as tickets_30
                from drawn
            )
            insert into customer_feature (organization_id, as_of, run_id, :columns)
            select ':organization', ':as_of', ':run', customer_id, recency, frequency, frequency * basket,
                3 * n_30 + events_30 * random(), tenure, basket,
                case when frequency > 1 then (tenure - recency) / (frequency - 1) end,
                coalesce((n_30 - n_previous_30)::float8 / nullif(greatest(n_30, n_previous_30), 0), 0),
                n_30, n_previous_30, n_30 + n_previous_30 + floor(3 * random()),
                n_30 * basket, n_previous_30 * basket, (n_30 + n_previous_30) * basket,
                floor(frequency * luck), floor(luck + 0.03 * frequency), floor(luck + 0.1),
                events_30, events_previous_30, events_30 + events_previous_30 + floor(9 * random()),
                floor(events_30 * 0.4), floor(events_previous_30 * 0.4), floor(events_30 * 0.3),
                floor(events_previous_30 * 0.3), tickets_30, tickets_30 + floor(luck * 2),
                case when events_30 + events_previous_30 > 0 then 60 * random() * (1 - zeal) end
            from bought
            order by customer_id""".replace(":columns", String.join(", ", FeatureSql.COLUMNS));

    private static final String READ = "select %s from customer_feature f where organization_id = '%%s' limit %%d"
            .formatted(ModelFeature.ALL.stream()
                    .map(feature -> "(" + feature.sql() + ")::float4")
                    .collect(Collectors.joining(", ")));

    private final Owner owner;
    private final UUID organization;

    GeneratedFeatures(Owner owner, UUID organization) {
        this.owner = owner;
        this.organization = organization;
    }

    void addCustomers(int customers) throws SQLException {
        owner.run(about(CUSTOMERS, customers), "vacuum analyze customers");
    }

    /** The feature sets, as if a run had computed them. */
    void add(int customers, UUID run) throws SQLException {
        owner.run(about(FEATURES, customers).replace(":run", run.toString()), "vacuum analyze customer_feature");
    }

    private String about(String sql, int customers) {
        return sql.replace(":organization", organization.toString())
                .replace(":as_of", PredictionBenchmark.AS_OF)
                .replace(":customers", String.valueOf(customers));
    }

    /** As models see them, as many as that at most. */
    Rows rows(int limit) throws SQLException {
        var features = ModelFeature.ALL.size();
        var values = new float[limit * features];
        var count = owner.with(connection -> {
            try (var found = connection.createStatement().executeQuery(READ.formatted(organization, limit))) {
                var at = 0;
                while (found.next()) {
                    for (var i = 1; i <= features; i++) {
                        var value = found.getFloat(i);
                        values[at++] = found.wasNull() ? Float.NaN : value;
                    }
                }
                return at / features;
            }
        });
        if (count < limit) {
            throw new IllegalStateException("%d rows instead of %d".formatted(count, limit));
        }
        return new Rows(ModelFeature.schema(ModelFeature.ALL), count, values);
    }

    /** What training by both learners leaves: a blend. */
    byte[] train() throws SQLException {
        var labelled = labelled(rows(TRAINING + VALIDATION));
        var start = System.nanoTime();
        var fitted = new ModelFitting(Learners.ALL, 2)
                .fit(
                        Task.of(Objective.BINARY, labelled.rows().schema()),
                        labelled.select(IntStream.range(0, TRAINING).toArray()),
                        labelled.select(
                                IntStream.range(TRAINING, TRAINING + VALIDATION).toArray()),
                        SEED);
        System.out.printf(
                "trained in %.0f s: %s%n",
                (System.nanoTime() - start) / 1e9, fitted.candidates().get(0).weights());
        try (var model = fitted.model()) {
            if (!model.learner().equals(Model.BLEND)) {
                throw new IllegalStateException(model.learner() + " was promoted and no blend");
            }
            return model.toBytes();
        }
    }

    /** Those churn who have not been seen for long by their own measure, who do less than before, and a few others. */
    private static LabelledRows labelled(Rows rows) {
        var names = ModelFeature.ALL.stream().map(ModelFeature::name).toList();
        var gap = names.indexOf("recency_to_gap");
        var recency = names.indexOf("recency_days");
        var events = names.indexOf("events_30d");
        var trend = names.indexOf("transactions_trend");
        var tickets = names.indexOf("support_tickets_30d");
        var random = new SplittableRandom(SEED);
        var labels = new float[rows.count()];
        for (var row = 0; row < labels.length; row++) {
            var late = Float.isNaN(rows.get(row, gap)) ? 0 : Math.min(3, rows.get(row, gap));
            var logOdds = 0.04 * (rows.get(row, recency) - 30)
                    + 0.8 * late
                    - 0.7 * Math.log1p(rows.get(row, events))
                    - rows.get(row, trend) * (rows.get(row, events) > 5 ? 2 : 0.5)
                    + 0.6 * rows.get(row, tickets);
            labels[row] = random.nextDouble() < 1 / (1 + Math.exp(-logOdds)) ? 1 : 0;
        }
        return new LabelledRows(rows, labels);
    }
}
