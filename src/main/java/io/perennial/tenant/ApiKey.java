package io.perennial.tenant;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An API key of an organization.
 *
 * @param key the key itself: only in the answer that created it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ApiKey(
        UUID id,
        @Schema(examples = "nightly scoring") String name,
        @Schema(examples = "operator") Role role,

        @Schema(description = "Shown once, when the key is made")
        String key,

        Instant createdAt,
        Instant revokedAt) {

    ApiKey withKey(String shown) {
        return new ApiKey(id, name, role, shown, createdAt, revokedAt);
    }

    /** Leaves the key out. */
    @Override
    public String toString() {
        return "ApiKey[" + id + ", " + role + "]";
    }
}
