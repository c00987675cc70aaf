package io.perennial.models;

import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.List;

import io.perennial.platform.ProblemType;

/** Everything that can be predicted. */
@ApplicationScoped
public class ModelKinds {

    private final List<ModelKind> kinds;
    private final List<LearnedKind> learned;

    ModelKinds(@All List<ModelKind> kinds, @All List<LearnedKind> learned) {
        this.kinds = sorted(kinds);
        this.learned = sorted(learned);
    }

    private static <T extends LearnedKind> List<T> sorted(List<T> kinds) {
        return kinds.stream().sorted(Comparator.comparing(LearnedKind::name)).toList();
    }

    /** In the order of their names. */
    public List<ModelKind> all() {
        return kinds;
    }

    /** These and those that other rooms know how to train, in the order of their names. */
    public List<LearnedKind> learned() {
        return learned;
    }

    /** The kind of a name; fails with {@link ProblemType#INVALID_REQUEST} when there is none. */
    public ModelKind named(String name) {
        return named(kinds, name);
    }

    /** The kind of a name, whoever trains it; fails like {@link #named(String)}. */
    public LearnedKind learnedNamed(String name) {
        return named(learned, name);
    }

    private static <T extends LearnedKind> T named(List<T> kinds, String name) {
        return kinds.stream()
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElseThrow(() -> ProblemType.INVALID_REQUEST.problem(
                        "kind must be one of %s",
                        String.join(", ", kinds.stream().map(LearnedKind::name).toList())));
    }
}
