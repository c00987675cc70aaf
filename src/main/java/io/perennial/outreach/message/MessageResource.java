package io.perennial.outreach.message;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.arc.All;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.outreach.channel.Channel;
import io.perennial.outreach.template.Medium;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Access;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;

/** Messages: see what was and is to be sent, have sent again what was given up, and see how the channels are. */
@Path("/api/v1/outreach/organizations/{org_id}")
@Tag(name = "Messages")
class MessageResource {

    private final Access access;
    private final MessageHistory history;
    private final List<Channel> channels;
    private final Circuits circuits;

    MessageResource(Access access, MessageHistory history, @All List<Channel> channels, Circuits circuits) {
        this.access = access;
        this.history = history;
        this.channels =
                channels.stream().sorted(Comparator.comparing(Channel::medium)).toList();
        this.circuits = circuits;
    }

    @GET
    @Path("messages")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "listMessages",
            summary = "List messages to customers and what became of them, the latest first",
            description = "What they say is not shown: it holds links and codes that act for the customer.")
    public Uni<Page<OutreachMessage>> list(
            @RestPath("org_id") UUID orgId,
            @RestQuery
                    @Pattern(regexp = "pending|sent|withheld|cancelled|dead")
                    @Parameter(description = "Only pending, sent, withheld, cancelled or dead ones", example = "dead")
                    String status,
            @RestQuery @Parameter(description = "Only those by email, sms, push or phone", example = "email")
                    String channel,
            @RestQuery UUID after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        var medium = medium(channel);
        return access.organization(orgId).chain(organization -> history.list(orgId, status, medium, after, limit));
    }

    private static Medium medium(String channel) {
        try {
            return channel == null ? null : Medium.of(channel);
        } catch (IllegalArgumentException e) {
            throw ProblemType.INVALID_REQUEST.problem("channel %s", e.getMessage());
        }
    }

    @GET
    @Path("messages/{message_id}")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "getMessage", summary = "Read what became of a message")
    public Uni<OutreachMessage> get(@RestPath("org_id") UUID orgId, @RestPath("message_id") UUID messageId) {
        return access.organization(orgId).chain(organization -> history.get(orgId, messageId));
    }

    @POST
    @Path("messages/{message_id}/replay")
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "replayMessage",
            summary = "Have a message tried again that was given up",
            description = """
                    It is tried at once, and for as long as a new one. Whether the customer may be written to is asked again;
                    that later messages of the same thread may have been sent meanwhile, is not.""")
    public Uni<OutreachMessage> replay(
            @RestPath("org_id") UUID orgId,
            @RestPath("message_id") UUID messageId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey) {
        return access.organization(orgId).chain(organization -> history.replay(orgId, messageId, idempotencyKey));
    }

    @POST
    @Path("messages/replay")
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "replayMessages",
            summary = "Have all messages tried again that were given up",
            description = "After a channel was down for longer than messages are tried, for example.")
    public Uni<MessageHistory.Replayed> replayAll(
            @RestPath("org_id") UUID orgId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @RestQuery @Parameter(description = "Only those by email, sms, push or phone", example = "email")
                    String channel) {
        var medium = medium(channel);
        return access.organization(orgId).chain(organization -> history.replayAll(orgId, medium, idempotencyKey));
    }

    /** How a channel is. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ChannelState(
            @Schema(description = "email, sms, push or phone", examples = "email")
            Medium channel,

            @Schema(description = "Whether the service was told all that the channel needs", examples = "true")
            boolean configured,

            @Schema(
                    description =
                            "closed: messages are sent; open: it kept failing and is left alone for a while; half_open:"
                                    + " one message is let through to see. As the replica knows it that answers.",
                    examples = "closed")
            String circuit,

            @Schema(description = "Messages of the organization that wait", examples = "12")
            long pending,

            @Schema(description = "Those of them that are due", examples = "2")
            long due,

            @Schema(description = "Since when the one has been due that has waited longest")
            Instant oldestDueAt,

            @Schema(description = "Messages of the organization that were given up", examples = "0")
            long dead) {}

    @GET
    @Path("channels")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listChannels", summary = "List the channels, how they are, and what waits for them")
    public Uni<List<ChannelState>> channels(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId)
                .chain(organization -> history.backlogs(orgId))
                .map(backlogs -> channels.stream()
                        .map(channel ->
                                state(channel, backlogs.getOrDefault(channel.medium(), MessageHistory.Backlog.NONE)))
                        .toList());
    }

    private ChannelState state(Channel channel, MessageHistory.Backlog backlog) {
        return new ChannelState(
                channel.medium(),
                channel.isConfigured(),
                circuits.of(channel.medium()).state().name().toLowerCase(Locale.ROOT),
                backlog.pending(),
                backlog.due(),
                backlog.oldestDueAt(),
                backlog.dead());
    }
}
