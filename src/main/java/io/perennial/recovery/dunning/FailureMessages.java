package io.perennial.recovery.dunning;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.outreach.message.Message;
import io.perennial.outreach.message.Messages;
import io.perennial.outreach.template.ChosenTemplate;
import io.perennial.outreach.template.Medium;
import io.perennial.outreach.template.MessageStage;
import io.perennial.outreach.template.OfferLine;
import io.perennial.outreach.template.Placeholder;
import io.perennial.outreach.template.TemplateKey;
import io.perennial.outreach.template.Templates;
import io.perennial.outreach.template.Tone;
import io.perennial.outreach.template.Trigger;
import io.perennial.platform.Amounts;
import io.perennial.platform.ProblemType;
import io.perennial.recovery.billing.BillingSegment;
import io.perennial.recovery.cases.ApprovalStatus;
import io.perennial.recovery.cases.CaseStatus;
import io.perennial.recovery.cases.Cases;
import io.perennial.recovery.cases.RecoveryCase;
import io.perennial.recovery.dunning.PaymentFailures.FailureReference;
import io.perennial.recovery.dunning.Steps.CaseKey;
import io.perennial.recovery.dunning.Wording.Addressee;
import io.perennial.recovery.incentive.CaseFacts;
import io.perennial.recovery.incentive.DunningStage;
import io.perennial.recovery.incentive.RetentionOffer;
import io.perennial.recovery.incentive.RetentionOffers;
import io.perennial.tenant.CustomerId;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.TenantDatabase;

/** Says what would be said about a failed payment in a stage of dunning, and says it when somebody asks for it. */
@ApplicationScoped
public class FailureMessages {

    /** Stands for a code, which only the customer gets to see. */
    static final String HIDDEN_CODE = "STAY-XXXX-XXXX-XXXX-XXXX";

    private static final int HIGHEST = 1;

    private final TenantDatabase database;
    private final Idempotency idempotency;
    private final Wording wording;
    private final Templates templates;
    private final RetentionOffers offers;
    private final Messages messages;
    private final Steps steps;
    private final Cases cases;
    private final DunningConfig config;
    private final Clock clock;

    FailureMessages(
            TenantDatabase database,
            Idempotency idempotency,
            Wording wording,
            Templates templates,
            RetentionOffers offers,
            Messages messages,
            Steps steps,
            Cases cases,
            DunningConfig config,
            Clock clock) {
        this.database = database;
        this.idempotency = idempotency;
        this.wording = wording;
        this.templates = templates;
        this.offers = offers;
        this.messages = messages;
        this.steps = steps;
        this.cases = cases;
        this.config = config;
        this.clock = clock;
    }

    /** What would be said in a stage. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record FailureMessage(
            @Schema(description = "True; what went wrong is a problem document")
            boolean success,

            UUID failureId,
            UUID customerId,

            @Schema(
                    type = SchemaType.STRING,
                    examples = "high_value",
                    enumeration = {"high_value", "mid_value", "standard", "at_risk"})
            BillingSegment segment,

            @Schema(
                    type = SchemaType.STRING,
                    examples = "premium",
                    enumeration = {"premium", "professional", "friendly", "supportive"})
            Tone messagingTone,

            @Schema(
                    type = SchemaType.STRING,
                    examples = "dunning_3",
                    enumeration = {"dunning_1", "dunning_2", "dunning_3", "dunning_4", "dunning_5"})
            DunningStage stageName,

            PersonalizedMessage personalizedMessage) {}

    /** An e-mail that was written. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record DunningEmail(
            @Schema(description = "True; what went wrong is a problem document")
            boolean success,

            UUID failureId,

            @Schema(
                    description =
                            "1 when it was written to be sent at once; 0 when that of the stage was written before",
                    examples = "1")
            int emailSent,

            @Schema(description = "The message, to see what becomes of it")
            UUID messageId,

            @Schema(
                    type = SchemaType.STRING,
                    examples = "high_value",
                    enumeration = {"high_value", "mid_value", "standard", "at_risk"})
            BillingSegment segment,

            @Schema(
                    type = SchemaType.STRING,
                    examples = "premium",
                    enumeration = {"premium", "professional", "friendly", "supportive"})
            Tone messagingTone,

            @Schema(examples = "4") int offersCount,
            PersonalizedMessage personalizedContent) {}

    /**
     * What an e-mail about a failure belongs to.
     *
     * @param thread the customer's open case; without one, what is derived from the failure
     * @param open null when the customer has no open case
     * @param step of the case; null when the e-mail is none of its steps
     */
    private record Occasion(UUID thread, RecoveryCase open, Step step, String name, int place) {

        int priority() {
            return open == null ? HIGHEST : open.recoveryStrategy().priority();
        }
    }

    /** The message of a stage as it would be written now, without promising anything. */
    public Uni<FailureMessage> preview(FailureReference failure, DunningStage stage) {
        return database.transaction(
                failure.organization(),
                connection -> addressee(connection, failure)
                        .chain(addressee -> offers.preview(connection, facts(addressee, failure, null), stage)
                                .chain(preview -> templates
                                        .choose(
                                                connection,
                                                failure.organization(),
                                                mailTo(addressee, stage),
                                                failure.failure().getLeastSignificantBits())
                                        .map(template -> shown(addressee, template, preview.offers())))
                                .map(message -> new FailureMessage(
                                        true,
                                        failure.failure(),
                                        failure.customer(),
                                        addressee.segment().segment(),
                                        addressee.segment().segmentConfig().messagingTone(),
                                        stage,
                                        message))));
    }

    /** What would be offered in a stage; nothing is promised. */
    public Uni<RetentionOffers.OfferPreview> offers(FailureReference failure, DunningStage stage) {
        return database.transaction(
                failure.organization(),
                connection -> addressee(connection, failure)
                        .chain(addressee -> offers.preview(connection, facts(addressee, failure, null), stage)));
    }

    /**
     * Writes the e-mail of a stage now, unless it was written before. If it is a step of an open case, the step is done.
     *
     * @return fails with {@link ProblemType#CONFLICT} when the payment was collected, when nobody is to get in touch with the
     *     customer, or not yet, and when an operator has to agree to the offers
     */
    Uni<DunningEmail> write(FailureReference failure, DunningStage stage, String idempotencyKey) {
        return database.transaction(
                failure.organization(),
                transaction -> transaction
                        .query(TenantDatabase.shareWithoutErasure(failure.organization()))
                        .execute()
                        .chain(() -> idempotency.once(
                                transaction,
                                failure.organization(),
                                idempotencyKey,
                                "POST failures/%s/dunning-email %s".formatted(failure.failure(), stage.label()),
                                DunningEmail.class,
                                () -> write(transaction, failure, stage))));
    }

    private Uni<DunningEmail> write(SqlConnection transaction, FailureReference failure, DunningStage stage) {
        return openCase(transaction, failure)
                .chain(open -> addressee(transaction, failure).chain(addressee -> {
                    if (addressee.customer().failure().paid()) {
                        throw ProblemType.CONFLICT.problem("The payment was collected");
                    }
                    return StageMail.find(transaction, failure, MessageStage.of(stage.label()))
                            .chain(known -> known == null
                                    ? occasion(transaction, failure, stage, open)
                                            .chain(occasion -> write(transaction, failure, stage, occasion, addressee))
                                    : again(transaction, failure, stage, known, addressee));
                }));
    }

    private Uni<DunningEmail> again(
            SqlConnection transaction,
            FailureReference failure,
            DunningStage stage,
            StageMail known,
            Addressee addressee) {
        return templates
                .choose(
                        transaction,
                        failure.organization(),
                        mailTo(addressee, stage),
                        known.message().getLeastSignificantBits())
                .chain(template -> offered(transaction, failure, stage, known.thread(), addressee, template)
                        .map(made -> told(failure, addressee, template, made, known.message(), 0)));
    }

    private Uni<DunningEmail> write(
            SqlConnection transaction,
            FailureReference failure,
            DunningStage stage,
            Occasion occasion,
            Addressee addressee) {
        return messages.template(transaction, failure.organization(), mailTo(addressee, stage), occasion.name())
                .chain(template -> offered(transaction, failure, stage, occasion.thread(), addressee, template)
                        .call(made -> requireAgreed(transaction, failure, occasion, made))
                        .chain(made -> messages.write(transaction, message(failure, stage, occasion, addressee, made))
                                .call(id -> finish(transaction, failure, occasion, id))
                                .map(id -> told(failure, addressee, template, made, id, 1))));
    }

    /** What the template does not tell is not offered. */
    private Uni<List<RetentionOffer>> offered(
            SqlConnection transaction,
            FailureReference failure,
            DunningStage stage,
            UUID thread,
            Addressee addressee,
            ChosenTemplate template) {
        return template.namesOffers()
                ? offers.generate(transaction, facts(addressee, failure, thread), stage)
                : Uni.createFrom().item(List.of());
    }

    private Message message(
            FailureReference failure,
            DunningStage stage,
            Occasion occasion,
            Addressee addressee,
            List<RetentionOffer> made) {
        var lines = OfferLines.of(made, addressee.customer().zone());
        return new Message(
                failure.organization(),
                failure.customer(),
                occasion.thread(),
                occasion.place(),
                occasion.priority(),
                occasion.name(),
                mailTo(addressee, stage),
                wording.values(addressee, Trigger.PAYMENT_FAILED, lines),
                clock.instant(),
                config.linksValidFor());
    }

    private DunningEmail told(
            FailureReference failure,
            Addressee addressee,
            ChosenTemplate template,
            List<RetentionOffer> made,
            UUID message,
            int emailSent) {
        return new DunningEmail(
                true,
                failure.failure(),
                emailSent,
                message,
                addressee.segment().segment(),
                addressee.segment().segmentConfig().messagingTone(),
                made.size(),
                shown(addressee, template, made));
    }

    /** What costs much is only said by a step of a case to which an operator has said yes; asked is when the step is due. */
    private Uni<Void> requireAgreed(
            SqlConnection transaction, FailureReference failure, Occasion occasion, List<RetentionOffer> made) {
        var cost = made.stream().map(RetentionOffer::cost).reduce(BigDecimal.ZERO, BigDecimal::add);
        return cases.settings(transaction, failure.organization())
                .chain(settings -> settings.asksFor(cost)
                        ? isApproved(transaction, occasion)
                        : Uni.createFrom().item(true))
                .invoke(isAgreed -> {
                    if (!isAgreed) {
                        throw ProblemType.CONFLICT.problem(
                                "The offers may cost %s, to which an operator has to agree", Amounts.plain(cost));
                    }
                })
                .replaceWithVoid();
    }

    private Uni<Boolean> isApproved(SqlConnection transaction, Occasion occasion) {
        return occasion.step() == null
                ? Uni.createFrom().item(false)
                : cases.approvalOf(transaction, occasion.open(), occasion.step().step())
                        .map(answer -> answer.filter(status -> status == ApprovalStatus.APPROVED)
                                .isPresent());
    }

    private Uni<Void> finish(SqlConnection transaction, FailureReference failure, Occasion occasion, UUID message) {
        return occasion.step() == null
                ? Uni.createFrom().voidItem()
                : steps.finish(
                        transaction,
                        new CaseKey(failure.organization(), failure.customer(), occasion.thread()),
                        occasion.step(),
                        "done",
                        null,
                        message);
    }

    /** The customer's open case, whatever it is about, locked, if the customer may be written to; null without one. */
    private Uni<RecoveryCase> openCase(SqlConnection transaction, FailureReference failure) {
        return transaction
                .preparedQuery("""
                        select case_id
                        from recovery_cases
                        where organization_id = $1 and customer_id = $2 and status in ('pending', 'active')
                        for no key update""")
                .execute(Tuple.of(failure.organization(), failure.customer()))
                .chain(rows -> {
                    for (var row : rows) {
                        return cases.find(transaction, failure.organization(), row.getUUID("case_id"))
                                .invoke(FailureMessages::requireContact);
                    }
                    return Uni.createFrom().nullItem();
                });
    }

    private static void requireContact(RecoveryCase open) {
        if (open.isHoldout()) {
            throw ProblemType.CONFLICT.problem(
                    "The customer is one of those who are not contacted, to tell what recovery causes");
        }
        if (open.status() == CaseStatus.PENDING) {
            throw ProblemType.CONFLICT.problem("The customer's recovery case is assessed or approved first");
        }
    }

    private Uni<Occasion> occasion(
            SqlConnection transaction, FailureReference failure, DunningStage stage, RecoveryCase open) {
        if (open == null || !failure.failure().equals(open.triggerEvent().failureId())) {
            return Uni.createFrom().item(byHand(failure, stage, open));
        }
        return steps.of(transaction, Sequences.keyOf(open))
                .map(planned -> planned.stream()
                        .filter(step -> step.channel() == Medium.EMAIL
                                && step.stage().value().equals(stage.label()))
                        .findFirst()
                        .map(step -> asStep(open, step))
                        .orElseGet(() -> byHand(failure, stage, open)));
    }

    private static Occasion asStep(RecoveryCase open, Step step) {
        if (step.status().equals("approval")) {
            throw ProblemType.CONFLICT.problem("The step of this stage waits for an operator's approval");
        }
        return new Occasion(
                open.id(), open, step, StepTaker.nameOf(open.id(), step.step()), PlannedStep.place(step.afterHours()));
    }

    private static Occasion byHand(FailureReference failure, DunningStage stage, RecoveryCase open) {
        return new Occasion(
                open == null ? CustomerId.derive(failure.failure(), "by hand") : open.id(),
                open,
                null,
                StageMail.nameByHand(failure.failure(), MessageStage.of(stage.label())),
                stage.number());
    }

    private Uni<Addressee> addressee(SqlConnection connection, FailureReference failure) {
        return wording.addressee(connection, failure.organization(), failure.customer(), failure.failure(), null);
    }

    private static CaseFacts facts(Addressee addressee, FailureReference failure, UUID caseId) {
        var failed = addressee.customer().failure();
        return new CaseFacts(
                failure.organization(),
                failure.customer(),
                caseId,
                addressee.customer().subscription(),
                failed.amount(),
                failed.currency(),
                failed.attempts());
    }

    private static TemplateKey mailTo(Addressee addressee, DunningStage stage) {
        return addressee.template(Trigger.PAYMENT_FAILED, MessageStage.of(stage.label()), Medium.EMAIL);
    }

    private PersonalizedMessage shown(Addressee addressee, ChosenTemplate template, List<RetentionOffer> offered) {
        List<OfferLine> lines =
                OfferLines.withCode(offered, HIDDEN_CODE, addressee.customer().zone());
        var values = wording.values(addressee, Trigger.PAYMENT_FAILED, lines);
        values.put(Placeholder.CTA_URL.label(), Placeholder.CTA_URL.example());
        values.put(Placeholder.UNSUBSCRIBE_URL.label(), Placeholder.UNSUBSCRIBE_URL.example());
        return PersonalizedMessage.of(
                addressee, template, template.render(values), template.namesOffers() && !offered.isEmpty());
    }
}
