package io.perennial.recovery.outcome;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.tenant.Access;
import io.perennial.tenant.Role;

/** What recovery has come to, in numbers. */
@Path("/api/v1/recovery/organizations/{org_id}/figures")
@Tag(name = "Recovery figures")
class RecoveryFigureResource {

    private final Access access;
    private final RecoveryFigures figures;

    RecoveryFigureResource(Access access, RecoveryFigures figures) {
        this.access = access;
        this.figures = figures;
    }

    @GET
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getRecoveryFigures",
            summary = "Read what came of recovery, and what of it recovery has caused",
            description = """
                    Of the cases that began in the period, whatever has become of them since: recovery rate, revenue recovered,
                    time to recovery, cost per recovery, response times, engagement with messages and acceptance of offers, in
                    total and by group; and against the hold-out, because only that says what recovery has caused.

                    Grouped by `segment`, `trigger` or `risk_level`, each case is in one group, and each group is compared with
                    its own hold-out. Grouped by `tone`, `stage`, `channel` or `variant`, a case is in the group of every
                    message that was sent before it was recovered, and the last of them has the credit for the recovery; grouped
                    by `offer_type`, it is in the group of everything it was offered, and the offer that was redeemed last has
                    the credit. Credits add up to all recoveries; those that nothing has the credit for are those of `none`.

                    Shares are in per cent, with their 95 % interval (Wilson). Differences from the hold-out have theirs: of
                    recovery rates by Newcombe's method 10, of revenue per case by Welch. They compare the cases that began
                    between the first and the last one of the hold-out; a period in which its share was changed mixes times in
                    which recovery went differently.""")
    public Uni<RecoveryFigures.RecoveryReport> figures(
            @RestPath("org_id") UUID orgId,
            @RestQuery
                    @Parameter(
                            description =
                                    "The cases that began at this instant or later; 90 days before `until` unless given",
                            example = "2026-01-01T00:00:00Z")
                    Instant from,
            @RestQuery
                    @Parameter(
                            description = "The cases that began before this instant; now unless given",
                            example = "2026-04-01T00:00:00Z")
                    Instant until,
            @RestQuery("group_by")
                    @Parameter(
                            description = "segment, trigger, risk_level, tone, stage, channel, variant or offer_type",
                            example = "channel")
                    String groupBy) {
        var dimension = Dimension.of(groupBy);
        return access.organization(orgId).chain(organization -> figures.of(organization, from, until, dimension));
    }
}
