package io.perennial.offers.next;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

import io.perennial.features.FeatureStep;
import io.perennial.runs.RunKind;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/** Decides for every customer of an organization which offer they are made: features, decisions. */
@ApplicationScoped
class NextBestOfferRun implements RunKind {

    static final String NAME = "next_best_offers";

    private final List<RunStep> steps;

    NextBestOfferRun(FeatureStep features, NextBestOfferStep decide) {
        this.steps = List.of(features, decide);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<RunStep> steps() {
        return steps;
    }

    /** Yields how many customers were decided about, held out and had nothing to be offered, and who got which offer. */
    @Override
    public Uni<JsonObject> totals(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery("""
                        select counted.key, sum(counted.value::bigint)::bigint as customers
                        from run_partitions p
                        cross join lateral jsonb_each_text(p.result -> 'decisions') as counted
                        where p.organization_id = $1 and p.run_id = $2
                        group by counted.key
                        order by counted.key""")
                .execute(Tuple.of(part.organization(), part.runId()))
                .map(rows -> {
                    var offers = new JsonObject();
                    var totals = new JsonObject()
                            .put("decided", 0L)
                            .put("held_out", 0L)
                            .put("nothing_eligible", 0L)
                            .put("nothing_worthwhile", 0L);
                    rows.forEach(row -> (totals.containsKey(row.getString("key")) ? totals : offers)
                            .put(row.getString("key"), row.getLong("customers")));
                    return totals.put("offers", offers);
                });
    }
}
