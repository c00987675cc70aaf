package io.perennial.recovery.dunning;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

import io.perennial.outreach.message.Message;
import io.perennial.outreach.message.Messages;
import io.perennial.outreach.template.Medium;
import io.perennial.outreach.template.Trigger;
import io.perennial.platform.ProblemException;
import io.perennial.recovery.cases.ApprovalStatus;
import io.perennial.recovery.cases.CaseStatus;
import io.perennial.recovery.cases.Cases;
import io.perennial.recovery.cases.RecoveryCase;
import io.perennial.recovery.dunning.PaymentFailures.FailureReference;
import io.perennial.recovery.dunning.Steps.CaseKey;
import io.perennial.recovery.dunning.Steps.Wait;
import io.perennial.recovery.dunning.Wording.Addressee;
import io.perennial.recovery.incentive.CaseFacts;
import io.perennial.recovery.incentive.RetentionOffer;
import io.perennial.recovery.incentive.RetentionOffers;
import io.perennial.tenant.TenantDatabase;

/**
 * Takes steps that are due. Everything that belongs to a step happens in one transaction, which holds the lock of its case: it
 * is asked whether the customer has stayed, offers are made, the message is written to the outbox and the step is done, or none
 * of it. A message is named after its case and step, so it is there once, however often a step is begun.
 */
@ApplicationScoped
class StepTaker {

    private static final Logger LOG = Logger.getLogger(StepTaker.class);

    private final TenantDatabase database;
    private final Steps steps;
    private final Cases cases;
    private final Sequences sequences;
    private final Stays stays;
    private final Wording wording;
    private final RetentionOffers offers;
    private final Messages messages;
    private final DunningConfig config;
    private final Clock clock;

    StepTaker(
            TenantDatabase database,
            Steps steps,
            Cases cases,
            Sequences sequences,
            Stays stays,
            Wording wording,
            RetentionOffers offers,
            Messages messages,
            DunningConfig config,
            Clock clock) {
        this.database = database;
        this.steps = steps;
        this.cases = cases;
        this.sequences = sequences;
        this.stays = stays;
        this.wording = wording;
        this.offers = offers;
        this.messages = messages;
        this.config = config;
        this.clock = clock;
    }

    /** What a step is about. */
    private record Turn(CaseKey key, RecoveryCase recoveryCase, Step step) {

        Trigger trigger() {
            return Sequences.triggerOf(recoveryCase);
        }

        UUID organization() {
            return key.organization();
        }
    }

    /** How long a step waits for a billing event that is known of and not settled yet. */
    private static final Duration UNTIL_SETTLED = Duration.ofSeconds(10);

    /** Planning what is read of one customer takes longer than reading it. */
    private static final String KEPT_PLANS = "set local plan_cache_mode = auto; ";

    /** A step that was begun. */
    private record Begun(CaseKey key, int step) {}

    /** What the message of a step is made of. */
    private record Content(Addressee addressee, List<RetentionOffer> offers) {}

    /** Takes the most urgent step that is due in an organization and that nobody else has in hand. */
    Uni<Taken> next(UUID organization) {
        return database.transaction(
                organization,
                transaction -> transaction
                        .query(TenantDatabase.shareWithoutErasure(organization))
                        .execute()
                        .chain(() -> steps.lockNext(transaction, organization))
                        .chain(key -> key == null ? Uni.createFrom().item(Taken.NOTHING) : attempt(transaction, key)));
    }

    /** What a failure leaves behind is undone before the step is put off, and the case stays locked for both. */
    private Uni<Taken> attempt(SqlConnection transaction, CaseKey key) {
        var begun = new AtomicReference<Begun>();
        return transaction
                .query(KEPT_PLANS + "savepoint step")
                .execute()
                .chain(() -> take(transaction, key, begun))
                .onFailure(failure -> begun.get() != null)
                .recoverWithUni(failure -> transaction
                        .query("rollback to savepoint step")
                        .execute()
                        .chain(() -> pause(transaction, begun.get(), failure)));
    }

    private Uni<Taken> take(SqlConnection transaction, CaseKey key, AtomicReference<Begun> begun) {
        return steps.due(transaction, key).chain(step -> {
            if (step == null) {
                return Uni.createFrom().item(Taken.ELSEWHERE);
            }
            begun.set(new Begun(key, step.step()));
            return cases.find(transaction, key.organization(), key.caseId())
                    .chain(recoveryCase -> take(transaction, new Turn(key, recoveryCase, step)));
        });
    }

    private Uni<Taken> take(SqlConnection transaction, Turn turn) {
        if (turn.recoveryCase().status() != CaseStatus.ACTIVE) {
            return steps.cancel(
                            transaction,
                            turn.key(),
                            turn.recoveryCase().status().label())
                    .replaceWith(Taken.CANCELLED);
        }
        return stays.settle(transaction, turn.recoveryCase()).chain(stay -> switch (stay) {
            case SEEN -> Uni.createFrom().item(Taken.CANCELLED);
            case TOLD ->
                steps.postpone(
                                transaction,
                                turn.key(),
                                turn.step(),
                                clock.instant().plus(UNTIL_SETTLED))
                        .replaceWith(Taken.POSTPONED);
            case NONE ->
                steps.notBefore(transaction, turn.key(), turn.step(), config.patience())
                        .chain(wait -> wait.until() == null
                                ? speakUnlessWritten(transaction, turn)
                                : postpone(transaction, turn, wait));
        });
    }

    /** What an operator does not answer does not keep the case open: it ends when it would have ended. */
    private Uni<Taken> postpone(SqlConnection transaction, Turn turn, Wait wait) {
        return steps.postpone(transaction, turn.key(), turn.step(), wait.until())
                .chain(() ->
                        wait.isForOperator() ? Uni.createFrom().voidItem() : sequences.moveEnd(transaction, turn.key()))
                .replaceWith(Taken.POSTPONED);
    }

    /** What somebody has written by hand before the case began is not said again, nor offered again. */
    private Uni<Taken> speakUnlessWritten(SqlConnection transaction, Turn turn) {
        var step = turn.step();
        var failure = turn.recoveryCase().triggerEvent().failureId();
        if (failure == null || step.channel() != Medium.EMAIL) {
            return speak(transaction, turn);
        }
        return StageMail.byHand(
                        transaction,
                        new FailureReference(turn.organization(), turn.key().customer(), failure),
                        step.stage())
                .chain(message -> message == null
                        ? speak(transaction, turn)
                        : steps.finish(transaction, turn.key(), step, "done", null, message)
                                .chain(() -> cases.note(
                                        transaction,
                                        turn.recoveryCase(),
                                        "step_done",
                                        noteOf(step).put("message_id", message.toString())))
                                .replaceWith(Taken.DONE));
    }

    private Uni<Taken> speak(SqlConnection transaction, Turn turn) {
        var facts = turn.recoveryCase().triggerEvent();
        return wording.addressee(
                        transaction,
                        turn.organization(),
                        turn.key().customer(),
                        facts.failureId(),
                        facts.subscriptionId())
                .chain(addressee -> offers(transaction, turn, addressee).map(made -> new Content(addressee, made)))
                .chain(content -> agreed(transaction, turn, content)
                        .chain(agreed -> agreed == null
                                ? steps.finish(transaction, turn.key(), turn.step(), "approval", null, null)
                                        .replaceWith(Taken.APPROVAL)
                                : write(transaction, turn, agreed).replaceWith(Taken.DONE)));
    }

    /** Those that the message tells. What nobody hears of is not made: it would hold budget and ask for approval in vain. */
    private Uni<List<RetentionOffer>> offers(SqlConnection transaction, Turn turn, Addressee addressee) {
        var step = turn.step();
        return messages.template(
                        transaction,
                        turn.organization(),
                        addressee.template(turn.trigger(), step.stage(), step.channel()),
                        nameOf(turn.key().caseId(), step.step()))
                .chain(template -> template.namesOffers()
                        ? offers.generate(transaction, factsOf(turn, addressee), OfferStages.of(step.stage()))
                        : Uni.createFrom().item(List.of()));
    }

    /** The attempts may have become more since the case began. */
    private static CaseFacts factsOf(Turn turn, Addressee addressee) {
        var facts = turn.recoveryCase().facts();
        var failure = addressee.customer().failure();
        return turn.trigger() != Trigger.PAYMENT_FAILED || failure == null
                ? facts
                : new CaseFacts(
                        facts.organization(),
                        facts.customer(),
                        facts.caseId(),
                        facts.subscription(),
                        failure.amount(),
                        failure.currency(),
                        Math.max(failure.attempts(), facts.failedAttempts()));
    }

    /** What may be said: without what an operator has refused; null while an operator has to answer. */
    private Uni<Content> agreed(SqlConnection transaction, Turn turn, Content content) {
        var cost = content.offers().stream().map(RetentionOffer::cost).reduce(BigDecimal.ZERO, BigDecimal::add);
        return cases.settings(transaction, turn.organization()).chain(settings -> {
            if (!settings.asksFor(cost)) {
                return Uni.createFrom().item(content);
            }
            return cases.approvalOf(
                            transaction, turn.recoveryCase(), turn.step().step())
                    .chain(answer -> answer.filter(status -> status != ApprovalStatus.WAITING)
                            .map(status -> status == ApprovalStatus.APPROVED
                                    ? Uni.createFrom().item(content)
                                    : withoutCost(transaction, turn, content))
                            .orElseGet(() -> cases.askApproval(
                                            transaction,
                                            turn.recoveryCase(),
                                            turn.step().step(),
                                            cost)
                                    .replaceWith((Content) null)));
        });
    }

    private Uni<Content> withoutCost(SqlConnection transaction, Turn turn, Content content) {
        var costly = content.offers().stream()
                .filter(offer -> offer.cost().signum() > 0)
                .map(RetentionOffer::offerId)
                .toList();
        return offers.withdraw(transaction, turn.organization(), turn.key().customer(), costly)
                .replaceWith(new Content(
                        content.addressee(),
                        content.offers().stream()
                                .filter(offer -> offer.cost().signum() == 0)
                                .toList()));
    }

    private Uni<Void> write(SqlConnection transaction, Turn turn, Content content) {
        var step = turn.step();
        var now = clock.instant();
        var isLate = now.isAfter(step.dueAt().plus(config.tolerance()));
        return messages.write(
                        transaction,
                        message(turn, content, step.channel(), nameOf(turn.key().caseId(), step.step())))
                .chain(message -> steps.finish(transaction, turn.key(), step, "done", null, message)
                        .chain(() -> note(transaction, turn, content, message)))
                .chain(() -> isLate
                        ? steps.keepDistance(transaction, turn.key(), step.afterHours(), now)
                                .chain(() -> sequences.moveEnd(transaction, turn.key()))
                        : Uni.createFrom().voidItem())
                .chain(() -> needsPerson(turn, content)
                        ? messages.write(
                                        transaction,
                                        message(
                                                turn,
                                                content,
                                                Medium.PHONE,
                                                nameOf(turn.key().caseId(), 0)))
                                .replaceWithVoid()
                        : Uni.createFrom().voidItem());
    }

    /** What the message of a step is called; of step 0, the task for a person besides. */
    static String nameOf(UUID caseId, int step) {
        return step == 0
                ? "recovery case %s escalation".formatted(caseId)
                : "recovery case %s step %d".formatted(caseId, step);
    }

    private Message message(Turn turn, Content content, Medium channel, String name) {
        var addressee = content.addressee();
        var lines = OfferLines.of(content.offers(), addressee.customer().zone());
        return new Message(
                turn.organization(),
                turn.key().customer(),
                turn.key().caseId(),
                PlannedStep.place(turn.step().afterHours()),
                turn.recoveryCase().recoveryStrategy().priority(),
                name,
                addressee.template(turn.trigger(), turn.step().stage(), channel),
                wording.values(addressee, turn.trigger(), lines),
                clock.instant(),
                config.linksValidFor());
    }

    /** From as many failed payments as the segment says, a person looks after the customer besides; once for a case. */
    private static boolean needsPerson(Turn turn, Content content) {
        var segment = content.addressee().segment();
        var attempts = turn.recoveryCase().triggerEvent().attemptCount();
        var failures = Math.max(
                attempts == null ? 0 : attempts, segment.customerMetrics().paymentFailuresLast3Months());
        var hasCall = turn.recoveryCase().recoveryStrategy().channels().contains(Medium.PHONE.value());
        return turn.trigger() == Trigger.PAYMENT_FAILED
                && !hasCall
                && failures >= segment.segmentConfig().escalationThreshold();
    }

    private static JsonObject noteOf(Step step) {
        return new JsonObject()
                .put("step", step.step())
                .put("stage", step.stage().value())
                .put("channel", step.channel().value());
    }

    private Uni<Void> note(SqlConnection transaction, Turn turn, Content content, UUID message) {
        var segment = content.addressee().segment();
        return cases.note(
                transaction,
                turn.recoveryCase(),
                "step_done",
                noteOf(turn.step())
                        .put("segment", segment.segment().label())
                        .put(
                                "messaging_tone",
                                segment.segmentConfig().messagingTone().value())
                        .put(
                                "offers",
                                new JsonArray(content.offers().stream()
                                        .map(offer -> offer.type().label())
                                        .toList()))
                        .put("message_id", message.toString()));
    }

    /** What failed may work later; what has failed too often is skipped, so that the case goes on. */
    private Uni<Taken> pause(SqlConnection transaction, Begun begun, Throwable failure) {
        LOG.warnf("Step %d of case %s failed: %s", begun.step(), begun.key().caseId(), nameOf(failure));
        return cases.locked(transaction, begun.key().organization(), begun.key().caseId())
                .chain(recoveryCase -> steps.pause(
                                transaction, begun.key(), begun.step(), config.firstPause(), config.longestPause())
                        .chain(attempts -> attempts < config.attempts()
                                ? Uni.createFrom().item(Taken.FAILED)
                                : skip(transaction, begun, recoveryCase, nameOf(failure))));
    }

    private Uni<Taken> skip(SqlConnection transaction, Begun begun, RecoveryCase recoveryCase, String reason) {
        return steps.skip(transaction, begun.key(), begun.step(), reason)
                .chain(() -> cases.note(
                        transaction,
                        recoveryCase,
                        "step_skipped",
                        new JsonObject().put("step", begun.step()).put("reason", reason)))
                .replaceWith(Taken.SKIPPED);
    }

    /** Messages of failures can hold what a customer is called, so they are not kept. */
    private static String nameOf(Throwable failure) {
        if (failure instanceof ProblemException problem) {
            return problem.type().urn().substring("urn:perennial:problem:".length());
        }
        return failure instanceof PgException refused
                ? "database-" + refused.getSqlState()
                : failure.getClass().getSimpleName();
    }
}
