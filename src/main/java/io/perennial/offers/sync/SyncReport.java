package io.perennial.offers.sync;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What taking offers over from an outside system changes, or would change. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SyncReport(
        boolean success,
        @Schema(examples = "crm") String system,

        @Schema(description = "Whether nothing was changed and this only shows what would be")
        boolean dryRun,

        @Schema(description = "Whether the source said that it has not changed since the last time")
        boolean notModified,

        @Schema(description = "New in the catalog") List<Named> added,
        List<Changed> changed,

        @Schema(description = "No longer at the source, and taken back")
        List<Named> deactivated,

        @Schema(description = "Fields that were edited here and stay as they are")
        List<Conflict> conflicts,

        @Schema(description = "Offers that are as they were", examples = "41")
        int unchanged) {

    /** An offer. */
    public record Named(
            @Schema(examples = "9") int offerId,
            @Schema(examples = "SPRING-15") String externalOfferId,
            @Schema(examples = "Spring discount") String name) {}

    /** What differs about an offer. */
    public record Changed(
            @Schema(examples = "9") int offerId,
            @Schema(examples = "SPRING-15") String externalOfferId,
            Map<String, Object> before,
            Map<String, Object> after) {}

    /** A field that was edited here and that the source has otherwise; a value that is absent is none. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Conflict(
            @Schema(examples = "9") int offerId,
            @Schema(examples = "SPRING-15") String externalOfferId,
            @Schema(examples = "cost") String field,
            @Schema(examples = "11.00") Object ours,
            @Schema(examples = "12.50") Object theirs) {}

    static SyncReport notModified(String system, int offers) {
        return new SyncReport(true, system, false, true, List.of(), List.of(), List.of(), List.of(), offers);
    }

    /** How much of everything there was. */
    Map<String, Object> outcome() {
        return Map.of(
                "added", added.size(),
                "changed", changed.size(),
                "deactivated", deactivated.size(),
                "conflicts", conflicts.size(),
                "unchanged", unchanged,
                "not_modified", notModified);
    }
}
