package io.perennial.recovery.cases;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;

/**
 * Somebody who does something about cases. Every bean of this type is called in the transaction that changes the case, which
 * holds the lock of its row; a failure undoes both. Of cases in the hold-out, only {@link #heldOut} and {@link #closed} are told.
 */
public interface CaseListener {

    /** The case is active from now on: what is to be done about it can be planned. */
    Uni<Void> activated(SqlConnection transaction, RecoveryCase recoveryCase);

    /** The risk level of an active case has risen. */
    Uni<Void> escalated(SqlConnection transaction, RecoveryCase recoveryCase);

    /** A case of the hold-out is active, or its risk level has risen: nothing may be done, and it lasts as long as if it were. */
    default Uni<Void> heldOut(SqlConnection transaction, RecoveryCase recoveryCase) {
        return Uni.createFrom().voidItem();
    }

    /** The case has ended, recovered or lost: nothing more may be done about it. It may never have been active. */
    Uni<Void> closed(SqlConnection transaction, RecoveryCase recoveryCase);

    /** An operator has answered whether a step may offer what it would; see {@link Cases#askApproval}. */
    default Uni<Void> decided(SqlConnection transaction, RecoveryCase recoveryCase, int step, boolean isApproved) {
        return Uni.createFrom().voidItem();
    }
}
