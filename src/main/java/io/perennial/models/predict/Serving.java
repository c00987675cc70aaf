package io.perennial.models.predict;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;

import io.perennial.models.Engine;
import io.perennial.models.ModelFeature;
import io.perennial.models.ModelKind;
import io.perennial.models.learn.GradientBoosting;
import io.perennial.models.registry.ActiveModel;
import io.perennial.models.registry.ModelVersions;

/** Decides whether a model answers or the rules do, and why. */
@ApplicationScoped
class Serving {

    private final ModelVersions versions;
    private final Engine engine;

    Serving(ModelVersions versions, Engine engine) {
        this.versions = versions;
        this.engine = engine;
    }

    /**
     * Who answers.
     *
     * @param model null when the rules do
     * @param fallback why they do; null when a model does
     */
    record Choice(ActiveModel model, String fallback) {

        /** What there is to choose from; empty for a kind that does not choose. */
        List<String> choices() {
            return model == null ? List.of() : model.choices();
        }
    }

    Uni<Choice> of(UUID organization, ModelKind kind) {
        return versions.active(organization).map(active -> choice(kind, active.get(kind.name())));
    }

    /** Whether every model could answer. */
    boolean engineIsReady() {
        return engine.state() == Engine.State.READY;
    }

    private Choice choice(ModelKind kind, ActiveModel model) {
        if (model == null) {
            return new Choice(null, "No model has been trained");
        }
        var features =
                kind.features(model.choices()).stream().map(ModelFeature::name).toList();
        if (!features.equals(model.features())) {
            return new Choice(
                    null,
                    "%s was trained on other features; train again"
                            .formatted(model.version().label()));
        }
        if (!model.learner().equals(GradientBoosting.NAME) && !engineIsReady()) {
            return new Choice(
                    null,
                    engine.state() == Engine.State.LOADING ? "The engine is still loading" : "The engine is missing");
        }
        return new Choice(model, null);
    }
}
