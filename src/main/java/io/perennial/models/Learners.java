package io.perennial.models;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

import io.perennial.models.learn.GradientBoosting;
import io.perennial.models.learn.Learner;
import io.perennial.models.learn.TabularNetwork;

/** The ways to learn that models are promoted from. */
@ApplicationScoped
public class Learners {

    private final Engine engine;
    private final GradientBoosting boosting;
    private final TabularNetwork network = new TabularNetwork();

    Learners(Engine engine, Engine.Config config) {
        this.engine = engine;
        this.boosting = new GradientBoosting(config.threads());
    }

    /** Those that may have trained a model. */
    public List<Learner> all() {
        return List.of(boosting, network);
    }

    /** Those that can train one now. */
    public List<Learner> usable() {
        return engine.state() == Engine.State.READY ? all() : List.of(boosting);
    }
}
