package io.perennial.tenant;

import io.netty.util.concurrent.FastThreadLocal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.impl.ContextInternal;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Lookups that share transactions. Setting the tenant takes three statements where the lookup itself is one, so the lookups
 * that requests of the same organization ask for at the same time travel together and pay for it once. A lookup that is
 * alone travels at once. Under load the next ones gather while {@value #UNDERWAY} transactions are on their way, so the more
 * there is to do the less each costs.
 *
 * <p>Each event loop has queues of its own, so nothing here is shared between threads.
 */
final class Lookups {

    /** Transactions of an organization that an event loop has on their way. */
    private static final int UNDERWAY = 2;

    /** Lookups in a transaction. More would keep the first answers waiting for the last. */
    private static final int TOGETHER = 32;

    /** {@code in_failed_sql_transaction}: a lookup before this one failed, which says nothing about this one. */
    private static final String ABORTED_BY_ANOTHER = "25P02";

    /**
     * What is looked up by its key is found the same way whatever the key. Left to itself the planner would plan a lookup in
     * a partitioned table anew each time, which takes several times as long as the lookup.
     */
    private static final String PLANNED_ONCE = "; set local plan_cache_mode = 'force_generic_plan'";

    private final Pool pool;

    private final FastThreadLocal<Map<UUID, Queue>> queues = new FastThreadLocal<>() {
        @Override
        protected Map<UUID, Queue> initialValue() {
            return new HashMap<>();
        }
    };

    private record Lookup(String sql, Tuple parameters, Promise<RowSet<Row>> answer) {}

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
        queues.get().computeIfAbsent(organization, Queue::new).add(lookup, context.unwrap());
        return lookup.answer().future();
    }

    /** What an event loop has to look up for an organization. */
    private final class Queue {

        private final UUID organization;
        private final ArrayDeque<Lookup> waiting = new ArrayDeque<>();
        private int underway;
        private boolean sendsAtTheEndOfTheTurn;

        Queue(UUID organization) {
            this.organization = organization;
        }

        void add(Lookup lookup, ContextInternal eventLoop) {
            waiting.add(lookup);
            if (underway < UNDERWAY && !sendsAtTheEndOfTheTurn) {
                sendsAtTheEndOfTheTurn = true;
                eventLoop.runOnContext(turn -> {
                    sendsAtTheEndOfTheTurn = false;
                    send();
                });
            }
        }

        private void send() {
            while (!waiting.isEmpty() && underway < UNDERWAY) {
                underway++;
                var lookups = next();
                pool.getConnection()
                        .onFailure(
                                e -> lookups.forEach(lookup -> lookup.answer().fail(e)))
                        .compose(connection -> sendTogether(connection, lookups))
                        .onComplete(done -> returned());
            }
        }

        private List<Lookup> next() {
            var lookups = new ArrayList<Lookup>(Math.min(TOGETHER, waiting.size()));
            while (!waiting.isEmpty() && lookups.size() < TOGETHER) {
                lookups.add(waiting.poll());
            }
            return lookups;
        }

        private Future<Void> sendTogether(SqlConnection connection, List<Lookup> lookups) {
            connection.query(TenantDatabase.begin(organization) + PLANNED_ONCE).execute();
            for (var lookup : lookups) {
                connection
                        .preparedQuery(lookup.sql())
                        .execute(lookup.parameters())
                        .onComplete(lookup.answer()::complete, e -> failed(lookup, e));
            }
            return connection
                    .query("commit")
                    .execute()
                    .eventually(() -> connection.close())
                    .mapEmpty();
        }

        private void failed(Lookup lookup, Throwable e) {
            if (e instanceof PgException database && ABORTED_BY_ANOTHER.equals(database.getSqlState())) {
                waiting.add(lookup);
            } else {
                lookup.answer().fail(e);
            }
        }

        private void returned() {
            underway--;
            send();
            if (underway == 0 && !sendsAtTheEndOfTheTurn) {
                queues.get().remove(organization);
            }
        }
    }
}
