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

    ModelKinds(@All List<ModelKind> kinds) {
        this.kinds =
                kinds.stream().sorted(Comparator.comparing(ModelKind::name)).toList();
    }

    /** In the order of their names. */
    public List<ModelKind> all() {
        return kinds;
    }

    /** The kind of a name; fails with {@link ProblemType#INVALID_REQUEST} when there is none. */
    public ModelKind named(String name) {
        return kinds.stream()
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElseThrow(() -> ProblemType.INVALID_REQUEST.problem(
                        "kind must be one of %s",
                        String.join(", ", kinds.stream().map(ModelKind::name).toList())));
    }
}
