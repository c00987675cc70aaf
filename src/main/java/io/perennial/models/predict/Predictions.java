package io.perennial.models.predict;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

import io.perennial.models.ChurnRiskLevel;
import io.perennial.models.KindSql;
import io.perennial.models.ModelFeature;
import io.perennial.models.ModelKind;
import io.perennial.models.ModelKinds;
import io.perennial.models.learn.Objective;
import io.perennial.models.learn.Rows;
import io.perennial.models.predict.CustomerPredictions.Choice;
import io.perennial.models.predict.CustomerPredictions.Contribution;
import io.perennial.models.predict.CustomerPredictions.Predicted;
import io.perennial.models.registry.ActiveModel;
import io.perennial.models.serve.Inference;
import io.perennial.models.serve.InferenceFailure;
import io.perennial.models.serve.ModelVersion;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.Organization;
import io.perennial.tenant.Organizations;
import io.perennial.tenant.TenantDatabase;

/**
 * Predicts for one customer, now: computes the features, asks the active model, and says what the rules say when there is
 * none or it does not answer.
 */
@ApplicationScoped
public class Predictions {

    private static final Logger LOG = Logger.getLogger(Predictions.class);

    private static final int CHOICES_SHOWN = 5;
    private static final int FIRST_FEATURE = 2;

    private final ModelKinds kinds;
    private final Serving serving;
    private final Inference inference;
    private final Organizations organizations;
    private final TenantDatabase database;
    private final CommonestChoices commonest;

    Predictions(
            ModelKinds kinds,
            Serving serving,
            Inference inference,
            Organizations organizations,
            TenantDatabase database,
            CommonestChoices commonest) {
        this.kinds = kinds;
        this.serving = serving;
        this.inference = inference;
        this.organizations = organizations;
        this.database = database;
        this.commonest = commonest;
    }

    /**
     * Predicts.
     *
     * @param names of the kinds; all when empty
     * @param explain whether to say what moved each score
     * @return fails when there is no such customer
     */
    public Uni<CustomerPredictions> of(CustomerReference customer, List<String> names, Instant asOf, boolean explain) {
        var asked =
                names.isEmpty() ? kinds.all() : names.stream().map(kinds::named).toList();
        return organizations
                .find(customer.organization())
                .chain(organization ->
                        firstOf(customer, Arrays.asList(customer.candidates()), organization, asked, asOf, explain));
    }

    private Uni<CustomerPredictions> firstOf(
            CustomerReference customer,
            List<UUID> candidates,
            Organization organization,
            List<ModelKind> asked,
            Instant asOf,
            boolean explain) {
        if (candidates.isEmpty()) {
            throw customer.unknown();
        }
        var candidate = candidates.get(0);
        return Multi.createFrom()
                .iterable(asked)
                .onItem()
                .transformToUniAndConcatenate(kind -> predict(organization, kind, candidate, asOf, explain)
                        .onItem()
                        .ifNotNull()
                        .transform(predicted -> Map.entry(kind.name(), predicted)))
                .collect()
                .asList()
                .chain(found -> found.size() < asked.size()
                        ? firstOf(
                                customer, candidates.subList(1, candidates.size()), organization, asked, asOf, explain)
                        : Uni.createFrom()
                                .item(new CustomerPredictions(candidate, organization.id(), asOf, map(found))));
    }

    private static Map<String, Predicted> map(List<Map.Entry<String, Predicted>> entries) {
        var map = new LinkedHashMap<String, Predicted>();
        entries.forEach(entry -> map.put(entry.getKey(), entry.getValue()));
        return map;
    }

    /** Yields null when there is no such customer. */
    private Uni<Predicted> predict(
            Organization organization, ModelKind kind, UUID customer, Instant asOf, boolean explain) {
        return serving.of(organization.id(), kind)
                .chain(choice -> present(organization, kind, choice.choices(), customer, asOf)
                        .onItem()
                        .ifNotNull()
                        .transformToUni(present -> answer(organization, kind, choice, present, asOf, explain)));
    }

    /** What is known of a customer. */
    private record Present(double rules, boolean inPopulation, float[] features) {}

    private Uni<Present> present(
            Organization organization, ModelKind kind, List<String> choices, UUID customer, Instant asOf) {
        var sql = new KindSql(organization, kind, choices);
        return database.lookup(
                        organization.id(),
                        sql.presentRow(),
                        sql.parameters(customer, customer, asOf.atOffset(ZoneOffset.UTC)))
                .map(rows -> rows.size() == 0
                        ? null
                        : present(rows.iterator().next(), sql.features().size()));
    }

    private static Present present(Row row, int size) {
        var features = new float[size];
        for (var i = 0; i < size; i++) {
            var value = row.getFloat(FIRST_FEATURE + i);
            features[i] = value == null ? Float.NaN : value;
        }
        return new Present(row.getDouble("rules"), row.getBoolean("in_population"), features);
    }

    private Uni<Predicted> answer(
            Organization organization,
            ModelKind kind,
            Serving.Choice choice,
            Present present,
            Instant asOf,
            boolean explain) {
        if (choice.model() == null) {
            return byRules(organization, kind, present, choice.fallback(), asOf);
        }
        if (!present.inPopulation()) {
            return byRules(organization, kind, present, "The customer is not one the model is made for", asOf);
        }
        return byModel(kind, choice.model(), present, explain)
                .onFailure(InferenceFailure.class)
                .recoverWithUni(failure -> {
                    log(failure);
                    return byRules(organization, kind, present, failure.getMessage(), asOf);
                });
    }

    private Uni<Predicted> byModel(ModelKind kind, ActiveModel model, Present present, boolean explain) {
        var label = model.version().label();
        return inference.predict(model.version(), present.features()).chain(prediction -> {
            if (kind.objective() == Objective.MULTICLASS) {
                return Uni.createFrom()
                        .item(new Predicted(
                                null, null, likeliest(model.choices(), prediction.values()), label, null, null, null));
            }
            var value = shown(kind, prediction.values()[0]);
            return (explain
                            ? explained(kind, model, present.features())
                            : Uni.createFrom().item(UNEXPLAINED))
                    .map(explained -> new Predicted(
                            value, level(kind, value), null, label, null, explained.contributions(), explained.base()));
        });
    }

    /** What moved a score, and what every score begins with. */
    private record Explained(List<Contribution> contributions, Double base) {}

    private static final Explained UNEXPLAINED = new Explained(null, null);

    /** A prediction is good without its reasons. */
    private Uni<Explained> explained(ModelKind kind, ActiveModel model, float[] features) {
        return explain(kind, model, features).onFailure(InferenceFailure.class).recoverWithItem(failure -> {
            log(failure);
            return UNEXPLAINED;
        });
    }

    private static List<Choice> likeliest(List<String> choices, float[] probabilities) {
        return IntStream.range(0, probabilities.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -probabilities[i]))
                .limit(CHOICES_SHOWN)
                .map(i -> new Choice(choices.get(i), (double) probabilities[i]))
                .toList();
    }

    static double shown(ModelKind kind, double prediction) {
        return kind.clamp(prediction * kind.scale());
    }

    private static ChurnRiskLevel level(ModelKind kind, double value) {
        return kind.name().equals("churn") ? ChurnRiskLevel.of(value) : null;
    }

    private Uni<Predicted> byRules(
            Organization organization, ModelKind kind, Present present, String reason, Instant asOf) {
        if (kind.objective() == Objective.MULTICLASS) {
            return commonest
                    .of(organization.id(), kind, asOf.atOffset(ZoneOffset.UTC))
                    .map(choices -> new Predicted(null, null, choices, kind.rulesVersion(), reason, null, null));
        }
        var value = shown(kind, present.rules());
        return Uni.createFrom()
                .item(new Predicted(value, level(kind, value), null, kind.rulesVersion(), reason, null, null));
    }

    private Uni<Explained> explain(ModelKind kind, ActiveModel model, float[] features) {
        var schema = ModelFeature.schema(kind.features(model.choices()));
        return inference.explain(model.version(), new Rows(schema, 1, features)).map(contributions -> {
            var all = new ArrayList<Contribution>();
            for (var i = 0; i < features.length; i++) {
                all.add(new Contribution(
                        model.features().get(i),
                        Float.isNaN(features[i]) ? null : (double) features[i],
                        contributions[i] * kind.scale()));
            }
            all.sort(Comparator.comparingDouble(contribution -> -Math.abs(contribution.contribution())));
            return new Explained(all, contributions[features.length] * kind.scale());
        });
    }

    /**
     * What the active model of a kind says of one customer, to be kept as a run keeps it.
     *
     * @param values null when no model answers
     */
    public record Fresh(
            ModelKind kind,
            UUID organization,
            UUID customer,
            String modelVersion,
            List<String> choices,
            float[] values) {}

    /** Has the active model of a kind score one customer by what is known as of an instant. */
    public Uni<Fresh> fresh(UUID organization, String kindName, UUID customer, Instant asOf) {
        var kind = kinds.named(kindName);
        var none = new Fresh(kind, organization, customer, null, null, null);
        return organizations
                .find(organization)
                .chain(found -> serving.of(organization, kind)
                        .chain(choice -> choice.model() == null
                                ? Uni.createFrom().item(none)
                                : present(found, kind, choice.choices(), customer, asOf)
                                        .chain(present -> present == null || !present.inPopulation()
                                                ? Uni.createFrom().item(none)
                                                : fresh(choice.model(), present, none))));
    }

    private Uni<Fresh> fresh(ActiveModel model, Present present, Fresh none) {
        return inference
                .predict(model.version(), present.features())
                .map(prediction -> new Fresh(
                        none.kind(),
                        none.organization(),
                        none.customer(),
                        model.version().label(),
                        model.choices(),
                        prediction.values()))
                .onFailure(InferenceFailure.class)
                .recoverWithItem(failure -> {
                    log(failure);
                    return none;
                });
    }

    /** Keeps it, in a transaction of the organization; what a model said before is forgotten. */
    public Uni<Void> keep(SqlConnection connection, Fresh fresh, Instant asOf) {
        var at = asOf.atOffset(ZoneOffset.UTC);
        var table = PredictionTable.of(fresh.kind());
        var customer = fresh.customer();
        return fresh.values() == null
                ? table.forget(connection, fresh.organization(), customer, customer, at)
                : table.write(
                        connection,
                        fresh.organization(),
                        fresh.modelVersion(),
                        fresh.choices(),
                        new UUID[] {customer},
                        fresh.values(),
                        at);
    }

    /** While a circuit is open there would be a line for every request. */
    private static void log(Throwable failure) {
        if (failure instanceof InferenceFailure known && known.reason() == InferenceFailure.Reason.CIRCUIT_OPEN) {
            LOG.debug(failure.getMessage());
        } else {
            LOG.warn(failure.getMessage());
        }
    }

    /**
     * What moved the score that a version gave a customer, from the features as of then.
     *
     * @param label of the version, such as {@code churn-3}
     * @return the contributions, those of most weight first; null when the version is none of a model, or does not answer
     */
    public Uni<List<Contribution>> explain(UUID organization, String label, UUID customer, Instant asOf) {
        var dash = label.lastIndexOf('-');
        var kind = kinds.all().stream()
                .filter(each -> dash > 0 && each.name().equals(label.substring(0, dash)))
                .findFirst();
        if (kind.isEmpty() || !serving.engineIsReady()) {
            return Uni.createFrom().nullItem();
        }
        var version = new ModelVersion(organization, kind.get().name(), Integer.parseInt(label.substring(dash + 1)));
        var names =
                kind.get().features(List.of()).stream().map(ModelFeature::name).toList();
        return organizations
                .find(organization)
                .chain(found -> present(found, kind.get(), List.of(), customer, asOf))
                .onItem()
                .ifNotNull()
                .transformToUni(present ->
                        explain(kind.get(), new ActiveModel(version, "", names, List.of()), present.features()))
                .onItem()
                .ifNotNull()
                .transform(Explained::contributions)
                .onFailure(InferenceFailure.class)
                .recoverWithItem(failure -> {
                    log(failure);
                    return null;
                });
    }
}
