package io.perennial.recovery.dunning;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import io.perennial.outreach.message.Messages;
import io.perennial.outreach.template.Trigger;
import io.perennial.recovery.billing.Settings;
import io.perennial.recovery.cases.CaseListener;
import io.perennial.recovery.cases.RecoveryCase;
import io.perennial.recovery.dunning.Steps.CaseKey;
import io.perennial.tenant.TenantDatabase;

/**
 * Plans what is said about a case when it becomes active, plans more when the risk rises, and takes back everything that was not
 * said when the case ends: all of it in the transaction that changes the case.
 */
@ApplicationScoped
class Sequences implements CaseListener {

    static final String TOPIC = "dunning_sequence";

    private final TenantDatabase database;
    private final Settings settings;
    private final Steps steps;
    private final Messages messages;
    private final Clock clock;

    Sequences(TenantDatabase database, Settings settings, Steps steps, Messages messages, Clock clock) {
        this.database = database;
        this.settings = settings;
        this.steps = steps;
        this.messages = messages;
        this.clock = clock;
    }

    /** The sequences as an organization has set them. */
    Uni<SequenceSettings> settings(UUID organization) {
        return database.transaction(organization, connection -> settings(connection, organization));
    }

    /** The same within a transaction that does more. */
    Uni<SequenceSettings> settings(SqlConnection connection, UUID organization) {
        return settings.of(connection, organization, TOPIC, SequenceSettings.class, SequenceSettings.DEFAULT);
    }

    /** Sets the sequences of an organization; fails when they contradict themselves. What was planned stays as it is. */
    Uni<SequenceSettings> change(UUID organization, SequenceSettings given) {
        var valid = given.validated();
        return database.transaction(
                organization,
                connection ->
                        settings.replace(connection, organization, TOPIC, valid).replaceWith(valid));
    }

    /** Moves the end of a case behind its last step again, after steps were moved. */
    Uni<Void> moveEnd(SqlConnection transaction, CaseKey key) {
        return settings(transaction, key.organization())
                .chain(wanted -> steps.end(transaction, key, wanted.endsAfterDays()));
    }

    static CaseKey keyOf(RecoveryCase recoveryCase) {
        return new CaseKey(recoveryCase.organizationId(), recoveryCase.customerId(), recoveryCase.id());
    }

    static Trigger triggerOf(RecoveryCase recoveryCase) {
        return Trigger.of(recoveryCase.triggerEvent().type().label());
    }

    @Override
    public Uni<Void> activated(SqlConnection transaction, RecoveryCase recoveryCase) {
        return plan(transaction, recoveryCase, Set.of(), 0, clock.instant());
    }

    @Override
    public Uni<Void> escalated(SqlConnection transaction, RecoveryCase recoveryCase) {
        var key = keyOf(recoveryCase);
        return steps.of(transaction, key)
                .chain(planned -> plan(
                        transaction, recoveryCase, slots(planned), planned.size(), firstOf(planned, clock.instant())))
                .chain(() -> steps.hurry(
                        transaction, key, recoveryCase.recoveryStrategy().priority()));
    }

    /** Whoever is held out is given up when others are, so that both can be compared. */
    @Override
    public Uni<Void> heldOut(SqlConnection transaction, RecoveryCase recoveryCase) {
        return timeline(transaction, recoveryCase, Set.of(), 0)
                .chain(timeline -> timeline.steps().isEmpty()
                        ? Uni.createFrom().voidItem()
                        : steps.endAt(
                                transaction,
                                keyOf(recoveryCase),
                                timeline.endsAt(recoveryCase.metrics().activatedAt())));
    }

    @Override
    public Uni<Void> closed(SqlConnection transaction, RecoveryCase recoveryCase) {
        return steps.cancel(
                        transaction, keyOf(recoveryCase), recoveryCase.status().label())
                .chain(() -> messages.cancel(
                        transaction,
                        recoveryCase.organizationId(),
                        recoveryCase.customerId(),
                        recoveryCase.id(),
                        "case_" + recoveryCase.status().label()))
                .replaceWithVoid();
    }

    @Override
    public Uni<Void> decided(SqlConnection transaction, RecoveryCase recoveryCase, int step, boolean isApproved) {
        return steps.resume(transaction, keyOf(recoveryCase), step);
    }

    /**
     * Plans what is missing.
     *
     * @param first when the first message was, or is, due
     */
    private Uni<Void> plan(
            SqlConnection transaction,
            RecoveryCase recoveryCase,
            Set<Timeline.Slot> known,
            int lastStep,
            Instant first) {
        var key = keyOf(recoveryCase);
        return timeline(transaction, recoveryCase, known, lastStep)
                .chain(timeline -> steps.plan(
                                transaction,
                                key,
                                recoveryCase.recoveryStrategy().priority(),
                                first,
                                timeline.steps())
                        .chain(() -> steps.end(transaction, key, timeline.endsAfterDays())));
    }

    private Uni<Timeline> timeline(
            SqlConnection transaction, RecoveryCase recoveryCase, Set<Timeline.Slot> known, int lastStep) {
        var key = keyOf(recoveryCase);
        return settings(transaction, key.organization())
                .chain(wanted -> KnownCustomer.of(transaction, key.organization(), key.customer(), null, null)
                        .map(customer -> Timeline.beyond(
                                wanted,
                                triggerOf(recoveryCase),
                                recoveryCase.riskLevel(),
                                customer == null ? null : customer.preferredContactMethod(),
                                known,
                                lastStep)));
    }

    private static Set<Timeline.Slot> slots(List<Step> planned) {
        return planned.stream()
                .map(step -> new Timeline.Slot(step.stage(), step.channel()))
                .collect(Collectors.toSet());
    }

    private static Instant firstOf(List<Step> planned, Instant now) {
        return planned.stream()
                .map(step -> step.dueAt().minus(Duration.ofHours(step.afterHours())))
                .min(Instant::compareTo)
                .orElse(now);
    }
}
