package io.perennial.recovery.billing;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;

/**
 * What the customers of an organization can use. Finding out what any of them has used takes a look at all events of three
 * months, so it is kept for a day; that there is none, for a minute.
 */
@ApplicationScoped
class ProductFeatures {

    private static final Duration KEPT = Duration.ofDays(1);
    private static final Duration NONE_KEPT = Duration.ofMinutes(1);
    private static final int MOST = 1000;

    private static final String COUNT = """
            insert into product_features (organization_id, features, counted_at)
            select $1, coalesce(array_agg(feature order by feature), '{}'), $2
            from (
                select attributes->>'feature' as feature
                from events
                where organization_id = $1 and event_type = 'feature_use' and occurred_at > $3 and occurred_at <= $2
                    and attributes->>'feature' is not null
                group by 1
                order by count(*) desc, 1
                limit $4
            ) used
            on conflict (organization_id) do update
            set features = excluded.features, counted_at = excluded.counted_at
            where product_features.counted_at is not null""";

    /** Nothing while somebody else is about it, or has been: who waited here for others who wait for it would wait for ever. */
    private static final String TAKE = """
            select from product_features where organization_id = $1 and counted_at = $2 for update skip locked""";

    /**
     * Finds out what there is, unless it is known: because it was said, or because it was found not long ago. While somebody else
     * finds it out anew, what was found before has to do.
     */
    Uni<Void> find(SqlConnection connection, UUID organization, Instant now) {
        return connection.preparedQuery("""
                        select cardinality(features) as found, counted_at from product_features
                        where organization_id = $1""").execute(Tuple.of(organization)).chain(rows -> {
            for (var row : rows) {
                var counted = row.get(OffsetDateTime.class, "counted_at");
                var kept = row.getInteger("found") == 0 ? NONE_KEPT : KEPT;
                if (counted == null || counted.toInstant().plus(kept).isAfter(now)) {
                    return Uni.createFrom().voidItem();
                }
                return connection
                        .preparedQuery(TAKE)
                        .execute(Tuple.of(organization, counted))
                        .chain(taken ->
                                taken.size() == 0 ? Uni.createFrom().voidItem() : count(connection, organization, now));
            }
            return count(connection, organization, now);
        });
    }

    private static Uni<Void> count(SqlConnection connection, UUID organization, Instant now) {
        var until = now.atOffset(ZoneOffset.UTC);
        return connection
                .preparedQuery(COUNT)
                .execute(Tuple.of(organization, until, until.minusMonths(3), MOST))
                .replaceWithVoid();
    }

    /** Says what there is; nothing to have it found out. */
    Uni<Void> say(SqlConnection connection, UUID organization, List<String> features) {
        return features.isEmpty()
                ? connection
                        .preparedQuery("delete from product_features where organization_id = $1")
                        .execute(Tuple.of(organization))
                        .replaceWithVoid()
                : connection
                        .preparedQuery("""
                                insert into product_features (organization_id, features, counted_at)
                                values ($1, $2, null)
                                on conflict (organization_id) do update
                                set features = excluded.features, counted_at = null""")
                        .execute(Tuple.tuple().addUUID(organization).addArrayOfString(features.toArray(String[]::new)))
                        .replaceWithVoid();
    }
}
