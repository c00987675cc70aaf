package io.perennial.recovery.cases;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;

import io.perennial.tenant.TenantDatabase;

/** Sees, once for each case, that nobody was in touch with the customer in time, and says so where people look. */
@ApplicationScoped
class LateResponses {

    private static final Logger LOG = Logger.getLogger(LateResponses.class);

    private final TenantDatabase database;
    private final Clock clock;
    private final MeterRegistry meters;

    LateResponses(TenantDatabase database, Clock clock, MeterRegistry meters) {
        this.database = database;
        this.clock = clock;
        this.meters = meters;
    }

    @Scheduled(
            every = "{perennial.recovery.cases.check-every}",
            delayed = "5s",
            identity = "find-late-recovery-responses",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return markDue()
                .onFailure()
                .invoke(e -> LOG.warnf("Late answers could not be looked for: %s", e.getMessage()))
                .onFailure()
                .recoverWithItem(0)
                .replaceWithVoid();
    }

    /** Marks the cases that are late now. Yields how many this replica marked. */
    Uni<Integer> markDue() {
        return database.queryInstance("""
                        select distinct organization_id
                        from recovery_cases
                        where respond_by <= $1 and status in ('pending', 'active') and first_contact_at is null
                            and response_late_at is null""", io.vertx.sqlclient.Tuple.of(Cases.time(clock.instant())))
                .onItem()
                .transformToMulti(rows -> Multi.createFrom().iterable(rows))
                .onItem()
                .transformToUniAndConcatenate(row -> mark(row.getUUID(0))
                        .onFailure()
                        .invoke(e -> LOG.warnf("Late answers of %s: %s", row.getUUID(0), e.getMessage()))
                        .onFailure()
                        .recoverWithItem(0))
                .collect()
                .in(() -> new int[1], (sum, marked) -> sum[0] += marked)
                .map(sum -> sum[0]);
    }

    /** A case that somebody is changing is left for the next time, when it may be answered. */
    private static final String MARK = """
            with due as (
                select customer_id, case_id
                from recovery_cases
                where organization_id = $1 and respond_by <= $2 and status in ('pending', 'active')
                    and first_contact_at is null and response_late_at is null
                for update skip locked
            ), late as (
                update recovery_cases c
                set response_late_at = $2, updated_at = $2, version = c.version + 1,
                    alert_at = (
                        select $2::timestamptz from recovery_settings
                        where organization_id = $1 and topic = 'recovery' and settings->>'alert_url' is not null)
                from due d
                where c.organization_id = $1 and c.customer_id = d.customer_id and c.case_id = d.case_id
                returning c.customer_id, c.case_id, c.risk_level, c.respond_by
            ), noted as (
                insert into recovery_case_events (organization_id, customer_id, case_id, event_id, happened_at, kind, detail)
                select $1::uuid, customer_id, case_id, derived_id(case_id, 'response_late'), $2::timestamptz, 'response_late',
                    jsonb_build_object('respond_by', to_char(respond_by at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
                from late
            )
            select case_id, risk_level from late""";

    private Uni<Integer> mark(UUID organization) {
        return database.transaction(
                        organization,
                        transaction -> transaction
                                .query(TenantDatabase.shareWithoutErasure(organization))
                                .execute()
                                .chain(() -> transaction
                                        .preparedQuery(MARK)
                                        .execute(Tuple.of(organization, Cases.time(clock.instant())))))
                .map(rows -> {
                    List<Row> late =
                            StreamSupport.stream(rows.spliterator(), false).toList();
                    late.forEach(row -> tell(organization, row));
                    return late.size();
                });
    }

    private void tell(UUID organization, Row row) {
        var level = row.getString("risk_level");
        meters.counter("perennial.recovery.responses.late", "risk_level", level).increment();
        LOG.warnf(
                "Nobody was in touch in time in recovery case %s of %s, of %s risk",
                row.getUUID("case_id"), organization, level);
    }
}
