package io.perennial.recovery.dunning;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.UUID;

import io.perennial.outreach.message.Messages;
import io.perennial.outreach.template.MessageStage;
import io.perennial.recovery.dunning.PaymentFailures.FailureReference;

/**
 * The e-mail of a stage about a failed payment, which is there once: written by hand, or as the step of a case.
 *
 * @param thread what it belongs to, and its offers with it
 */
record StageMail(UUID message, UUID thread) {

    /** What one is called that is written by hand and is no step of a case. */
    static String nameByHand(UUID failure, MessageStage stage) {
        return "payment failure %s %s".formatted(failure, stage.value());
    }

    /** The one that was written, by whomever; null when none was, or it was taken back with its case. */
    static Uni<StageMail> find(SqlConnection connection, FailureReference failure, MessageStage stage) {
        return connection
                .preparedQuery("""
                        with written as (
                            select $3::uuid as message_id
                            union
                            select s.message_id
                            from recovery_cases c
                            join recovery_steps s on s.organization_id = $1 and s.customer_id = $2 and s.case_id = c.case_id
                            where c.organization_id = $1 and c.customer_id = $2 and c.failure_id = $4
                                and s.stage = $5 and s.channel = 'email'
                        )
                        select m.message_id, m.thread_id
                        from written w
                        join outreach_messages m on m.organization_id = $1 and m.customer_id = $2
                            and m.message_id = w.message_id
                        where m.status <> 'cancelled' or m.message_id = $3
                        order by m.created_at desc
                        limit 1""")
                .execute(Tuple.of(
                        failure.organization(),
                        failure.customer(),
                        idByHand(failure, stage),
                        failure.failure(),
                        stage.value()))
                .map(rows -> {
                    for (var row : rows) {
                        return new StageMail(row.getUUID("message_id"), row.getUUID("thread_id"));
                    }
                    return null;
                });
    }

    /** The id of the one that was written by hand; null when none was. */
    static Uni<UUID> byHand(SqlConnection connection, FailureReference failure, MessageStage stage) {
        return connection
                .preparedQuery("""
                        select message_id
                        from outreach_messages
                        where organization_id = $1 and customer_id = $2 and message_id = $3 and status <> 'cancelled'""")
                .execute(Tuple.of(failure.organization(), failure.customer(), idByHand(failure, stage)))
                .map(rows -> {
                    for (var row : rows) {
                        return row.getUUID("message_id");
                    }
                    return null;
                });
    }

    private static UUID idByHand(FailureReference failure, MessageStage stage) {
        return Messages.idOf(failure.organization(), nameByHand(failure.failure(), stage));
    }
}
