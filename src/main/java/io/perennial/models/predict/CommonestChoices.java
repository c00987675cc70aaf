package io.perennial.models.predict;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;

import io.perennial.models.KindSql;
import io.perennial.models.ModelKind;
import io.perennial.models.predict.CustomerPredictions.Choice;
import io.perennial.tenant.TenantDatabase;

/** What the rules say of a kind that chooses: what is chosen most, whoever the customer is. */
@ApplicationScoped
class CommonestChoices {

    private static final int SHOWN = 5;

    /** Far longer than it takes to find out what sells, far shorter than it takes to change. */
    private static final Duration REMEMBERED = Duration.ofMinutes(10);

    private static final int ORGANIZATIONS_REMEMBERED = 10_000;

    private final TenantDatabase database;
    private final Cache<List<Object>, List<Choice>> known = Caffeine.newBuilder()
            .expireAfterWrite(REMEMBERED)
            .maximumSize(ORGANIZATIONS_REMEMBERED)
            .build();

    CommonestChoices(TenantDatabase database) {
        this.database = database;
    }

    /** The commonest first, as of the day of an instant, with no probabilities; remembered for some minutes. */
    Uni<List<Choice>> of(UUID organization, ModelKind kind, OffsetDateTime asOf) {
        var key = List.<Object>of(organization, kind.name(), asOf.toLocalDate());
        var choices = known.getIfPresent(key);
        return choices != null
                ? Uni.createFrom().item(choices)
                : find(organization, kind, asOf).invoke(found -> known.put(key, found));
    }

    private Uni<List<Choice>> find(UUID organization, ModelKind kind, OffsetDateTime asOf) {
        return database.query(organization, KindSql.choices(kind), Tuple.of(organization, asOf))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .limit(SHOWN)
                        .map(row -> new Choice(row.getString(0), null))
                        .toList());
    }
}
