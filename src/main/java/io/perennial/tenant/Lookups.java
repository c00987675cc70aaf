package io.perennial.tenant;

import io.netty.util.concurrent.FastThreadLocal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.impl.ContextInternal;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Lookups that share a transaction. Setting the tenant takes three statements where the lookup itself is one, so the lookups
 * that requests of the same organization ask for within one turn of an event loop travel together and pay for it once. A
 * lookup that is alone travels at once; none ever waits for another to come.
 */
final class Lookups {

    /** More would keep the first answers of a transaction waiting for its last. */
    private static final int TOGETHER = 16;

    /** {@code in_failed_sql_transaction}: a lookup before this one failed, which says nothing about this one. */
    private static final String ABORTED_BY_ANOTHER = "25P02";

    private record Lookup(String sql, Tuple parameters, Promise<RowSet<Row>> answer) {}

    private final Pool pool;

    /** What this turn of the event loop has asked for. */
    private final FastThreadLocal<Map<UUID, List<Lookup>>> asked = new FastThreadLocal<>() {
        @Override
        protected Map<UUID, List<Lookup>> initialValue() {
            return new HashMap<>();
        }
    };

    Lookups(Pool pool) {
        this.pool = pool;
    }

    /**
     * Asks for rows together with others.
     *
     * @param context of the request, on whose event loop this is called
     */
    Future<RowSet<Row>> ask(ContextInternal context, UUID organization, String sql, Tuple parameters) {
        var lookup = new Lookup(sql, parameters, context.promise());
        var waiting = asked.get();
        var together = waiting.get(organization);
        if (together == null) {
            together = new ArrayList<>(TOGETHER);
            waiting.put(organization, together);
            context.unwrap().runOnContext(turn -> send(organization, waiting.remove(organization)));
        }
        together.add(lookup);
        return lookup.answer().future();
    }

    private void send(UUID organization, List<Lookup> lookups) {
        for (var from = 0; from < lookups.size(); from += TOGETHER) {
            sendTogether(organization, lookups.subList(from, Math.min(from + TOGETHER, lookups.size())));
        }
    }

    private void sendTogether(UUID organization, List<Lookup> lookups) {
        pool.getConnection()
                .onFailure(e -> lookups.forEach(lookup -> lookup.answer().fail(e)))
                .onSuccess(connection -> {
                    connection.query(TenantDatabase.begin(organization)).execute();
                    for (var lookup : lookups) {
                        connection
                                .preparedQuery(lookup.sql())
                                .execute(lookup.parameters())
                                .onComplete(lookup.answer()::complete, e -> failed(organization, lookup, e));
                    }
                    connection.query("commit").execute().onComplete(done -> connection.close());
                });
    }

    private void failed(UUID organization, Lookup lookup, Throwable e) {
        if (e instanceof PgException database && ABORTED_BY_ANOTHER.equals(database.getSqlState())) {
            sendTogether(organization, List.of(lookup));
        } else {
            lookup.answer().fail(e);
        }
    }
}
