package io.perennial.runs;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;

/** A step of a run. */
public interface RunStep {

    /** By which later steps find its results. */
    String name();

    /** Whether the step looks at all customers at once, because what it computes cannot be put together from parts. */
    default boolean whole() {
        return false;
    }

    /** Whether the step writes about customers, so that nobody may be erased meanwhile. */
    default boolean writesAboutCustomers() {
        return true;
    }

    /**
     * Does the step for a range of customers.
     *
     * @param connection in a transaction of the organization that also marks the part as done: a part is done once
     * @return what later steps need of it; may be null
     */
    Uni<JsonObject> work(SqlConnection connection, RunPart part);
}
