package io.perennial.runs;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.List;

/** What a run can do: steps, one after the other, each over ranges of customers. Every bean of this type is known. */
public interface RunKind {

    /** As it is asked for, such as {@code segmentation}. */
    String name();

    /**
     * Whether it takes long and writes nothing that other runs read, so that they need not wait for it nor it for them.
     */
    default boolean inBackground() {
        return false;
    }

    /** In their order. All parts of a step are done before the next step begins. */
    List<RunStep> steps();

    /**
     * Fails with a {@link io.perennial.platform.ProblemException} when these are not what the kind needs to know.
     *
     * @param parameters empty when the run was asked for without any
     */
    default void check(JsonObject parameters) {}

    /** Fails with a {@link io.perennial.platform.ProblemException} when the kind cannot be run as of an instant. */
    default void check(Instant asOf) {}

    /**
     * What came out of the whole run.
     *
     * @param part over all customers
     */
    Uni<JsonObject> totals(SqlConnection connection, RunPart part);
}
