package io.perennial.tenant;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.core.impl.ContextInternal;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Function;

import io.perennial.platform.ProblemType;

/**
 * The one door to the database. Nothing goes through it without naming the organization, and PostgreSQL's row-level
 * security then shows and takes that organization's rows only, whatever the statement says.
 */
@ApplicationScoped
public class TenantDatabase {

    /**
     * A statement of a request may take 30 seconds, the default of the role; one of a run or an upload may take long. It is
     * planned for the range of customers that it is about: a plan for any range expects a small one.
     */
    private static final String LONG_WORK =
            "set local statement_timeout = '1h'; set local plan_cache_mode = 'force_custom_plan'; ";

    private static final String INSTANCE = "begin; set local perennial.scope = 'instance'";

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Pool pool;
    private final Lookups lookups;
    private final io.vertx.mutiny.sqlclient.Pool mutinyPool;

    TenantDatabase(Pool pool) {
        this.pool = pool;
        this.lookups = new Lookups(pool);
        this.mutinyPool = new io.vertx.mutiny.sqlclient.Pool(pool);
    }

    /**
     * Runs one statement as an organization. The tenant is set in the same flush as the statement it guards, so isolation
     * costs no round trip.
     *
     * @param parameters of {@code $1}, {@code $2} … in {@code sql}
     */
    public Uni<RowSet<Row>> query(UUID organization, String sql, Tuple parameters) {
        return pipelined(begin(organization), sql, parameters);
    }

    /**
     * Reads a few rows by their key as an organization. Lookups of the same organization that are asked for at the same time
     * share a transaction, so only what is answered at once may be asked for like this, and nothing that writes.
     */
    public Uni<RowSet<Row>> lookup(UUID organization, String sql, Tuple parameters) {
        var context = ContextInternal.current();
        return context == null || !context.nettyEventLoop().inEventLoop()
                ? query(organization, sql, parameters)
                : UniHelper.toUni(lookups.ask(context, organization, sql, parameters));
    }

    /**
     * Runs one statement over the few tables that the instance itself may see across organizations: keys to authenticate,
     * the organization of a customer, runs to resume.
     */
    public Uni<RowSet<Row>> queryInstance(String sql, Tuple parameters) {
        return pipelined(INSTANCE, sql, parameters);
    }

    private Uni<RowSet<Row>> pipelined(String begin, String sql, Tuple parameters) {
        return UniHelper.toUni(pool.getConnection().compose(connection -> {
            connection.query(begin).execute();
            var result = connection.preparedQuery(sql).execute(parameters);
            var commit = connection.query("commit").execute();
            return Future.join(result, commit)
                    .eventually(() -> connection.close())
                    .map(done -> result.result());
        }));
    }

    /**
     * Does work as an organization in one transaction, which commits when the work's {@code Uni} yields its item and rolls
     * back when it fails or is cancelled.
     */
    public <T> Uni<T> transaction(UUID organization, Function<SqlConnection, Uni<T>> work) {
        return mutinyPool.withTransaction(connection -> connection
                .query(LONG_WORK + "set local perennial.organization_id = '" + organization + "'")
                .execute()
                .chain(() -> work.apply(connection)));
    }

    /**
     * Asks the database to give up the statement that a connection waits for, if it does. The statement then fails; what else
     * becomes of the transaction is up to whoever has begun it.
     */
    public static Uni<Void> interrupt(SqlConnection connection) {
        return UniHelper.toUni(PgConnection.cast(connection.getDelegate()).cancelRequest());
    }

    /**
     * A statement that keeps erasures out until the transaction ends: work that reads customers and writes about them might
     * otherwise write again what an erasure has just removed.
     */
    public static String shareWithoutErasure(UUID organization) {
        return "select pg_advisory_xact_lock_shared(hashtextextended('erasure %s', 0))".formatted(organization);
    }

    /**
     * Does work that removes customers while no such work is under way, and keeps more from beginning meanwhile. Whatever begins
     * while it waits has to wait too, so it waits for a moment only, and tries again: an upload may take an hour.
     *
     * @return fails with {@link ProblemType#UNAVAILABLE} when there was no moment for it in a minute
     */
    public <T> Uni<T> eraseAlone(UUID organization, Function<SqlConnection, Uni<T>> work) {
        return transaction(
                        organization,
                        connection -> connection
                                .query("set local lock_timeout = '200ms'; "
                                        + "select pg_advisory_xact_lock(hashtextextended('erasure %s', 0)); "
                                                .formatted(organization)
                                        + "set local lock_timeout = 0")
                                .execute()
                                .chain(() -> work.apply(connection)))
                .onFailure(TenantDatabase::isLocked)
                .retry()
                .withBackOff(FIRST_PAUSE, LONGEST_PAUSE)
                .expireIn(PATIENCE.toMillis())
                .onFailure(e -> isLocked(e) || isLocked(e.getCause()))
                .transform(e -> ProblemType.UNAVAILABLE.problem(
                        "Something is done with the organization's customers that takes long; try again later"));
    }

    /** Whether something failed because somebody else held a lock for longer than it may wait. */
    public static boolean isLocked(Throwable e) {
        return e instanceof PgException database && LOCK_NOT_AVAILABLE.equals(database.getSqlState());
    }

    /** A UUID cannot carry anything but itself into the statement. */
    static String begin(UUID organization) {
        return "begin; set local perennial.organization_id = '" + organization + "'";
    }
}
