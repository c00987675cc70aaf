package io.perennial.models;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

import io.perennial.models.learn.GradientBoosting;
import io.perennial.models.learn.Learner;
import io.perennial.models.learn.TabularNetwork;

/** The ways to learn that models are promoted from. */
@ApplicationScoped
public class Learners {

    /** Inference has several workers, and training a thread of its own. */
    private static final int THREADS = 1;

    private static final Learner BOOSTING = new GradientBoosting(THREADS);

    /** Those that may have trained a model. */
    public static final List<Learner> ALL = List.of(BOOSTING, new TabularNetwork());

    private final Engine engine;

    Learners(Engine engine) {
        this.engine = engine;
    }

    /** Those that can train one now: networks need their engine. */
    public List<Learner> usable() {
        return engine.state() == Engine.State.READY ? ALL : List.of(BOOSTING);
    }
}
