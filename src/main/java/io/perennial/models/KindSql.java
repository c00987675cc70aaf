package io.perennial.models;

import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

import io.perennial.features.FeatureSql;
import io.perennial.tenant.Organization;

/** The statements that a {@link ModelKind} declares the parts of, for one organization. */
public final class KindSql {

    private final Organization organization;
    private final ModelKind kind;
    private final List<String> choices;

    /** With what there is to choose from; empty for a kind that does not choose. */
    public KindSql(Organization organization, ModelKind kind, List<String> choices) {
        this.organization = organization;
        this.kind = kind;
        this.choices = choices;
    }

    /** The features in their order. */
    public List<ModelFeature> features() {
        return kind.features(choices);
    }

    /**
     * Computes the feature sets of a range of customers as of an instant and what became of them in the window after it.
     * Yields {@code customer_id, label, rules, lead_days} and then the features; takes {@link #parameters}.
     */
    public String trainingRows() {
        return filled("""
                with f as (
                %s
                ), outcome as (
                %s
                )
                select f.customer_id, coalesce(o.label, %s)::float4 as label, (%s)::float8 as rules, (%s)::float4 as lead_days,
                    %s
                from f
                left join outcome o on o.customer_id = f.customer_id
                %s
                where (%s) and coalesce(o.label, %3$s) is not null""".formatted(
                        FeatureSql.SELECT,
                        kind.outcome(),
                        kind.labelOtherwise(),
                        kind.rules(),
                        kind.leadDays() == null ? "null" : kind.leadDays(),
                        featureColumns(),
                        kind.joins(choices),
                        kind.population()));
    }

    /**
     * Computes the feature sets of a range of customers as of an instant. Yields {@code rules, in_population} and then the
     * features; takes {@link #parameters}.
     */
    public String presentRows() {
        return filled("""
                with f as (
                %s
                )
                select (%s)::float8 as rules, (%s) as in_population,
                    %s
                from f
                %s""".formatted(
                        FeatureSql.SELECT, kind.rules(), kind.population(), featureColumns(), kind.joins(choices)));
    }

    /**
     * As {@link #presentRows} for one customer, the first and the last of the parameters. It asks for equality, by which the
     * planner knows without the values that there is next to nothing to read.
     */
    public String presentRow() {
        return presentRows().replace("between $2 and $3", "= $2") + "\nwhere f.customer_id = $3";
    }

    /**
     * Reads the stored feature sets of the population among a range of customers. Yields {@code customer_id} and then the
     * features, in the order of the ids, so that the same rows make the same blocks and the same predictions; takes
     * {@link #storedParameters}.
     */
    public String storedRows() {
        return stored("""
                select f.customer_id,
                    %s
                from customer_feature f
                %s
                where f.organization_id = $1 and f.customer_id between $2 and $3 and f.run_id = $5
                    and f.as_of = $4::timestamptz and (%s)
                order by f.customer_id""".formatted(featureColumns(), kind.joins(choices), kind.population()));
    }

    /** What is predicted without a model, as an SQL expression over stored feature sets {@code f}. */
    public String rulesOverStored() {
        return "(" + common(kind.rules()) + ")::float8";
    }

    /** What there is to choose from; takes the organization and the instant. */
    public static String choices(ModelKind kind) {
        return kind.choices().replace(":organization", "$1").replace(":as_of", "$2::timestamptz");
    }

    private String featureColumns() {
        return features().stream()
                .map(feature -> "(" + feature.sql() + ")::float4")
                .collect(Collectors.joining(", "));
    }

    /** {@code $1 … $7} are those of {@link FeatureSql}. */
    private String filled(String sql) {
        return common(sql).replace(":choices", "$8::text[]");
    }

    private String stored(String sql) {
        return common(sql).replace(":choices", "$6::text[]");
    }

    private String common(String sql) {
        return sql.replace(":organization", "$1")
                .replace(":first", "$2")
                .replace(":last", "$3")
                .replace(":as_of", "$4::timestamptz")
                .replace(":until", "($4::timestamptz + interval '" + window() * 24 + " hours')")
                .replace(":window", Integer.toString(window()))
                .replace(":horizon", Integer.toString(organization.churnHorizonDays()));
    }

    private int window() {
        return kind.windowDays(organization);
    }

    /** The parameters of {@link #trainingRows}, {@link #presentRows} and {@link #presentRow}. */
    public Tuple parameters(UUID firstCustomer, UUID lastCustomer, OffsetDateTime asOf) {
        return withChoices(FeatureSql.parameters(organization.id(), firstCustomer, lastCustomer, asOf));
    }

    /** The parameters of {@link #storedRows}. */
    public Tuple storedParameters(UUID firstCustomer, UUID lastCustomer, OffsetDateTime asOf, UUID run) {
        return withChoices(Tuple.of(organization.id(), firstCustomer, lastCustomer, asOf, run));
    }

    private Tuple withChoices(Tuple parameters) {
        return choices.isEmpty() ? parameters : parameters.addArrayOfString(choices.toArray(String[]::new));
    }
}
