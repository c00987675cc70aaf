package io.perennial.models.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A trained version of a kind of model. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record VersionDetails(
        @Schema(examples = "churn-3") String version,
        @Schema(examples = "churn") String kind,
        @Schema(examples = "3") int number,

        @Schema(
                examples = "active",
                enumeration = {"candidate", "active", "retired"})
        String status,

        @Schema(
                description = "Who learned it",
                examples = "blend",
                enumeration = {"xgboost", "tabm", "blend"})
        String learner,

        @Schema(description = "What it sees, in its order") List<String> features,

        @Schema(description = "What it chooses from; absent for a kind that does not choose")
        List<String> choices,

        @Schema(
                description =
                        "How good it is, and the rules and the version before it, on rows nothing was learned from")
        Map<String, Object> metrics,

        @Schema(description = "The instants that training, validation and test rows are as of")
        Map<String, Object> snapshots,

        @Schema(description = "The run that trained it") UUID runId,
        Instant trainedAt,
        Instant activatedAt,
        Instant retiredAt) {

    /** All but the artifact. */
    static final String COLUMNS = """
            kind, number, status, learner, feature_schema, metrics, snapshots, run_id, trained_at, activated_at, retired_at""";

    static VersionDetails of(Row row) {
        var schema = (JsonObject) row.getValue("feature_schema");
        var choices = strings(schema.getJsonArray("choices"));
        return new VersionDetails(
                row.getString("kind") + "-" + row.getInteger("number"),
                row.getString("kind"),
                row.getInteger("number"),
                row.getString("status"),
                row.getString("learner"),
                strings(schema.getJsonArray("features")),
                choices.isEmpty() ? null : choices,
                ((JsonObject) row.getValue("metrics")).getMap(),
                ((JsonObject) row.getValue("snapshots")).getMap(),
                row.getUUID("run_id"),
                instant(row, "trained_at"),
                instant(row, "activated_at"),
                instant(row, "retired_at"));
    }

    static List<String> strings(JsonArray array) {
        return array.stream().map(String.class::cast).toList();
    }

    private static Instant instant(Row row, String column) {
        var at = row.get(OffsetDateTime.class, column);
        return at == null ? null : at.toInstant();
    }
}
