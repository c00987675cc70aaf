package io.perennial.recovery.dunning;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.ZoneOffset;
import java.util.Arrays;

import io.perennial.recovery.cases.CaseTrigger;
import io.perennial.recovery.cases.Cases;
import io.perennial.recovery.cases.RecoveredBy;
import io.perennial.recovery.cases.RecoveryCase;

/**
 * Asks, before anything is said, whether the customer has stayed already. Whoever tells us of a payment ends the case itself;
 * this finds what has come into the tables by another way.
 */
@ApplicationScoped
class Stays {

    private final Cases cases;

    Stays(Cases cases) {
        this.cases = cases;
    }

    /** Whether a customer has stayed. */
    enum Stay {
        /** The case was ended. */
        SEEN,
        /** The billing system has told something that may show it and that is not settled yet. */
        TOLD,
        NONE
    }

    /** What shows that a customer stays. */
    private record Sign(RecoveredBy by, BigDecimal revenue, JsonObject detail) {}

    /**
     * Ends a case whose customer has stayed.
     *
     * @param recoveryCase locked and active
     * @return {@link Stay#SEEN} when it was ended
     */
    Uni<Stay> settle(SqlConnection transaction, RecoveryCase recoveryCase) {
        return cases.settings(transaction, recoveryCase.organizationId())
                .chain(settings -> sign(transaction, recoveryCase, settings.anyPaymentRecovers()))
                .chain(sign -> sign == null
                        ? isTold(transaction, recoveryCase).map(isTold -> isTold ? Stay.TOLD : Stay.NONE)
                        : cases.recover(transaction, recoveryCase, sign.by(), sign.revenue(), sign.detail(), null)
                                .replaceWith(Stay.SEEN));
    }

    /** A payment of what had failed, or another one since; a cancelled subscription that goes on. Null for neither. */
    private static Uni<Sign> sign(SqlConnection transaction, RecoveryCase recoveryCase, boolean anyPayment) {
        var trigger = recoveryCase.triggerEvent();
        return transaction
                .preparedQuery("""
                        select p.payment_id, p.amount, p.currency,
                            exists (
                                select from payment_failures f
                                where f.organization_id = $1 and f.customer_id = $2 and f.payment_id = $3
                                    and f.status = 'recovered') as is_collected,
                            exists (
                                select from subscriptions s
                                where s.organization_id = $1 and s.customer_id = $2 and s.subscription_id = $6
                                    and s.will_renew and s.status <> 'cancelled') as goes_on
                        from (values (1)) one
                        left join lateral (
                            select payment_id, amount, currency
                            from payments
                            where organization_id = $1 and customer_id = $2
                                and (payment_id = $3 or ($5 and paid_at > $4 and amount > 0))
                            order by (payment_id = $3) desc nulls last, paid_at
                            limit 1) p on true""")
                .execute(Tuple.from(Arrays.asList(
                        recoveryCase.organizationId(),
                        recoveryCase.customerId(),
                        trigger.paymentId(),
                        trigger.timestamp().atOffset(ZoneOffset.UTC),
                        anyPayment,
                        trigger.type() == CaseTrigger.SUBSCRIPTION_CANCELLED ? trigger.subscriptionId() : null)))
                .map(rows -> sign(rows.iterator().next(), recoveryCase));
    }

    /** Looks among the events of the customer, who has few, and not among all that are accepted, which may be many. */
    private static Uni<Boolean> isTold(SqlConnection transaction, RecoveryCase recoveryCase) {
        return transaction
                .preparedQuery("""
                        select exists (
                            select from (
                                select fact, status from webhook_events
                                where organization_id = $1 and customer_id = $2
                                offset 0) e
                            where e.status = 'accepted' and e.fact in ('payment.succeeded', 'subscription.reactivated'))""")
                .execute(Tuple.of(recoveryCase.organizationId(), recoveryCase.customerId()))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    private static Sign sign(Row row, RecoveryCase recoveryCase) {
        var trigger = recoveryCase.triggerEvent();
        if (row.getString("payment_id") != null) {
            return new Sign(
                    RecoveredBy.PAYMENT,
                    row.getString("currency").equals(trigger.currency()) ? row.getBigDecimal("amount") : null,
                    new JsonObject().put("payment_id", row.getString("payment_id")));
        }
        if (row.getBoolean("is_collected")) {
            return new Sign(
                    RecoveredBy.PAYMENT, trigger.amount(), new JsonObject().put("payment_id", trigger.paymentId()));
        }
        return row.getBoolean("goes_on")
                ? new Sign(
                        RecoveredBy.REACTIVATION,
                        trigger.amount(),
                        new JsonObject().put("subscription_id", trigger.subscriptionId()))
                : null;
    }
}
