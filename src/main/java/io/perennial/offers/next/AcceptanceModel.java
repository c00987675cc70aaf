package io.perennial.offers.next;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;

import io.perennial.models.Engine;
import io.perennial.models.learn.Rows;
import io.perennial.models.registry.ActiveModel;
import io.perennial.models.registry.ModelVersions;
import io.perennial.models.serve.Inference;
import io.perennial.models.serve.InferenceFailure;
import io.perennial.models.serve.ModelVersion;
import io.perennial.offers.Offer;

/**
 * Says how likely customers accept offers: by the model that the organization's own decisions have trained, if there is one
 * and it answers, and by popularity otherwise. An offer that is newer than the model is judged by popularity in any case,
 * whose prior leaves members of different opinions, so that exploration tries it.
 */
@ApplicationScoped
class AcceptanceModel {

    /** The kind of model. */
    static final String KIND = "nbo";

    private static final Logger LOG = Logger.getLogger(AcceptanceModel.class);

    private static final float LEAST = 1e-6f;

    private final ModelVersions versions;
    private final Popularities popularities;
    private final Inference inference;
    private final Engine engine;

    AcceptanceModel(ModelVersions versions, Popularities popularities, Inference inference, Engine engine) {
        this.versions = versions;
        this.popularities = popularities;
        this.inference = inference;
        this.engine = engine;
    }

    /**
     * A customer and the offers that there are for them.
     *
     * @param features as {@link OfferSchema#CUSTOMER}; NaN where missing
     * @param offers at least one
     */
    record Question(float[] features, List<Offer> offers) {}

    /** What is known of a model version to ask it. */
    record Version(ModelVersion version, OfferSchema schema) {

        static Version of(ActiveModel model) {
            return new Version(model.version(), OfferSchema.of(model.features(), model.choices()));
        }
    }

    /** The version that answers, or null when popularity does. */
    Uni<Version> active(UUID organization) {
        return versions.active(organization).map(active -> {
            var model = active.get(KIND);
            return model == null || engine.state() != Engine.State.READY ? null : Version.of(model);
        });
    }

    /** By what answers now: of a few customers, together with those that others ask about at the same time. */
    Uni<List<Acceptance>> of(UUID organization, List<Question> questions) {
        return of(organization, questions, this::gathered);
    }

    /** By what answers now: of many customers, which may take longer. */
    Uni<List<Acceptance>> ofMany(UUID organization, List<Question> questions) {
        return of(organization, questions, this::block);
    }

    private Uni<List<Acceptance>> of(UUID organization, List<Question> questions, Scorer scorer) {
        return popularities
                .of(organization)
                .chain(popularity -> active(organization)
                        .chain(version -> version == null
                                ? Uni.createFrom().item(byPopularity(popularity, questions))
                                : byModel(version, popularity, questions, scorer)
                                        .onFailure(InferenceFailure.class)
                                        .recoverWithItem(failure -> {
                                            LOG.warnf("Popularity answers: %s", failure.getMessage());
                                            return byPopularity(popularity, questions);
                                        })));
    }

    /** By a version, active or not, of many customers; fails with an {@link InferenceFailure}. */
    Uni<List<Acceptance>> ofMany(Version version, List<Question> questions) {
        return popularities
                .of(version.version().organization())
                .chain(popularity -> byModel(version, popularity, questions, this::block));
    }

    /** Has a version score rows by each of its members. */
    private interface Scorer {
        Uni<float[]> score(Version version, float[] rows);
    }

    private Uni<float[]> gathered(Version version, float[] rows) {
        return inference.predictByMember(version.version(), rows);
    }

    private Uni<float[]> block(Version version, float[] rows) {
        var schema = version.schema().features();
        return inference.predictBlockByMember(version.version(), new Rows(schema, rows.length / schema.size(), rows));
    }

    private static List<Acceptance> byPopularity(Popularity popularity, List<Question> questions) {
        return questions.stream()
                .map(question -> popularity.acceptance(question.offers()))
                .toList();
    }

    private static Uni<List<Acceptance>> byModel(
            Version version, Popularity popularity, List<Question> questions, Scorer scorer) {
        var rows = rows(version.schema(), questions);
        return rows.length == 0
                ? Uni.createFrom().item(byPopularity(popularity, questions))
                : scorer.score(version, rows)
                        .map(predictions -> acceptances(
                                version,
                                popularity,
                                questions,
                                predictions,
                                predictions.length * version.schema().features().size() / rows.length));
    }

    static float[] rows(OfferSchema schema, List<Question> questions) {
        var count = (int) questions.stream()
                .flatMap(question -> question.offers().stream())
                .filter(schema::knows)
                .count();
        var rows = new float[count * schema.features().size()];
        var row = 0;
        for (var question : questions) {
            for (var offer : question.offers()) {
                if (schema.knows(offer)) {
                    schema.fill(rows, row++, question.features(), offer);
                }
            }
        }
        return rows;
    }

    static List<Acceptance> acceptances(
            Version version, Popularity popularity, List<Question> questions, float[] predictions, int members) {
        var acceptances = new ArrayList<Acceptance>(questions.size());
        var row = 0;
        for (var question : questions) {
            var offers = question.offers();
            var together = new double[offers.size()];
            var byMember = new double[members][offers.size()];
            for (var i = 0; i < together.length; i++) {
                var known = version.schema().knows(offers.get(i));
                var offer = offers.get(i).offerId();
                for (var member = 0; member < members; member++) {
                    byMember[member][i] = known ? predictions[row * members + member] : popularity.draw(offer, member);
                }
                together[i] = known ? together(predictions, row * members, members) : popularity.mean(offer);
                row += known ? 1 : 0;
            }
            acceptances.add(new Acceptance(version.version().label(), together, byMember));
        }
        return acceptances;
    }

    /** The probability at the mean of the members' log-odds, as the model itself has it. */
    private static double together(float[] predictions, int from, int members) {
        var sum = 0.0;
        for (var i = from; i < from + members; i++) {
            var bounded = Math.max(LEAST, Math.min(1 - LEAST, predictions[i]));
            sum += Math.log(bounded / (1 - bounded));
        }
        return 1 / (1 + Math.exp(-sum / members));
    }
}
