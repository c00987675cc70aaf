package io.perennial.intake;

import io.smallrye.mutiny.Uni;
import java.util.UUID;

/** Something that waits for customers who are not known yet. */
public interface NewCustomers {

    /** After an upload has brought customers, or has said something new of them, and is in for good. */
    Uni<Void> arrived(UUID organization);
}
