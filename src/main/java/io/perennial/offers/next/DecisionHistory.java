package io.perennial.offers.next;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.random.RandomGenerator;

import io.perennial.models.Engine;
import io.perennial.models.lifetime.Blocks;
import io.perennial.models.registry.ModelVersions;
import io.perennial.models.serve.Inference;
import io.perennial.runs.RunPart;
import io.perennial.tenant.TenantDatabase;

/**
 * Plays what would have happened had the service decided at an instant of the past, for demonstrations and simulations that
 * know how customers answer: everybody of whom something was known is decided about by the same step as in a run, and what
 * they answer is noted with its contacts, redemptions and spending as of that instant. The features are those that are
 * there, so they have to be computed as of the instant before.
 */
@ApplicationScoped
public class DecisionHistory {

    private static final int BLOCK = 2_048;

    /**
     * The statistics of tables that have just been filled promise a single customer, for whom a nested loop would do: with a
     * thousand it takes the square of that.
     */
    private static final String PLAN_FOR_MANY = "set local enable_nestloop = off";

    private static final String PLAYED = """
            select exists (
                select from offer_decisions where organization_id = $1 and decided_at = $2 and offer_id is not null)""";

    /** Of whom nothing was known, because they had not come yet. */
    private static final String FORGET_STRANGERS = """
            delete from offer_decisions d
            where d.organization_id = $1 and d.decided_at = $2
                and not exists (
                    select from customer_feature f
                    where f.organization_id = d.organization_id and f.customer_id = d.customer_id)""";

    private static final String MADE = """
            select d.customer_id, d.decision_id, d.offer_id, c.external_id
            from offer_decisions d
            join customers c on c.organization_id = d.organization_id and c.customer_id = d.customer_id
            where d.organization_id = $1 and d.decided_at = $2 and d.offer_id is not null
            order by d.customer_id""";

    private static final String ANSWER = """
            update offer_decisions d
            set outcome = case when a.accepted then 'accepted' else 'declined' end, shown_at = $2, answered_at = $2
            from unnest($3::uuid[], $4::uuid[], $5::boolean[]) as a (customer_id, decision_id, accepted)
            where d.organization_id = $1 and d.customer_id = a.customer_id and d.decision_id = a.decision_id""";

    private static final String CONTACT = """
            insert into offer_contacts (organization_id, customer_id, contacted_at, offer_id)
            select organization_id, customer_id, decided_at, offer_id
            from offer_decisions
            where organization_id = $1 and decided_at = $2 and offer_id is not null""";

    /** Who comes when the limit is reached or the month's budget is spent is not given the offer. */
    private static final String REDEEM = """
            with accepted as (
                select d.customer_id, d.decision_id, d.offer_id, d.cost, date_trunc('month', $2 at time zone t.timezone)::date
                    as month, row_number() over (partition by d.offer_id order by d.customer_id) as place
                from offer_decisions d
                join organizations t on t.id = d.organization_id
                where d.organization_id = $1 and d.decided_at = $2 and d.outcome = 'accepted'
            ), judged as (
                select a.*, coalesce(a.place <= o.redemption_limit - o.redemptions, true)
                    and coalesce(coalesce(s.spent, 0) + a.place * a.cost <= o.monthly_budget, true) as affordable
                from accepted a
                join offers o on o.organization_id = $1 and o.offer_id = a.offer_id
                left join offer_spending s
                    on s.organization_id = $1 and s.offer_id = a.offer_id and s.month = a.month
            ), refused as (
                update offer_decisions d set outcome = 'declined'
                from judged j
                where d.organization_id = $1 and d.customer_id = j.customer_id and d.decision_id = j.decision_id
                    and not j.affordable
            ), redeemed as (
                insert into offer_redemptions (
                    organization_id, customer_id, offer_id, redemption_id, cost, redeemed_at)
                select $1, customer_id, offer_id, decision_id, cost, $2
                from judged
                where affordable
            ), spent as (
                insert into offer_spending as known (organization_id, offer_id, month, redemptions, spent)
                select $1, offer_id, month, count(*), sum(cost)
                from judged
                where affordable
                group by offer_id, month
                on conflict (organization_id, offer_id, month) do update
                set redemptions = known.redemptions + excluded.redemptions, spent = known.spent + excluded.spent
            )
            update offers o set redemptions = o.redemptions + j.redemptions
            from (select offer_id, count(*) as redemptions from judged where affordable group by offer_id) j
            where o.organization_id = $1 and o.offer_id = j.offer_id""";

    private final TenantDatabase database;
    private final ActiveOffers catalog;
    private final ModelVersions versions;
    private final Inference inference;
    private final Engine engine;
    private final OfferPolicyConfig config;

    DecisionHistory(
            TenantDatabase database,
            ActiveOffers catalog,
            ModelVersions versions,
            Inference inference,
            Engine engine,
            OfferPolicyConfig config) {
        this.database = database;
        this.catalog = catalog;
        this.versions = versions;
        this.inference = inference;
        this.engine = engine;
        this.config = config;
    }

    /** Those who are made offers. */
    @FunctionalInterface
    public interface Customers {

        /**
         * Whether one accepts what they are offered.
         *
         * @param externalId what the organization calls the customer
         */
        boolean accept(String externalId, int offer, Instant at);
    }

    /**
     * Decides for everybody at an instant and notes the answers, in one transaction. Nothing is done where there are decisions
     * of that instant.
     *
     * @param at in whole microseconds, or it will not be found again
     * @param chance of which the decisions are made
     */
    public Uni<Void> play(UUID organization, Instant at, RandomGenerator chance, Customers customers) {
        return database.transaction(
                organization,
                connection -> isPlayed(connection, organization, at)
                        .chain(played -> played
                                ? Uni.createFrom().voidItem()
                                : connection
                                        .query(TenantDatabase.shareWithoutErasure(organization))
                                        .execute()
                                        .chain(() ->
                                                connection.query(PLAN_FOR_MANY).execute())
                                        .chain(() -> decide(connection, organization, at, chance))
                                        .chain(() -> answer(connection, organization, at, customers))));
    }

    private static Uni<Boolean> isPlayed(SqlConnection connection, UUID organization, Instant at) {
        return connection
                .preparedQuery(PLAYED)
                .execute(when(organization, at))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    private Uni<Void> decide(SqlConnection connection, UUID organization, Instant at, RandomGenerator chance) {
        Randomness randomness = () -> chance;
        var popularities = new Popularities(database, config, randomness);
        var step = new NextBestOfferStep(
                catalog,
                popularities,
                new AcceptanceModel(versions, popularities, inference, engine),
                new DecisionMaker(config, randomness),
                Clock.fixed(at, ZoneOffset.UTC));
        return step.work(connection, RunPart.whole(organization, null, at.atOffset(ZoneOffset.UTC), null, null))
                .chain(() -> connection.preparedQuery(FORGET_STRANGERS).execute(when(organization, at)))
                .replaceWithVoid();
    }

    private static Uni<Void> answer(SqlConnection connection, UUID organization, Instant at, Customers customers) {
        return Blocks.read(connection, MADE, when(organization, at), BLOCK)
                .onItem()
                .transformToUniAndConcatenate(
                        rows -> answerBlock(connection, organization, at, rows.getDelegate(), customers))
                .collect()
                .last()
                .chain(() -> connection.preparedQuery(CONTACT).execute(when(organization, at)))
                .chain(() -> connection.preparedQuery(REDEEM).execute(when(organization, at)))
                .replaceWithVoid();
    }

    private static Uni<Void> answerBlock(
            SqlConnection connection,
            UUID organization,
            Instant at,
            io.vertx.sqlclient.RowSet<Row> made,
            Customers customers) {
        var ids = new UUID[made.size()];
        var decisions = new UUID[made.size()];
        var accepted = new Boolean[made.size()];
        var i = 0;
        for (var row : made) {
            ids[i] = row.getUUID("customer_id");
            decisions[i] = row.getUUID("decision_id");
            accepted[i++] = customers.accept(row.getString("external_id"), row.getInteger("offer_id"), at);
        }
        return connection
                .preparedQuery(ANSWER)
                .execute(when(organization, at)
                        .addArrayOfUUID(ids)
                        .addArrayOfUUID(decisions)
                        .addArrayOfBoolean(accepted))
                .replaceWithVoid();
    }

    private static Tuple when(UUID organization, Instant at) {
        OffsetDateTime then = at.atOffset(ZoneOffset.UTC);
        return Tuple.of(organization, then);
    }
}
