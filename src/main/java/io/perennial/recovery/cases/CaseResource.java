package io.perennial.recovery.cases;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.recovery.cases.CaseDecisions.Asked;
import io.perennial.recovery.risk.RecoveryRiskLevel;
import io.perennial.tenant.Access;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;

/** Recovery cases: customers who may leave although they can be kept, and what is done about it. */
@Path("/api/v1/recovery/cases")
@Tag(name = "Recovery cases")
class CaseResource {

    private static final String ORGANIZATION = "Whose cases; a key of an organization needs not say it";

    private final Access access;
    private final CaseAccess caseAccess;
    private final CaseDecisions decisions;
    private final CaseLists lists;

    CaseResource(Access access, CaseAccess caseAccess, CaseDecisions decisions, CaseLists lists) {
        this.access = access;
        this.caseAccess = caseAccess;
        this.decisions = decisions;
        this.lists = lists;
    }

    @POST
    @RolesAllowed(Role.OPERATE)
    @Operation(operationId = "createRecoveryCase", summary = "Begin a recovery case", description = """
                    Cases begin by themselves when a payment has failed twice, a subscription is cancelled or changed to a lesser
                    plan, and, where the organization says so, when the churn risk rises. A customer has one open case at a time:
                    if there is one, this is noted with it, may raise its level, and it is what is answered.""")
    public Uni<RecoveryCase> create(
            @HeaderParam(Idempotency.HEADER) String idempotencyKey, @NotNull @Valid NewRecoveryCase recoveryCase) {
        return access.customer(recoveryCase.customerId())
                .chain(customer -> caseAccess
                        .actor()
                        .chain(actor -> decisions.begin(customer, recoveryCase, new Asked(actor, idempotencyKey))));
    }

    @GET
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listRecoveryCases", summary = "List recovery cases, the latest first")
    public Uni<Page<RecoveryCase>> list(
            @RestQuery @Parameter(description = ORGANIZATION) UUID organization,
            @RestQuery @Parameter(description = "Only pending, active, recovered or lost ones", example = "active")
                    String status,
            @RestQuery("risk_level")
                    @Parameter(description = "Only those of low, medium, high or critical risk", example = "high")
                    String riskLevel,
            @RestQuery
                    @Parameter(
                            description =
                                    "Only those that began by payment_failed, subscription_cancelled, downgrade or churn_risk",
                            example = "payment_failed")
                    String trigger,
            @RestQuery("customer_id") @Parameter(description = "Only those of a customer", example = "CUST_00042")
                    String customerId,
            @RestQuery UUID after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        var filter = new CaseLists.Filter(
                known("status", status, CaseStatus::of),
                known("risk_level", riskLevel, RecoveryRiskLevel::of),
                known("trigger", trigger, CaseTrigger::of),
                customerId);
        return caseAccess.organization(organization).chain(owner -> lists.cases(owner, filter, after, limit));
    }

    static <T> T known(String parameter, String value, Function<String, T> read) {
        try {
            return value == null ? null : read.apply(value);
        } catch (IllegalArgumentException e) {
            throw ProblemType.INVALID_REQUEST.problem("%s %s", parameter, e.getMessage());
        }
    }

    @GET
    @Path("{case_id}")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getRecoveryCase",
            summary = "Read a recovery case: what began it, how much is at stake and why, and what came of it")
    public Uni<RecoveryCase> get(@RestPath("case_id") UUID caseId) {
        return caseAccess.ofCase(caseId).chain(organization -> lists.one(organization, caseId));
    }

    @GET
    @Path("{case_id}/events")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listRecoveryCaseEvents", summary = "List what happened to a recovery case, in its order")
    public Uni<Page<CaseLists.CaseEvent>> events(
            @RestPath("case_id") UUID caseId,
            @RestQuery UUID after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return caseAccess.ofCase(caseId).chain(organization -> lists.events(organization, caseId, after, limit));
    }

    @POST
    @Path("{case_id}/contacted")
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "noteRecoveryContact",
            summary = "Say that somebody was in touch with the customer",
            description = "Counts as the answer that was due, unless there was one before.")
    public Uni<RecoveryCase> contacted(
            @RestPath("case_id") UUID caseId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @NotNull @Valid CaseDecisions.Remark remark) {
        return decide(
                caseId,
                idempotencyKey,
                (organization, asked) -> decisions.contacted(organization, caseId, remark, asked));
    }

    @POST
    @Path("{case_id}/recover")
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "recoverRecoveryCase",
            summary = "Say that the customer stays",
            description = "Payments and reactivations that the billing system tells of do that by themselves.")
    public Uni<RecoveryCase> recover(
            @RestPath("case_id") UUID caseId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @NotNull @Valid CaseDecisions.Recovery recovery) {
        return decide(
                caseId,
                idempotencyKey,
                (organization, asked) -> decisions.recovered(organization, caseId, recovery, asked));
    }

    @POST
    @Path("{case_id}/close")
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "closeRecoveryCase",
            summary = "Give a recovery case up",
            description = "Nothing more is sent, and offers that are open are taken back.")
    public Uni<RecoveryCase> close(
            @RestPath("case_id") UUID caseId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @NotNull @Valid CaseDecisions.Remark remark) {
        return decide(
                caseId, idempotencyKey, (organization, asked) -> decisions.close(organization, caseId, remark, asked));
    }

    private Uni<RecoveryCase> decide(
            UUID caseId, String idempotencyKey, BiFunction<UUID, Asked, Uni<RecoveryCase>> decision) {
        return caseAccess
                .ofCase(caseId)
                .chain(organization -> caseAccess
                        .actor()
                        .chain(actor -> decision.apply(organization, new Asked(actor, idempotencyKey))));
    }
}
