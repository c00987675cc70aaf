package io.perennial.models.lifetime;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/**
 * Fits both models to the purchases of an organization. Its result holds their parameters, or says in {@code reason} why there
 * are none; {@link LifetimeValueStep} goes by it.
 */
@ApplicationScoped
public class FitLifetimeStep implements RunStep {

    static final String NAME = "fit_lifetime";

    /** Fewer customers who bought again than this say too little about the rest. */
    static final int REPEAT_CUSTOMERS_NEEDED = 50;

    /**
     * Customers looked at, at most. Ids are spread evenly and at random, so the first of them are a fair sample; and a million
     * customers leave the parameters an error far below what a model can be off by.
     */
    private static final long SAMPLE = 1_000_000;

    private static final int BLOCK = 10_000;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean whole() {
        return true;
    }

    /**
     * Whether the models are wanted, because no learned model predicts the lifetime value of the organization's customers.
     * Where they are not, both steps leave the predictions of the learned model alone, so it does no harm to run them.
     */
    public static Uni<Boolean> isWanted(SqlConnection connection, UUID organization) {
        return connection
                .preparedQuery("""
                        select not exists (
                            select from model_versions
                            where organization_id = $1 and kind = $2 and status = 'active')""")
                .execute(Tuple.of(organization, LifetimeModel.KIND))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        return isWanted(connection, part.organization())
                .chain(wanted -> wanted
                        ? fit(connection, part)
                        : Uni.createFrom()
                                .item(LifetimeModel.none("A learned model predicts the lifetime value of customers")));
    }

    private static Uni<JsonObject> fit(SqlConnection connection, RunPart part) {
        var statistics = new Statistics();
        return lastOfSample(connection, part.organization())
                .onItem()
                .transformToMulti(last -> Blocks.read(
                        connection,
                        LifetimeSql.STATISTICS,
                        Tuple.of(part.organization(), part.firstCustomer(), last, part.asOf()),
                        BLOCK))
                .invoke(rows -> rows.forEach(statistics::add))
                .collect()
                .last()
                .chain(() -> Uni.createFrom()
                        .item(statistics::fit)
                        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool()));
    }

    private static Uni<UUID> lastOfSample(SqlConnection connection, UUID organization) {
        return connection
                .preparedQuery("select count(*) from customers where organization_id = $1")
                .execute(Tuple.of(organization))
                .map(rows -> lastOfSample(rows.iterator().next().getLong(0)));
    }

    /** The id up to which there are about {@link #SAMPLE} customers, of so many. */
    static UUID lastOfSample(long customers) {
        return customers <= SAMPLE
                ? new UUID(-1, -1)
                : new UUID((long) ((double) SAMPLE / customers * (1L << 32)) << 32, 0);
    }
}
