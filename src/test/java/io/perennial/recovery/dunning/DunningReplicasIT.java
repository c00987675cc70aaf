package io.perennial.recovery.dunning;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Database;
import io.perennial.testing.Replica;
import io.perennial.testing.ReplicaDatabase;

/**
 * Packaged replicas that take due steps from one database and send what they say to a real mail server: two at once, and one that
 * is killed, as by {@code kill -9}, again and again.
 */
class DunningReplicasIT {

    private static final int STEPS = 1_000;

    /** A few in every build; {@code -Dperennial.test.kills=50} for many. */
    private static final int KILLS = Integer.getInteger("perennial.test.kills", 3);

    /** The most steps that are done between a start and a kill; when it comes within that is drawn. */
    private static final int MOST_BETWEEN = 20;

    /** More than can be done between the kills, so that each of them comes in the middle of work. */
    private static final int STEPS_TO_KILL = 50 * KILLS;

    private static Path log;
    private static ReplicaDatabase database;

    private final List<Replica> replicas = new ArrayList<>();
    private GreenMail mail;
    private UUID organization;

    @BeforeAll
    static void migrate() throws Exception {
        var folder = Replica.freshFolder("dunning-it");
        log = folder.resolve("service.log");
        database = ReplicaDatabase.start(folder).migrate(Replica.jar(), log);
    }

    @AfterAll
    static void stopDatabase() throws IOException {
        database.close();
    }

    @BeforeEach
    void aMailServerAndAnOrganization() throws SQLException {
        mail = new GreenMail(new ServerSetup(0, "localhost", ServerSetup.PROTOCOL_SMTP));
        mail.start();
        organization = UUID.randomUUID();
        database.execute("""
                insert into organizations (id, name, org_type, currency, timezone, churn_horizon_days, created_at, updated_at)
                values ('%s', 'Harbor', 'ecommerce', 'EUR', 'UTC', 60, now(), now())""".formatted(organization));
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (var replica : replicas) {
            replica.kill();
        }
        mail.stop();
    }

    private Replica replica() throws IOException {
        var replica = Replica.start(
                Replica.jar(),
                database.environment(Map.of(
                        "PERENNIAL_OUTREACH_CHANNELS_EMAIL_HOST", "localhost",
                        "PERENNIAL_OUTREACH_CHANNELS_EMAIL_PORT",
                                String.valueOf(mail.getSmtp().getPort()),
                        "PERENNIAL_OUTREACH_CHANNELS_EMAIL_FROM", "care@harbor.example",
                        "PERENNIAL_OUTREACH_CHANNELS_EMAIL_TIME_LIMIT", "5s")),
                log);
        replicas.add(replica);
        return replica;
    }

    /** Steps that a replica has done. */
    private static long done(Replica replica) {
        return replica.request()
                .get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith("perennial_recovery_steps_total") && line.contains("\"done\""))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private void dueCases(int count) throws SQLException {
        try (var owner = database.asOwner()) {
            CaseBuilder.dueCases(owner, organization, count);
        }
    }

    private long number(Connection owner, String sql) {
        try {
            return Long.parseLong(Database.texts(owner, sql + " where organization_id = ?", organization)
                    .get(0));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private long done(Connection owner) {
        return number(owner, "select count(*) filter (where status = 'done') from recovery_steps");
    }

    private boolean isDrained(Connection owner) {
        return number(owner, "select count(*) filter (where status <> 'done') from recovery_steps") == 0
                && number(owner, "select count(*) filter (where status = 'pending') from outreach_messages") == 0;
    }

    /** Every step has one message, which was sent and is counted once, and its offers are promised once. */
    private void assertEveryStepWasTakenOnce(Connection owner, int steps) throws Exception {
        assertThat(done(owner)).isEqualTo(steps);
        assertThat(number(owner, "select count(distinct message_id) from recovery_steps"))
                .isEqualTo(steps);
        assertThat(number(owner, "select count(*) from outreach_messages")).isEqualTo(steps);
        assertThat(number(owner, "select count(*) filter (where status = 'sent') from outreach_messages"))
                .isEqualTo(steps);
        assertThat(number(owner, "select count(*) from message_outcomes")).isEqualTo(steps);
        assertThat(number(owner, "select count(*) filter (where kind = 'step_done') from recovery_case_events"))
                .isEqualTo(steps);
        assertThat(
                        number(
                                owner,
                                "select count(*) - count(distinct (case_id, stage, offer_type, occasion)) from retention_offers"))
                .isZero();
        // 48.00 by the discount of each case and 12.00 because it failed twice, and nothing of it twice or lost with a
        // replica.
        assertThat(number(owner, "select sum(cost)::bigint from retention_offers"))
                .isEqualTo(60L * steps);
        assertThat(number(owner, "select sum(reserved)::bigint from incentive_spending"))
                .isEqualTo(60L * steps);
    }

    private long distinctMails() throws Exception {
        var ids = new ArrayList<String>();
        for (var received : mail.getReceivedMessages()) {
            ids.add(received.getMessageID());
        }
        return ids.stream().distinct().count();
    }

    @Test
    void ofAThousandDueStepsTwoReplicasTakeEachOnce() throws Exception {
        var one = replica();
        var other = replica();
        one.awaitReady();
        other.awaitReady();
        dueCases(STEPS);

        try (var owner = database.asOwner()) {
            Replica.await("everything is said; see target/dunning-it", Duration.ofSeconds(180), () -> isDrained(owner));

            assertEveryStepWasTakenOnce(owner, STEPS);
            assertThat(mail.getReceivedMessages()).hasSize(STEPS);
            assertThat(distinctMails()).isEqualTo(STEPS);
            assertThat(done(one) + done(other)).isEqualTo(STEPS);
            assertThat(done(one)).as("both took part").isPositive();
            assertThat(done(other)).as("both took part").isPositive();
            System.out.printf("Two replicas took %d and %d steps%n", done(one), done(other));
        }
    }

    @Test
    void aReplicaThatIsKilledAtAnyPointLosesNothingAndCountsNothingTwice() throws Exception {
        var seed = Instant.now().toEpochMilli();
        var random = new Random(seed);
        dueCases(STEPS_TO_KILL);
        try (var owner = database.asOwner()) {
            for (var kill = 0; kill < KILLS; kill++) {
                var replica = replica();
                var until = done(owner) + 1 + random.nextInt(MOST_BETWEEN);
                Replica.await(
                        "the replica works; seed " + seed,
                        Duration.ofSeconds(120),
                        () -> !replica.process().isAlive() || done(owner) >= until);
                assertThat(replica.process().isAlive())
                        .as("it was killed by us")
                        .isTrue();
                replica.kill();
            }
            var beforeTheLast = done(owner);
            assertThat(beforeTheLast)
                    .as("every kill came in the middle of work")
                    .isLessThan(STEPS_TO_KILL);

            replica();
            Replica.await("everything is said; seed " + seed, Duration.ofSeconds(400), () -> isDrained(owner));

            assertEveryStepWasTakenOnce(owner, STEPS_TO_KILL);
            assertThat(distinctMails()).isEqualTo(STEPS_TO_KILL);
            assertThat(mail.getReceivedMessages()).hasSizeGreaterThanOrEqualTo(STEPS_TO_KILL);
            System.out.printf(
                    "%d kills after %d steps; %d mails for %d messages%n",
                    KILLS, beforeTheLast, mail.getReceivedMessages().length, STEPS_TO_KILL);
        }
    }
}
