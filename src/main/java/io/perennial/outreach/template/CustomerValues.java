package io.perennial.outreach.template;

import io.smallrye.mutiny.Uni;
import java.util.Map;
import java.util.UUID;

/** Knows what placeholders stand for of a real customer, for previews. Every bean of this type is asked. */
public interface CustomerValues {

    /**
     * What is known of a customer, by the labels of placeholders. What is not known is left out.
     *
     * @param customer one that exists
     */
    Uni<Map<String, Object>> of(UUID organization, UUID customer);
}
