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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.platform.Page;
import io.perennial.recovery.cases.CaseDecisions.Asked;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;

/** What waits for an operator's approval: critical cases and costly offers, where the organization says so. */
@Path("/api/v1/recovery/approvals")
@Tag(name = "Recovery cases")
class ApprovalResource {

    private final CaseAccess access;
    private final CaseDecisions decisions;
    private final CaseLists lists;

    ApprovalResource(CaseAccess access, CaseDecisions decisions, CaseLists lists) {
        this.access = access;
        this.decisions = decisions;
        this.lists = lists;
    }

    @GET
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listRecoveryApprovals", summary = "List what operators are asked, the latest first")
    public Uni<Page<Approvals.Approval>> list(
            @RestQuery @Parameter(description = "Whose cases; a key of an organization needs not say it")
                    UUID organization,
            @RestQuery
                    @Parameter(description = "Only waiting, approved, rejected or obsolete ones", example = "waiting")
                    String status,
            @RestQuery UUID after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        var only = CaseResource.known("status", status, ApprovalStatus::of);
        return access.organization(organization).chain(owner -> lists.approvals(owner, only, after, limit));
    }

    @POST
    @Path("{approval_id}/approve")
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "approveRecovery",
            summary = "Say yes",
            description = "The case becomes active, or the step offers what it would.")
    public Uni<Approvals.Approval> approve(
            @RestPath("approval_id") UUID approvalId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @NotNull @Valid CaseDecisions.Remark remark) {
        return answer(approvalId, true, idempotencyKey, remark);
    }

    @POST
    @Path("{approval_id}/reject")
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "rejectRecovery",
            summary = "Say no",
            description = "The case is given up, or the step goes without the offers.")
    public Uni<Approvals.Approval> reject(
            @RestPath("approval_id") UUID approvalId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @NotNull @Valid CaseDecisions.Remark remark) {
        return answer(approvalId, false, idempotencyKey, remark);
    }

    private Uni<Approvals.Approval> answer(
            UUID approvalId, boolean isApproved, String idempotencyKey, CaseDecisions.Remark remark) {
        return access.ofApproval(approvalId)
                .chain(organization -> access.actor()
                        .chain(actor -> decisions.answer(
                                organization, approvalId, isApproved, remark, new Asked(actor, idempotencyKey))));
    }
}
