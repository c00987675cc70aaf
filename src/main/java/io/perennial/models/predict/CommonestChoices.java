package io.perennial.models.predict;

import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
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

    private final TenantDatabase database;

    CommonestChoices(TenantDatabase database) {
        this.database = database;
    }

    /** The commonest first, as of an instant, with no probabilities. */
    Uni<List<Choice>> of(UUID organization, ModelKind kind, OffsetDateTime asOf) {
        return database.query(organization, KindSql.choices(kind), Tuple.of(organization, asOf))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .limit(SHOWN)
                        .map(row -> new Choice(row.getString(0), null))
                        .toList());
    }
}
