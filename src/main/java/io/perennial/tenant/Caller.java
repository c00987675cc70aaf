package io.perennial.tenant;

import java.security.Principal;
import java.util.UUID;

/**
 * Who is calling.
 *
 * @param organization whose key it is; null for a key of the whole instance
 */
public record Caller(UUID keyId, UUID organization, Role role) implements Principal {

    @Override
    public String getName() {
        return keyId.toString();
    }

    /** Whether the caller may act for an organization. */
    boolean mayActFor(UUID other) {
        return organization == null || organization.equals(other);
    }
}
