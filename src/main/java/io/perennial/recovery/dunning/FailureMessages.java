package io.perennial.recovery.dunning;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
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
import io.perennial.platform.ProblemType;
import io.perennial.recovery.billing.BillingSegment;
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
            DunningConfig config,
            Clock clock) {
        this.database = database;
        this.idempotency = idempotency;
        this.wording = wording;
        this.templates = templates;
        this.offers = offers;
        this.messages = messages;
        this.steps = steps;
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

    /** What an e-mail about a failure belongs to: a step of the customer's open case, or nothing but the failure. */
    private record Occasion(UUID caseId, int priority, Step step, String name, int place) {}

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
     * @return fails with {@link ProblemType#CONFLICT} when the payment was collected, and when nobody is to get in touch with
     *     the customer
     */
    Uni<DunningEmail> write(FailureReference failure, DunningStage stage, String idempotencyKey) {
        return database.transaction(
                failure.organization(),
                transaction -> idempotency.once(
                        transaction,
                        failure.organization(),
                        idempotencyKey,
                        "POST failures/%s/dunning-email %s".formatted(failure.failure(), stage.label()),
                        DunningEmail.class,
                        () -> occasion(transaction, failure, stage)
                                .chain(occasion -> write(transaction, failure, stage, occasion))));
    }

    private Uni<DunningEmail> write(
            SqlConnection transaction, FailureReference failure, DunningStage stage, Occasion occasion) {
        return addressee(transaction, failure).chain(addressee -> {
            if (addressee.customer().failure().paid()) {
                throw ProblemType.CONFLICT.problem("The payment was collected");
            }
            return messages.template(transaction, failure.organization(), mailTo(addressee, stage), occasion.name())
                    .chain(template -> (template.namesOffers()
                                    ? offers.generate(transaction, facts(addressee, failure, occasion.caseId()), stage)
                                    : Uni.createFrom().item(List.<RetentionOffer>of()))
                            .chain(made -> write(transaction, failure, stage, occasion, addressee, template, made)));
        });
    }

    private Uni<DunningEmail> write(
            SqlConnection transaction,
            FailureReference failure,
            DunningStage stage,
            Occasion occasion,
            Addressee addressee,
            ChosenTemplate template,
            List<RetentionOffer> made) {
        var id = Messages.idOf(failure.organization(), occasion.name());
        var lines = OfferLines.of(made, addressee.customer().zone());
        var message = new Message(
                failure.organization(),
                failure.customer(),
                occasion.caseId(),
                occasion.place(),
                occasion.priority(),
                occasion.name(),
                mailTo(addressee, stage),
                wording.values(addressee, Trigger.PAYMENT_FAILED, lines),
                clock.instant(),
                config.linksValidFor());
        return isWritten(transaction, failure, id)
                .chain(isWritten -> messages.write(transaction, message)
                        .chain(() -> finish(transaction, failure, occasion, id))
                        .map(finished -> new DunningEmail(
                                true,
                                failure.failure(),
                                isWritten ? 0 : 1,
                                id,
                                addressee.segment().segment(),
                                addressee.segment().segmentConfig().messagingTone(),
                                made.size(),
                                shown(addressee, template, made))));
    }

    private static Uni<Boolean> isWritten(SqlConnection transaction, FailureReference failure, UUID message) {
        return transaction
                .preparedQuery("""
                        select exists (
                            select from outreach_messages
                            where organization_id = $1 and customer_id = $2 and message_id = $3)""")
                .execute(Tuple.of(failure.organization(), failure.customer(), message))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    private Uni<Void> finish(SqlConnection transaction, FailureReference failure, Occasion occasion, UUID message) {
        return occasion.step() == null || occasion.step().messageId() != null
                ? Uni.createFrom().voidItem()
                : steps.finish(
                        transaction,
                        new CaseKey(failure.organization(), failure.customer(), occasion.caseId()),
                        occasion.step(),
                        "done",
                        null,
                        message);
    }

    /** The step of the stage of the customer's open case, which is locked; else the failure itself. */
    private Uni<Occasion> occasion(SqlConnection transaction, FailureReference failure, DunningStage stage) {
        return transaction
                .preparedQuery("""
                        select case_id, priority, is_holdout
                        from recovery_cases
                        where organization_id = $1 and customer_id = $2 and failure_id = $3 and status in ('pending', 'active')
                        for no key update""")
                .execute(Tuple.of(failure.organization(), failure.customer(), failure.failure()))
                .chain(rows -> {
                    for (var row : rows) {
                        if (row.getBoolean("is_holdout")) {
                            throw ProblemType.CONFLICT.problem(
                                    "The customer is one of those who are not contacted, to tell what recovery causes");
                        }
                        return occasion(
                                transaction, failure, stage, row.getUUID("case_id"), row.getInteger("priority"));
                    }
                    return Uni.createFrom().item(byHand(failure, stage, null, HIGHEST));
                });
    }

    private Uni<Occasion> occasion(
            SqlConnection transaction, FailureReference failure, DunningStage stage, UUID caseId, int priority) {
        return steps.of(transaction, new CaseKey(failure.organization(), failure.customer(), caseId))
                .map(planned -> planned.stream()
                        .filter(step -> step.channel() == Medium.EMAIL
                                && step.stage().value().equals(stage.label()))
                        .findFirst()
                        .map(step -> new Occasion(
                                caseId,
                                priority,
                                step,
                                StepTaker.nameOf(caseId, step.step()),
                                PlannedStep.place(step.afterHours())))
                        .orElseGet(() -> byHand(failure, stage, caseId, priority)));
    }

    private static Occasion byHand(FailureReference failure, DunningStage stage, UUID caseId, int priority) {
        var name = "payment failure %s %s".formatted(failure.failure(), stage.label());
        return new Occasion(
                caseId == null ? CustomerId.derive(failure.failure(), "by hand") : caseId,
                priority,
                null,
                name,
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
