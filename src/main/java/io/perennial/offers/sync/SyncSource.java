package io.perennial.offers.sync;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.models.serve.CircuitBreaker;

/** An outside system that offers come from, and how it went with it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SyncSource(
        @Schema(examples = "crm") String system,
        SourceDescription source,

        @Schema(description = "Whether it is asked: not while it is open, because it kept failing", examples = "closed")
        String circuit,

        Instant nextSyncAt,
        Instant lastAttemptAt,
        Instant lastSyncedAt,

        @Schema(description = "How much the last synchronisation changed")
        Map<String, Object> lastOutcome,

        @Schema(description = "Why the last attempt failed; absent when it did not")
        String lastFailure,

        @Schema(examples = "1") int version,
        Instant createdAt,
        Instant updatedAt,
        @JsonIgnore String etag) {

    SyncSource withCircuit(CircuitBreaker.State state) {
        return new SyncSource(
                system,
                source,
                state.name().toLowerCase(Locale.ROOT),
                nextSyncAt,
                lastAttemptAt,
                lastSyncedAt,
                lastOutcome,
                lastFailure,
                version,
                createdAt,
                updatedAt,
                etag);
    }
}
