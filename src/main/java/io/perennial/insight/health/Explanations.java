package io.perennial.insight.health;

import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.perennial.features.FeatureSql;
import io.perennial.models.ChurnRules;
import io.perennial.models.ModelFeature;
import io.perennial.models.predict.CustomerPredictions.Contribution;
import io.perennial.models.predict.Predictions;
import io.perennial.tenant.OrgType;
import io.perennial.tenant.TenantDatabase;

/**
 * Says why a customer has the health score they have, from the features as of its analysis date: by the contributions of the
 * model version that gave the churn probability, else of the rules, and by the component scores. The contributions of the
 * rules are what each part adds to the probability beyond half of what it could, so that they and 0.5 add up to it.
 */
@ApplicationScoped
class Explanations {

    /** The largest number of factors on either side. */
    static final int MOST = 5;

    /** What contributes less is not worth a sentence. */
    private static final double LEAST = 0.005;

    private static final List<ChurnRules.Part> PARTS = ChurnRules.parts("f", "$8::integer");

    private static final String READ = """
            select f.*, (select org_type from organizations where id = $1) as org_type, %s
            from (
            %s
            ) f""".formatted(
                    IntStream.range(0, PARTS.size())
                            .mapToObj(i -> "(%s) - (%s) / 2 as part_%d"
                                    .formatted(PARTS.get(i).sql(), PARTS.get(i).most(), i))
                            .collect(Collectors.joining(", ")),
                    FeatureSql.SELECT);

    /**
     * A component score that speaks for itself.
     *
     * @param usual a score that says nothing either way
     * @param sameAs a feature that says the same
     */
    private record Component(String name, double weight, double usual, String sameAs, String risk, String positive) {}

    private static final List<Component> COMPONENTS = List.of(
            new Component(
                    "satisfaction_score",
                    HealthSql.SATISFACTION_WEIGHT,
                    75,
                    null,
                    "Feedback of the last 365 days makes a satisfaction of %d of 100",
                    "Satisfied: feedback of the last 365 days makes %d of 100"),
            new Component(
                    "payment_behavior_score",
                    HealthSql.PAYMENT_WEIGHT,
                    90,
                    "failed_payments_90d",
                    "Payments failed, were refunded or are pending: payment behaviour is %d of 100",
                    "Pays reliably: payment behaviour is %d of 100"),
            new Component(
                    "communication_responsiveness_score",
                    HealthSql.COMMUNICATION_WEIGHT,
                    33,
                    null,
                    "Answers few messages: responsiveness is %d of 100",
                    "Answers messages: responsiveness is %d of 100"));

    private final TenantDatabase database;
    private final Predictions predictions;

    Explanations(TenantDatabase database, Predictions predictions) {
        this.database = database;
        this.predictions = predictions;
    }

    /** The score with its reasons, and what to do about them. */
    Uni<HealthScore> explain(HealthScore score) {
        var parameters = FeatureSql.parameters(
                score.organizationId(),
                score.customerId(),
                score.customerId(),
                score.analysisDate().atOffset(ZoneOffset.UTC));
        return database.query(score.organizationId(), READ, parameters.addInteger(score.churnHorizonDays()))
                .chain(rows -> rows.size() == 0
                        ? Uni.createFrom().item(score)
                        : explain(score, rows.iterator().next()));
    }

    private Uni<HealthScore> explain(HealthScore score, Row row) {
        var features = features(row);
        return contributions(score).map(byModel -> {
            var byRules = byModel == null;
            var factors = new ArrayList<>(factors(
                    byRules ? parts(row) : byColumn(byModel),
                    new Wording.Customer(features, score.currency()),
                    byRules ? "probability" : "log_odds"));
            factors.addAll(components(score, factors));
            var risks = strongest(factors.stream().filter(factor -> factor.contribution() > 0));
            var positives = strongest(factors.stream().filter(factor -> factor.contribution() < 0));
            return score.explained(
                    byRules ? ChurnRules.VERSION : score.modelVersion(),
                    risks,
                    positives,
                    RecommendedActions.of(OrgType.of(row.getString("org_type")), score.level(), risks));
        });
    }

    private static Map<String, Double> features(Row row) {
        var features = new HashMap<String, Double>();
        for (var column : FeatureSql.COLUMNS) {
            if (row.getValue(column) instanceof Number number) {
                features.put(column, number.doubleValue());
            }
        }
        return features;
    }

    /** Yields null when no model of this service gave the probability, or it does not answer. */
    private Uni<List<Contribution>> contributions(HealthScore score) {
        return predictions.explain(
                score.organizationId(), score.modelVersion(), score.customerId(), score.analysisDate());
    }

    /** What ratios contribute is said of the column that they are about. */
    private static Map<String, Double> byColumn(List<Contribution> contributions) {
        var byColumn = new LinkedHashMap<String, Double>();
        contributions.forEach(
                each -> byColumn.merge(ModelFeature.column(each.feature()), each.contribution(), Double::sum));
        return byColumn;
    }

    private static Map<String, Double> parts(Row row) {
        var parts = new LinkedHashMap<String, Double>();
        for (var i = 0; i < PARTS.size(); i++) {
            parts.put(PARTS.get(i).feature(), row.getDouble("part_" + i));
        }
        return parts;
    }

    private static List<Factor> factors(Map<String, Double> contributions, Wording.Customer customer, String basis) {
        return contributions.entrySet().stream()
                .filter(entry -> Math.abs(entry.getValue()) >= LEAST)
                .map(entry -> new Factor(
                        entry.getKey(),
                        Wording.of(entry.getKey(), customer, entry.getValue() > 0),
                        rounded(customer.features().get(entry.getKey())),
                        rounded(entry.getValue()),
                        basis))
                .toList();
    }

    private static List<Factor> components(HealthScore score, List<Factor> said) {
        var scores = new HashMap<String, Integer>();
        scores.put("satisfaction_score", score.satisfactionScore());
        scores.put("payment_behavior_score", score.paymentBehaviorScore());
        scores.put("communication_responsiveness_score", score.communicationResponsivenessScore());
        var names = said.stream().map(Factor::factor).collect(Collectors.toCollection(HashSet::new));
        return COMPONENTS.stream()
                .filter(component -> scores.get(component.name()) != null && !names.contains(component.sameAs()))
                .map(component -> factor(component, scores.get(component.name())))
                .filter(factor -> Math.abs(factor.contribution()) >= LEAST)
                .toList();
    }

    private static Factor factor(Component component, int score) {
        var contribution = component.weight() / HealthSql.CHURN_WEIGHT * (component.usual() - score) / 100;
        return new Factor(
                component.name(),
                (contribution > 0 ? component.risk() : component.positive()).formatted(score),
                (double) score,
                rounded(contribution),
                "component");
    }

    private static List<Factor> strongest(Stream<Factor> factors) {
        return factors.sorted(Comparator.comparingDouble((Factor factor) -> -Math.abs(factor.contribution())))
                .limit(MOST)
                .toList();
    }

    private static Double rounded(Double value) {
        return value == null ? null : Math.round(value * 10_000) / 10_000.0;
    }
}
