package io.perennial.outreach.message;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

import io.perennial.models.serve.CircuitBreaker;
import io.perennial.outreach.channel.Channel;
import io.perennial.outreach.channel.ChannelFailure;
import io.perennial.outreach.channel.Outgoing;
import io.perennial.outreach.channel.Receipt;
import io.perennial.outreach.contact.ContactPolicy;
import io.perennial.outreach.contact.Decision;
import io.perennial.outreach.contact.OutreachSettings;
import io.perennial.outreach.contact.OutreachSettingsStore;
import io.perennial.outreach.template.Medium;
import io.perennial.tenant.Organizations;
import io.perennial.tenant.TenantDatabase;

/**
 * Sends what is due, each channel by itself, so that a slow one keeps none waiting.
 *
 * <p>A message that was written is sent at least once, unless the customer may not be written to, it is cancelled, or it is given
 * up and then stays where somebody can replay it. It is claimed with a lease, tried, and closed in a transaction of its own. A
 * replica that ends in between (a crash, or a database that cannot be reached when the channel has just taken the message) leaves
 * it claimed, and when the lease is over another one tries it again. Only then, and when a channel takes a message but does not
 * say so within its time, can it go out twice. It has the same id both times, so that it counts once: an e-mail has the same
 * {@code Message-ID}, a push message replaces itself on the device, a task has the same {@code Idempotency-Key}, and Twilio is
 * asked for the text message before it is sent again.
 */
@ApplicationScoped
class Outbox {

    private static final Logger LOG = Logger.getLogger(Outbox.class);

    private static final String NOT_CONFIGURED = "channel_not_configured";

    /** How much longer than a channel may take a lease is: for deciding before and keeping after. */
    private static final Duration BESIDES = Duration.ofMinutes(1);

    /** A channel that ends what takes too long says so itself. */
    private static final Duration ITS_OWN_LIMIT_FIRST = Duration.ofSeconds(5);

    private static final int TRIES_TO_KEEP = 3;

    private final OutboxStore store;
    private final TenantDatabase database;
    private final ContactPolicy policy;
    private final OutreachSettingsStore settings;
    private final Organizations organizations;
    private final List<Channel> channels;
    private final Circuits circuits;
    private final OutboxConfig config;
    private final Backoff backoff;
    private final Clock clock;
    private final MeterRegistry meters;
    private final Set<Medium> sending = Collections.synchronizedSet(EnumSet.noneOf(Medium.class));
    private volatile boolean leaving;

    Outbox(
            OutboxStore store,
            TenantDatabase database,
            ContactPolicy policy,
            OutreachSettingsStore settings,
            Organizations organizations,
            @All List<Channel> channels,
            Circuits circuits,
            OutboxConfig config,
            Clock clock,
            MeterRegistry meters) {
        this.store = store;
        this.database = database;
        this.policy = policy;
        this.settings = settings;
        this.organizations = organizations;
        this.channels = channels;
        this.circuits = circuits;
        this.config = config;
        this.backoff = new Backoff(config.firstPause(), config.longestPause());
        this.clock = clock;
        this.meters = meters;
    }

    /** What is claimed is still sent. */
    void leave(@Observes ShutdownDelayInitiatedEvent event) {
        leaving = true;
    }

    /** Looks for what is due by the channels that are not sending at this moment. */
    @Scheduled(every = "1s", identity = "send-messages")
    Uni<Void> look() {
        if (config.enabled()) {
            channels.forEach(channel -> sendDue(channel)
                    .subscribe()
                    .with(
                            sent -> {},
                            e -> LOG.warnf(
                                    "Sending by %s stopped and will go on: %s",
                                    channel.medium().value(), e.getMessage())));
        }
        return Uni.createFrom().voidItem();
    }

    /**
     * Sends what is due now by all channels, and what may be sent when that is. Yields how many messages were tried, closed or
     * postponed.
     */
    Uni<Integer> sendDue() {
        return Multi.createBy()
                .repeating()
                .uni(this::sendByAll)
                .whilst(done -> done > 0)
                .collect()
                .with(Collectors.summingInt(Integer::intValue));
    }

    private Uni<Integer> sendByAll() {
        return Multi.createFrom()
                .iterable(channels)
                .onItem()
                .transformToUniAndMerge(this::sendDue)
                .collect()
                .with(Collectors.summingInt(Integer::intValue));
    }

    /** Sends what is due now by one channel, unless this replica is about it already. */
    private Uni<Integer> sendDue(Channel channel) {
        return Uni.createFrom()
                .deferred(() -> sending.add(channel.medium())
                        ? untilNothingIsDue(channel).onTermination().invoke(() -> sending.remove(channel.medium()))
                        : Uni.createFrom().item(0));
    }

    private Uni<Integer> untilNothingIsDue(Channel channel) {
        return Multi.createBy()
                .repeating()
                .uni(() -> sendSome(channel))
                .whilst(done -> done > 0)
                .collect()
                .with(Collectors.summingInt(Integer::intValue));
    }

    /** Some of each organization's, the most urgent organization first. */
    private Uni<Integer> sendSome(Channel channel) {
        if (leaving || isLeftAlone(channel)) {
            return Uni.createFrom().item(0);
        }
        return store.waiting(channel.medium(), clock.instant())
                .onItem()
                .transformToMulti(found -> Multi.createFrom().iterable(found))
                .onItem()
                .transformToUniAndConcatenate(organization -> sendSome(channel, organization)
                        .onFailure()
                        .invoke(e -> LOG.warnf(
                                "What %s has to send by %s will be looked for again: %s",
                                organization, channel.medium().value(), e.getMessage()))
                        .onFailure()
                        .recoverWithItem(0))
                .collect()
                .with(Collectors.summingInt(Integer::intValue));
    }

    private boolean isLeftAlone(Channel channel) {
        return circuits.of(channel.medium()).state() == CircuitBreaker.State.OPEN;
    }

    private Uni<Integer> sendSome(Channel channel, UUID organization) {
        var most = switch (circuits.of(channel.medium()).state()) {
            case CLOSED -> config.atATime();
            case HALF_OPEN -> 1;
            case OPEN -> 0;
        };
        if (most == 0) {
            return Uni.createFrom().item(0);
        }
        return store.claim(
                        organization,
                        channel.medium(),
                        most,
                        clock.instant(),
                        channel.timeLimit().plus(BESIDES))
                .chain(claimed -> claimed.isEmpty()
                        ? Uni.createFrom().item(0)
                        : sender(organization).chain(sender -> send(channel, sender, claimed)));
    }

    private Uni<Outgoing.Sender> sender(UUID organization) {
        return Uni.combine()
                .all()
                .unis(organizations.find(organization), settings.of(organization))
                .asTuple()
                .map(found -> sender(
                        found.getItem1() == null ? null : found.getItem1().name(), found.getItem2()));
    }

    private static Outgoing.Sender sender(String name, OutreachSettings rules) {
        return new Outgoing.Sender(
                rules.senderName() == null ? name : rules.senderName(), rules.senderAddress(), rules.replyTo());
    }

    private Uni<Integer> send(Channel channel, Outgoing.Sender sender, List<ClaimedMessage> claimed) {
        return Multi.createFrom()
                .iterable(claimed)
                .onItem()
                .transformToUni(message -> process(channel, sender, message)
                        .onFailure()
                        .invoke(e -> LOG.errorf(
                                "%s by %s was left as it is: %s",
                                message, channel.medium().value(), e.getMessage()))
                        .onFailure()
                        .recoverWithNull())
                .merge(config.atATime())
                .collect()
                .asList()
                .replaceWith(claimed.size());
    }

    private Uni<Void> process(Channel channel, Outgoing.Sender sender, ClaimedMessage message) {
        if (!channel.isConfigured()) {
            return close(message, Delivery.Kind.WITHHELD, NOT_CONFIGURED);
        }
        return decide(message).onItem().ifNotNull().transformToUni(decision -> switch (decision.verdict()) {
            case SEND -> send(channel, message, message.to(decision, sender));
            case WAIT -> store.postpone(message, decision.until(), decision.reason());
            case REFUSE -> close(message, Delivery.Kind.WITHHELD, decision.reason());
        });
    }

    /** Yields nothing for what is not to be sent any more, or by somebody else. */
    private Uni<Decision> decide(ClaimedMessage message) {
        return database.transaction(
                message.organization(),
                connection -> store.isOurs(connection, message)
                        .chain(isOurs -> isOurs
                                ? policy.decide(
                                        connection,
                                        message.organization(),
                                        message.customer(),
                                        message.channel().value(),
                                        clock.instant())
                                : Uni.createFrom().nullItem()));
    }

    private Uni<Void> send(Channel channel, ClaimedMessage message, Outgoing outgoing) {
        var circuit = circuits.of(channel.medium());
        if (!circuit.allows()) {
            return store.release(message);
        }
        return Uni.createFrom()
                .deferred(() -> channel.send(outgoing))
                .ifNoItem()
                .after(channel.timeLimit().plus(ITS_OWN_LIMIT_FIRST))
                .fail()
                .onItemOrFailure()
                .transformToUni((receipt, e) ->
                        e == null ? taken(circuit, message, receipt) : notTaken(circuit, message, failure(e)));
    }

    private static ChannelFailure failure(Throwable e) {
        return e instanceof ChannelFailure failure
                ? failure
                : ChannelFailure.passing("failed: %s", e.getClass().getSimpleName());
    }

    /** Whoever acts on it may fail; the message was sent nevertheless, and must not be sent again for that. */
    private Uni<Void> taken(CircuitBreaker circuit, ClaimedMessage message, Receipt receipt) {
        circuit.succeeded();
        count(message, "sent");
        var at = clock.instant();
        return Uni.createFrom()
                .deferred(() -> store.sent(message, receipt, at, true))
                .onFailure()
                .retry()
                .atMost(TRIES_TO_KEEP)
                .onFailure()
                .recoverWithUni(e -> {
                    LOG.errorf(e, "%s was sent, but nobody could be told", message);
                    return store.sent(message, receipt, at, false);
                })
                .chain(() -> store.unregister(message, receipt.unregistered(), at));
    }

    private Uni<Void> notTaken(CircuitBreaker circuit, ClaimedMessage message, ChannelFailure failure) {
        return store.unregister(message, failure.unregistered(), clock.instant())
                .chain(() -> switch (failure.kind()) {
                    case PASSING -> {
                        circuit.failed();
                        yield tryAgain(message, failure.getMessage());
                    }
                    case DEFERRED -> {
                        circuit.succeeded();
                        yield tryAgain(message, failure.getMessage());
                    }
                    case LASTING -> {
                        circuit.succeeded();
                        yield close(message, Delivery.Kind.DEAD, failure.getMessage());
                    }
                    case OPTED_OUT -> {
                        circuit.succeeded();
                        count(message, "withheld");
                        yield store.optedOut(message, failure.getMessage(), clock.instant());
                    }
                });
    }

    private Uni<Void> tryAgain(ClaimedMessage message, String reason) {
        var now = clock.instant();
        var next = now.plus(backoff.after(message.id(), message.attempt()));
        var since = message.failingSince() == null ? now : message.failingSince();
        if (next.isAfter(since.plus(config.giveUpAfter()))) {
            return close(message, Delivery.Kind.DEAD, reason);
        }
        count(message, "failed");
        return store.failed(message, now, next, reason);
    }

    private Uni<Void> close(ClaimedMessage message, Delivery.Kind kind, String reason) {
        count(message, kind == Delivery.Kind.DEAD ? "dead" : "withheld");
        return store.close(message, kind, reason, clock.instant());
    }

    private void count(ClaimedMessage message, String outcome) {
        meters.counter(
                        "perennial.outreach.messages",
                        "channel",
                        message.channel().value(),
                        "outcome",
                        outcome)
                .increment();
    }
}
