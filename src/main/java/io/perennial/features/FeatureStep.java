package io.perennial.features;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.stream.Collectors;

import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/** Computes the features of a range of customers and keeps them in {@code customer_feature}. */
@ApplicationScoped
public class FeatureStep implements RunStep {

    private static final String WRITE = """
            insert into customer_feature as known (organization_id, as_of, run_id, %1$s)
            select $1, $4, $8, %1$s
            from (
            %2$s
            ) computed
            on conflict (organization_id, customer_id) do update
            set as_of = excluded.as_of, run_id = excluded.run_id, %3$s""".formatted(
                    String.join(", ", FeatureSql.COLUMNS),
                    FeatureSql.SELECT,
                    FeatureSql.COLUMNS.stream()
                            .filter(column -> !column.equals("customer_id"))
                            .map(column -> column + " = excluded." + column)
                            .collect(Collectors.joining(", ")));

    private static final String FORGET = """
            delete from customer_feature
            where organization_id = $1 and customer_id between $2 and $3 and run_id <> $4""";

    @Override
    public String name() {
        return "features";
    }

    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery(WRITE)
                .execute(Tuple.newInstance(FeatureSql.parameters(
                                part.organization(), part.firstCustomer(), part.lastCustomer(), part.asOf())
                        .addUUID(part.runId())))
                .chain(() -> forgetOthers(connection, part))
                .replaceWith((JsonObject) null);
    }

    /** Customers who were not there yet as of the run have no features as of it. */
    private static Uni<Void> forgetOthers(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery(FORGET)
                .execute(Tuple.of(part.organization(), part.firstCustomer(), part.lastCustomer(), part.runId()))
                .replaceWithVoid();
    }
}
