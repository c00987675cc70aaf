package io.perennial.recovery.dunning;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.platform.ProblemType;
import io.perennial.recovery.incentive.DunningStage;
import io.perennial.recovery.incentive.RetentionOffers;
import io.perennial.tenant.Access;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;

/** Dunning: what is, would be and is to be said about failed payments and recovery cases, and when. */
@Path("/api/v1/recovery")
@Tag(name = "Dunning")
class DunningResource {

    private final Access access;
    private final PaymentFailures failures;
    private final FailureMessages failureMessages;
    private final Sequences sequences;
    private final DunningDriver driver;
    private final Idempotency idempotency;

    DunningResource(
            Access access,
            PaymentFailures failures,
            FailureMessages failureMessages,
            Sequences sequences,
            DunningDriver driver,
            Idempotency idempotency) {
        this.access = access;
        this.failures = failures;
        this.failureMessages = failureMessages;
        this.sequences = sequences;
        this.driver = driver;
        this.idempotency = idempotency;
    }

    /** Which e-mail is to be written. */
    public record NewDunningEmail(
            @NotNull
            @Schema(
                    type = SchemaType.STRING,
                    examples = "dunning_3",
                    enumeration = {"dunning_1", "dunning_2", "dunning_3", "dunning_4", "dunning_5"})
            DunningStage stage) {}

    /** What came of the steps that were due. */
    public record DunningRun(
            UUID organizationId,

            @Schema(description = "That were due", examples = "12")
            int steps,

            @Schema(description = "Whose messages were written", examples = "9")
            int done,

            @Schema(description = "That could not be taken, and will not be", examples = "0")
            int skipped,

            @Schema(description = "Whose customers had stayed", examples = "1")
            int cancelled,

            @Schema(description = "That wait for an earlier message", examples = "1")
            int postponed,

            @Schema(description = "That wait for an operator", examples = "1")
            int approval,

            @Schema(description = "That are tried again later", examples = "0")
            int failed) {

        static DunningRun of(UUID organization, Map<Taken, Integer> taken) {
            var done = taken.getOrDefault(Taken.DONE, 0);
            var skipped = taken.getOrDefault(Taken.SKIPPED, 0);
            var cancelled = taken.getOrDefault(Taken.CANCELLED, 0);
            var postponed = taken.getOrDefault(Taken.POSTPONED, 0);
            var approval = taken.getOrDefault(Taken.APPROVAL, 0);
            var failed = taken.getOrDefault(Taken.FAILED, 0);
            return new DunningRun(
                    organization,
                    done + skipped + cancelled + postponed + approval + failed,
                    done,
                    skipped,
                    cancelled,
                    postponed,
                    approval,
                    failed);
        }
    }

    @GET
    @Path("failures/{failure_id}/message")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getFailureMessage",
            summary = "Read what the e-mail of a stage of dunning would say about a failed payment",
            description = """
                    In the tone of the customer's billing segment, in their language, with the offers of the stage, as of this
                    moment. Nothing is promised or sent, so codes and links are only shown as such.""")
    public Uni<FailureMessages.FailureMessage> message(
            @RestPath("failure_id") UUID failureId,
            @RestQuery
                    @DefaultValue("dunning_1")
                    @Parameter(description = "dunning_1 to dunning_5", example = "dunning_3")
                    String stage) {
        var known = stage(stage);
        return failures.find(failureId).chain(failure -> failureMessages.preview(failure, known));
    }

    @GET
    @Path("failures/{failure_id}/retention-offers")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getFailureRetentionOffers",
            summary = "Read what the customer of a failed payment would be offered in a stage of dunning",
            description = "As of this moment. Nothing is promised, so there are no codes.")
    public Uni<RetentionOffers.OfferPreview> offers(
            @RestPath("failure_id") UUID failureId,
            @RestQuery
                    @DefaultValue("dunning_1")
                    @Parameter(description = "dunning_1 to dunning_5", example = "dunning_3")
                    String stage) {
        var known = stage(stage);
        return failures.find(failureId).chain(failure -> failureMessages.offers(failure, known));
    }

    @POST
    @Path("failures/{failure_id}/dunning-email")
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "sendDunningEmail",
            summary = "Send the e-mail of a stage of dunning about a failed payment now",
            description = """
                    Makes the offers of the stage and writes the e-mail, which is sent at once if the customer may be written to.
                    If it is a step of the customer's open case, that step is done. The e-mail of a stage is written once; asked
                    for again, `email_sent` is 0. The answer shows codes and links only as such.

                    Refused while the customer's open case, whatever it is about, is pending or one of those that are held out,
                    and while an operator has not agreed to offers that need an approval.""")
    public Uni<FailureMessages.DunningEmail> send(
            @RestPath("failure_id") UUID failureId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @NotNull @Valid NewDunningEmail email) {
        return failures.find(failureId).chain(failure -> failureMessages.write(failure, email.stage(), idempotencyKey));
    }

    @GET
    @Path("organizations/{org_id}/dunning/sequence")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getDunningSequence",
            summary = "Read which messages follow which trigger, when and by which channel")
    public Uni<SequenceSettings> sequence(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId).chain(organization -> sequences.settings(orgId));
    }

    @PUT
    @Path("organizations/{org_id}/dunning/sequence")
    @RolesAllowed(Role.ADMINISTER)
    @Operation(
            operationId = "setDunningSequence",
            summary = "Set which messages follow which trigger, when and by which channel",
            description = """
                    Replaces everything; a trigger that is left out has no messages. Takes effect for cases that become active
                    from then on; what was planned stays as it is.""")
    public Uni<SequenceSettings> setSequence(@RestPath("org_id") UUID orgId, @NotNull @Valid SequenceSettings given) {
        return access.organization(orgId).chain(organization -> sequences.change(orgId, given));
    }

    @POST
    @Path("organizations/{org_id}/dunning/run")
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "runDunning",
            summary = "Take the steps of recovery cases that are due now",
            description = """
                    The service does so by itself; this is for whoever schedules from outside, and answers when nothing is due any
                    more. A step is taken once, however often and by how many this is asked for. A replica that is told to stop
                    meanwhile answers 503, and another one goes on when it is asked again.""")
    public Uni<DunningRun> run(@RestPath("org_id") UUID orgId, @HeaderParam(Idempotency.HEADER) String idempotencyKey) {
        return access.organization(orgId)
                .chain(organization -> idempotency.onceDone(
                        orgId,
                        idempotencyKey,
                        "POST dunning/run",
                        DunningRun.class,
                        () -> driver.takeAllDue(orgId).map(taken -> DunningRun.of(orgId, taken))));
    }

    private static DunningStage stage(String label) {
        return DunningStage.labelled(label)
                .orElseThrow(() -> ProblemType.INVALID_REQUEST.problem("stage must be one of dunning_1 to dunning_5"));
    }
}
