package io.perennial.outreach.message;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;

/** Somebody who acts on what becomes of messages. Every implementation is told once of everything that becomes of each. */
public interface OutreachListener {

    /**
     * Something became of a message.
     *
     * @param transaction that stores it, and whatever is done here with it; a failure undoes both
     */
    Uni<Void> happened(SqlConnection transaction, Delivery delivery);
}
