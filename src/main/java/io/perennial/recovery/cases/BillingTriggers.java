package io.perennial.recovery.cases;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

import io.perennial.intake.billing.BillingFact;
import io.perennial.intake.billing.BillingListener;
import io.perennial.platform.Amounts;

/**
 * Begins cases by what the billing system tells, and ends them. Whoever tells us holds the lock of the customer, so that of two
 * facts at once the second sees what became of the first. Most facts are none of our business or find no open case, which costs
 * nothing or one statement.
 */
@ApplicationScoped
class BillingTriggers implements BillingListener {

    /** A payment that fails once is tried again by the billing system, and mostly succeeds (seed 001: attempt count ≥ 2). */
    static final int ATTEMPTS_TO_BEGIN = 2;

    private final OpenCases openCases;
    private final Cases cases;
    private final RecoveryCaseConfig config;
    private final Clock clock;

    BillingTriggers(OpenCases openCases, Cases cases, RecoveryCaseConfig config, Clock clock) {
        this.openCases = openCases;
        this.cases = cases;
        this.config = config;
        this.clock = clock;
    }

    @Override
    public Uni<Void> happened(SqlConnection transaction, BillingFact fact) {
        return happened(transaction, List.of(fact));
    }

    @Override
    public Uni<Void> happened(SqlConnection transaction, List<BillingFact> facts) {
        var relevant = facts.stream().filter(BillingTriggers::isRelevant).toList();
        if (relevant.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        var organization = relevant.get(0).organization();
        var customers = new LinkedHashSet<UUID>();
        relevant.forEach(fact -> customers.add(fact.customer()));
        return openCases
                .of(transaction, organization, customers)
                .chain(open -> settle(transaction, organization, new Rest(relevant, open)));
    }

    /** Facts that nothing has come of yet, in the order in which they occurred, and the cases of their customers that are open. */
    private record Rest(List<BillingFact> facts, Map<UUID, RecoveryCase> open) {}

    /** What happens after a case has ended may begin another, so it comes to the same as if it had been told by itself. */
    private Uni<Void> settle(SqlConnection transaction, UUID organization, Rest all) {
        var rest = new AtomicReference<>(all);
        return Uni.createFrom()
                .deferred(() -> round(transaction, organization, rest.get()))
                .invoke(rest::set)
                .repeat()
                .whilst(left -> !left.facts().isEmpty())
                .collect()
                .last()
                .replaceWithVoid();
    }

    private Uni<Rest> round(SqlConnection transaction, UUID organization, Rest rest) {
        return begin(transaction, organization, rest)
                .chain(begun -> follow(transaction, rest, begun))
                .map(left -> new Rest(left, Map.of()));
    }

    private static boolean isRelevant(BillingFact fact) {
        return switch (fact.type()) {
            case PAYMENT_FAILED -> trigger(fact) != null;
            case SUBSCRIPTION_UPDATED -> Boolean.TRUE.equals(fact.willRenew());
            case PAYMENT_METHOD_EXPIRING -> false;
            default -> true;
        };
    }

    /** What a fact would begin; null when nothing. */
    private static CaseTrigger trigger(BillingFact fact) {
        return switch (fact.type()) {
            case PAYMENT_FAILED ->
                fact.attemptCount() != null && fact.attemptCount() >= ATTEMPTS_TO_BEGIN
                        ? CaseTrigger.PAYMENT_FAILED
                        : null;
            case SUBSCRIPTION_CANCELLED -> CaseTrigger.SUBSCRIPTION_CANCELLED;
            case PLAN_DOWNGRADED -> CaseTrigger.DOWNGRADE;
            default -> null;
        };
    }

    private Uni<Map<UUID, RecoveryCase>> begin(SqlConnection transaction, UUID organization, Rest rest) {
        var oldest = clock.instant().minus(config.oldestTrigger());
        var triggers = rest.facts().stream()
                .filter(fact -> trigger(fact) != null
                        && !rest.open().containsKey(fact.customer())
                        && fact.occurredAt().isAfter(oldest))
                .map(fact -> NewTrigger.of(fact, trigger(fact)))
                .toList();
        return openCases.begin(transaction, organization, triggers, null);
    }

    /**
     * What happens to the cases that are open, in the order of the facts.
     *
     * @return the facts of after the end of their customer's case
     */
    private Uni<List<BillingFact>> follow(SqlConnection transaction, Rest rest, Map<UUID, RecoveryCase> begun) {
        var present = new HashMap<>(rest.open());
        present.putAll(begun);
        var toBegin = new HashMap<>(begun);
        var left = new ArrayList<BillingFact>();
        return Multi.createFrom()
                .iterable(rest.facts().stream()
                        .filter(fact -> present.containsKey(fact.customer()))
                        .filter(fact -> !ledTo(fact, toBegin))
                        .toList())
                .onItem()
                .transformToUniAndConcatenate(fact -> {
                    var recoveryCase = present.get(fact.customer());
                    if (!recoveryCase.status().isOpen()) {
                        left.add(fact);
                        return Uni.createFrom().item(recoveryCase);
                    }
                    return happened(transaction, recoveryCase, fact)
                            .invoke(changed -> present.put(fact.customer(), changed));
                })
                .collect()
                .last()
                .replaceWith(left);
    }

    /**
     * Whether a fact is the one that has begun a case, or of before it.
     *
     * @param toBegin the cases whose beginning has not come yet; one of which it has is taken out
     */
    private static boolean ledTo(BillingFact fact, Map<UUID, RecoveryCase> toBegin) {
        var begun = toBegin.get(fact.customer());
        if (begun == null) {
            return false;
        }
        if (trigger(fact) != null && NewTrigger.of(fact, trigger(fact)).caseId().equals(begun.id())) {
            toBegin.remove(fact.customer());
        }
        return true;
    }

    private Uni<RecoveryCase> happened(SqlConnection transaction, RecoveryCase recoveryCase, BillingFact fact) {
        return switch (fact.type()) {
            case PAYMENT_SUCCEEDED -> paid(transaction, recoveryCase, fact);
            case SUBSCRIPTION_REACTIVATED, SUBSCRIPTION_CREATED, SUBSCRIPTION_UPDATED ->
                isStaying(recoveryCase, fact)
                        ? cases.recover(
                                transaction,
                                recoveryCase,
                                RecoveredBy.REACTIVATION,
                                recoveryCase.triggerEvent().amount(),
                                new JsonObject().put("subscription_id", fact.subscriptionId()),
                                null)
                        : Uni.createFrom().item(recoveryCase);
            case SUBSCRIPTION_CANCELLED ->
                hasEnded(fact) && isAbout(recoveryCase, fact)
                        ? cases.lose(
                                transaction,
                                recoveryCase,
                                LostBecause.SUBSCRIPTION_ENDED,
                                new JsonObject().put("subscription_id", fact.subscriptionId()),
                                null)
                        : again(transaction, recoveryCase, fact);
            default -> again(transaction, recoveryCase, fact);
        };
    }

    /**
     * A payment of before what began the case says nothing, nor does one of nothing, such as the invoice of a trial, unless it is
     * the very one that had failed.
     */
    private Uni<RecoveryCase> paid(SqlConnection transaction, RecoveryCase recoveryCase, BillingFact fact) {
        var trigger = recoveryCase.triggerEvent();
        var isTheOne = fact.paymentId() != null && fact.paymentId().equals(trigger.paymentId());
        if (!isTheOne && (fact.amount().signum() <= 0 || fact.occurredAt().isBefore(trigger.timestamp()))) {
            return Uni.createFrom().item(recoveryCase);
        }
        return cases.settings(transaction, recoveryCase.organizationId())
                .chain(settings -> isTheOne || settings.anyPaymentRecovers()
                        ? cases.recover(
                                transaction,
                                recoveryCase,
                                RecoveredBy.PAYMENT,
                                revenue(recoveryCase, fact),
                                new JsonObject()
                                        .put("payment_id", fact.paymentId())
                                        .put(
                                                "amount",
                                                Amounts.plain(fact.amount()).toPlainString())
                                        .put("currency", fact.currency()),
                                null)
                        : Uni.createFrom().item(recoveryCase));
    }

    /** Amounts of another currency than that of the case cannot be added to others. */
    private static BigDecimal revenue(RecoveryCase recoveryCase, BillingFact fact) {
        return recoveryCase.triggerEvent().currency().equals(fact.currency()) ? fact.amount() : null;
    }

    /**
     * A subscription that goes on again is a recovery; one that is new, or said in passing to renew, only of somebody who was
     * about to leave: the subscription of a payment that failed renews all the time.
     */
    private static boolean isStaying(RecoveryCase recoveryCase, BillingFact fact) {
        if (Boolean.FALSE.equals(fact.willRenew())
                || fact.occurredAt().isBefore(recoveryCase.triggerEvent().timestamp())) {
            return false;
        }
        var type = recoveryCase.triggerEvent().type();
        return switch (fact.type()) {
            case SUBSCRIPTION_REACTIVATED -> isAbout(recoveryCase, fact);
            case SUBSCRIPTION_UPDATED ->
                type == CaseTrigger.SUBSCRIPTION_CANCELLED
                        && fact.subscriptionId()
                                .equals(recoveryCase.triggerEvent().subscriptionId());
            default -> type == CaseTrigger.SUBSCRIPTION_CANCELLED;
        };
    }

    private static boolean isAbout(RecoveryCase recoveryCase, BillingFact fact) {
        var subscription = recoveryCase.triggerEvent().subscriptionId();
        return subscription == null || subscription.equals(fact.subscriptionId());
    }

    private boolean hasEnded(BillingFact fact) {
        return fact.endsAt() == null || !fact.endsAt().isAfter(clock.instant());
    }

    /** Another trigger while the case is open is part of it, and it is assessed again. */
    private Uni<RecoveryCase> again(SqlConnection transaction, RecoveryCase recoveryCase, BillingFact fact) {
        return trigger(fact) == null || isPast(fact, recoveryCase.metrics().createdAt())
                ? Uni.createFrom().item(recoveryCase)
                : cases.again(transaction, recoveryCase, NewTrigger.of(fact, trigger(fact)), null);
    }

    private boolean isPast(BillingFact fact, Instant createdAt) {
        return fact.occurredAt().isBefore(createdAt.minus(config.oldestTrigger()));
    }
}
