package io.perennial.outreach.template;

import io.quarkus.qute.CompletedStage;
import io.quarkus.qute.Mapper;
import io.quarkus.qute.Results;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The values that one rendering sees, by name, ready to be written. It sees nothing else. */
final class Values implements Mapper {

    private final Map<String, Object> values;
    private final Budget budget;

    Values(Map<String, Object> values, Budget budget) {
        this.values = values;
        this.budget = budget;
    }

    @Override
    public CompletionStage<Object> getAsync(String name) {
        budget.lookUp(System.nanoTime());
        var value = values.get(name);
        return value == null ? Results.notFound(name) : CompletedStage.of(value);
    }
}
