package io.perennial.runs;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Work over all customers of an organization, in parts that any replica can do. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Run(
        UUID id,
        UUID organizationId,
        @Schema(examples = "segmentation") String kind,

        @Schema(description = "Only data up to this instant count")
        Instant asOf,

        @Schema(description = "What it was asked for besides its kind")
        Map<String, Object> parameters,

        @Schema(
                examples = "completed",
                enumeration = {"running", "completed", "failed"})
        String status,

        @Schema(description = "Parts done", examples = "33") long partsDone,

        @Schema(description = "Parts in all", examples = "33")
        long parts,

        @Schema(description = "What came out, by the kind of the run")
        Map<String, Object> totals,

        @Schema(description = "Why it failed, or why its last part had to be repeated")
        String failure,

        Instant startedAt,
        Instant finishedAt) {

    /** Reads a run together with its progress. */
    static final String SELECT = """
            select r.*, p.parts, p.parts_done, coalesce(r.failure, p.last_failure) as any_failure
            from runs r
            cross join lateral (
                select count(*) as parts, count(finished_at) as parts_done, max(failure) as last_failure
                from run_partitions p
                where p.organization_id = r.organization_id and p.run_id = r.id
            ) p
            """;

    static Run of(Row row) {
        var parameters = (JsonObject) row.getValue("parameters");
        var totals = (JsonObject) row.getValue("totals");
        var finishedAt = row.get(OffsetDateTime.class, "finished_at");
        return new Run(
                row.getUUID("id"),
                row.getUUID("organization_id"),
                row.getString("kind"),
                row.get(OffsetDateTime.class, "as_of").toInstant(),
                parameters == null ? null : parameters.getMap(),
                row.getString("status"),
                row.getLong("parts_done"),
                row.getLong("parts"),
                totals == null ? null : totals.getMap(),
                row.getString("any_failure"),
                row.get(OffsetDateTime.class, "started_at").toInstant(),
                finishedAt == null ? null : finishedAt.toInstant());
    }

    /** What it was asked for besides its kind; empty when nothing. */
    JsonObject parametersOrNone() {
        return parameters == null ? new JsonObject() : new JsonObject(parameters);
    }

    /** Whether there is nothing left to do. */
    @JsonIgnore
    public boolean isFinished() {
        return !status.equals("running");
    }
}
