package io.perennial.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class EventPartitionTest {

    private static final String HEADER = "customer_id,occurred_at,event_type,event_id\n";

    /** The database outlives the test run, and a partition is new only once. */
    @BeforeAll
    static void forgetTheMonthsOfThisTest() throws SQLException {
        try (var owner = Database.asOwner();
                var statement = owner.createStatement()) {
            statement.execute("drop table if exists events_1983_03, events_1983_04, events_1984_05, events_1984_06");
        }
    }

    private static List<String> partitions() throws SQLException {
        try (var owner = Database.asOwner()) {
            return Database.texts(
                    owner,
                    "select inhrelid::regclass::text from pg_inherits where inhparent = 'events'::regclass order by 1");
        }
    }

    @Test
    void aMonthGetsItsPartitionWithItsFirstEvent() throws SQLException {
        var organization = Api.organization("telecom");
        assertThat(partitions()).doesNotContain("events_1983_03", "events_1983_04");

        var report = Api.upload(organization, "events", HEADER + """
                a,1983-03-31T23:59:59.999999Z,login,1
                a,1983-04-01T00:00:00Z,Support Ticket,2
                a,1983-04-01T01:00:00+02:00,login,3
                """);

        assertThat(report.<Integer>path("inserted")).isEqualTo(3);
        assertThat(partitions()).contains("events_1983_03", "events_1983_04");
        assertThat(Database.number("select count(*) from events_1983_03 where organization_id = ?", organization))
                .isEqualTo(2);
        assertThat(Database.text("select event_type from events_1983_04 where organization_id = ?", organization))
                .isEqualTo("support_ticket");
    }

    @Test
    void uploadsThatNeedTheSameNewMonthAllSucceed() throws Exception {
        var organizations =
                IntStream.range(0, 4).mapToObj(i -> Api.organization("telecom")).toList();
        var threads = Executors.newFixedThreadPool(organizations.size());
        try {
            var uploads = threads.invokeAll(organizations.stream()
                    .<Callable<Integer>>map(organization -> () -> Api.upload(
                                    organization, "events", HEADER + "a,1984-05-01,login,\na,1984-06-01,login,\n")
                            .then()
                            .statusCode(200)
                            .extract()
                            .path("inserted"))
                    .toList());
            for (var upload : uploads) {
                assertThat(upload.get()).isEqualTo(2);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(partitions()).contains("events_1984_05", "events_1984_06");
    }

    @Test
    void theServiceReachesEventsThroughTheirTableOnly() throws SQLException {
        Api.upload(Api.organization("telecom"), "events", HEADER + "a,1985-01-15,login,\n")
                .then()
                .statusCode(200);
        try (var service = Database.asService()) {
            for (var sql : List.of("select count(*) from events_1985_01", "delete from events_1985_01")) {
                assertThatThrownBy(() -> Database.texts(service, sql)).hasMessageContaining("permission denied");
            }
        }
    }

    @Test
    void anEventIsStoredOnceHoweverOftenItComes() throws SQLException {
        var organization = Api.organization("telecom");
        var csv = HEADER + "a,2025-01-01,login,\na,2025-01-01,login,\na,2025-01-02,login,E1\n";

        assertThat(inserted(organization, csv)).isEqualTo(3);
        assertThat(inserted(organization, csv)).isZero();
        assertThat(Database.number("select count(*) from events where organization_id = ?", organization))
                .isEqualTo(3);
    }

    private static int inserted(UUID organization, String csv) {
        return Api.upload(organization, "events", csv)
                .then()
                .statusCode(200)
                .extract()
                .path("inserted");
    }
}
