package io.perennial.models.predict;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.models.KindSql;
import io.perennial.models.ModelKind;
import io.perennial.models.learn.Objective;
import io.perennial.models.predict.CustomerPredictions.Choice;
import io.perennial.platform.Page;
import io.perennial.tenant.Organization;
import io.perennial.tenant.TenantDatabase;

/** What the latest runs have predicted of customers. */
@ApplicationScoped
public class StoredPredictions {

    private final TenantDatabase database;
    private final CommonestChoices commonest;

    StoredPredictions(TenantDatabase database, CommonestChoices commonest) {
        this.database = database;
        this.commonest = commonest;
    }

    /** A prediction that a run has left. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Stored(
            UUID customerId,
            @Schema(examples = "CUST_00042") String externalId,
            @Schema(examples = "churn") String kind,

            @Schema(description = "A probability, an amount or a score 0..100, as the kind says", examples = "0.2831")
            Double value,

            @Schema(description = "The likeliest first, of a kind that chooses")
            List<Choice> choices,

            @Schema(examples = "churn-3") String modelVersion) {}

    /** In the order of the customers' ids. */
    public Uni<Page<Stored>> list(Organization organization, ModelKind kind, UUID after, int limit) {
        var rules = new KindSql(organization, kind, List.of()).rulesOverStored();
        var sql = kind.name().equals("churn") ? """
                select c.customer_id, c.external_id, coalesce(p.churn_probability::float8, %s) as value,
                    null::jsonb as choices, p.model_version, f.as_of
                from customer_feature f
                join customers c on c.organization_id = f.organization_id and c.customer_id = f.customer_id
                left join churn_prediction p on p.organization_id = f.organization_id and p.customer_id = f.customer_id
                where f.organization_id = $1 and ($2::uuid is null or f.customer_id > $2)
                order by f.customer_id
                limit $3""" : """
                select c.customer_id, c.external_id, coalesce(p.value, %s) as value, p.choices, p.model_version, f.as_of
                from customer_feature f
                join customers c on c.organization_id = f.organization_id and c.customer_id = f.customer_id
                left join customer_prediction p on p.organization_id = f.organization_id
                    and p.customer_id = f.customer_id and p.kind = '%s'
                where f.organization_id = $1 and ($2::uuid is null or f.customer_id > $2)
                order by f.customer_id
                limit $3""";
        return database.query(
                        organization.id(),
                        sql.formatted(rules, kind.name()),
                        Tuple.of(organization.id(), after, limit + 1))
                .chain(rows -> byRules(organization, kind, rows)
                        .map(byRules -> Page.of(
                                StreamSupport.stream(rows.spliterator(), false)
                                        .map(row -> stored(kind, row, byRules))
                                        .toList(),
                                limit,
                                one -> one.customerId().toString())));
    }

    /** Yields null for a kind that does not choose. */
    private Uni<List<Choice>> byRules(Organization organization, ModelKind kind, RowSet<Row> rows) {
        return kind.objective() != Objective.MULTICLASS || rows.size() == 0
                ? Uni.createFrom().nullItem()
                : commonest.of(organization.id(), kind, rows.iterator().next().getOffsetDateTime("as_of"));
    }

    private static Stored stored(ModelKind kind, Row row, List<Choice> byRules) {
        var version = row.getString("model_version");
        var value = row.getDouble("value");
        var chooses = kind.objective() == Objective.MULTICLASS;
        return new Stored(
                row.getUUID("customer_id"),
                row.getString("external_id"),
                kind.name(),
                chooses ? null : version == null ? (Double) Predictions.shown(kind, value) : value,
                version == null ? byRules : choices((JsonArray) row.getValue("choices")),
                version == null ? kind.rulesVersion() : version);
    }

    private static List<Choice> choices(JsonArray choices) {
        return choices == null
                ? null
                : choices.stream()
                        .map(JsonObject.class::cast)
                        .map(choice -> new Choice(choice.getString("choice"), choice.getDouble("probability")))
                        .toList();
    }
}
