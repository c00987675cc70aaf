package io.perennial.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

/** What the role of the service may do in the database, whatever its statements say. */
@ServiceTest
class RowLevelSecurityTest {

    private static UUID organizationWithData() {
        var organization = Api.organization("ecommerce");
        Api.uploadTransactions(organization, "customer_id,occurred_at,amount\na,2025-01-01,10\nb,2025-01-01,20\n")
                .then()
                .statusCode(200);
        Api.upload(organization, "events", "customer_id,occurred_at,event_type\na,2025-01-01,login\n")
                .then()
                .statusCode(200);
        Api.segment(organization, "2025-02-01T00:00:00Z").then().statusCode(200);
        return organization;
    }

    private static void actAs(Connection connection, UUID organization) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("set local perennial.organization_id = '" + organization + "'");
        }
    }

    @Test
    void theRoleOfTheServiceCannotBypassRowLevelSecurityAndOwnsNothing() throws SQLException {
        assertThat(Database.text(
                        "select concat_ws(' ', rolsuper, rolbypassrls, rolcreatedb, rolcreaterole)"
                                + " from pg_roles where rolname = ?",
                        Database.serviceRole()))
                .isEqualTo("f f f f");
        assertThat(Database.number("select count(*) from pg_class where relowner = ?::regrole", Database.serviceRole()))
                .isZero();
        assertThat(Database.number("select count(*) from pg_proc where proowner = ?::regrole", Database.serviceRole()))
                .isZero();
        assertThat(Database.number(
                        "select count(*) from pg_auth_members where member = ?::regrole", Database.serviceRole()))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "organizations",
                "customers",
                "transactions",
                "events",
                "runs",
                "run_partitions",
                "customer_feature",
                "segment_assignments",
                "segment_history",
                "api_keys",
                "idempotency_keys",
                "churn_prediction"
            })
    void withNoOrganizationSetThereAreNoRows(String table) throws SQLException {
        organizationWithData();
        try (var service = Database.asService()) {
            assertThat(Database.texts(service, "select count(*) from " + table)).containsExactly("0");
        }
    }

    @Test
    void withAnOrganizationSetThereAreItsRowsAndNoOthers() throws SQLException {
        var organization = organizationWithData();
        organizationWithData();
        try (var service = Database.asService()) {
            service.setAutoCommit(false);
            actAs(service, organization);

            assertThat(Database.texts(service, "select count(*) from customers"))
                    .containsExactly("2");
            assertThat(Database.texts(service, "select count(*) from events")).containsExactly("1");
            for (var table :
                    List.of("customers", "transactions", "events", "customer_feature", "segment_assignments")) {
                assertThat(Database.texts(service, "select distinct organization_id from " + table))
                        .as(table)
                        .containsExactly(organization.toString());
            }

            service.commit();
            assertThat(Database.texts(service, "select count(*) from customers"))
                    .containsExactly("0");
        }
    }

    @Test
    void rowsOfAnotherOrganizationCannotBeWrittenChangedOrDeleted() throws SQLException {
        var own = organizationWithData();
        var other = organizationWithData();
        try (var service = Database.asService()) {
            service.setAutoCommit(false);
            actAs(service, own);
            try (var statement = service.createStatement()) {
                assertThat(statement.executeUpdate("delete from customers where organization_id = '" + other + "'"))
                        .isZero();
                assertThat(statement.executeUpdate(
                                "update transactions set amount = 0 where organization_id = '" + other + "'"))
                        .isZero();
                assertThatThrownBy(() -> statement.execute("""
                                insert into customers (organization_id, customer_id, external_id, created_at, updated_at)
                                values ('%s', gen_random_uuid(), 'intruder', now(), now())""".formatted(other)))
                        .hasMessageContaining("violates row-level security policy");
            }
        }
        assertThat(Database.number("select count(*) from customers where organization_id = ?", other))
                .isEqualTo(2);
    }

    @Test
    void theScopeOfTheInstanceDoesNotShowWhatCustomersDid() throws SQLException {
        organizationWithData();
        try (var service = Database.asService()) {
            service.setAutoCommit(false);
            try (var statement = service.createStatement()) {
                statement.execute("set local perennial.scope = 'instance'");
                assertThat(statement.executeUpdate("delete from customers")).isZero();
                assertThat(statement.executeUpdate("update organizations set name = 'x'"))
                        .isZero();
            }
            for (var table : List.of("transactions", "events", "customer_feature", "segment_assignments")) {
                assertThat(Database.texts(service, "select count(*) from " + table))
                        .as(table)
                        .containsExactly("0");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "drop table customers",
                "alter table customers disable row level security",
                "set role pg_read_all_data",
                "set session_replication_role = replica",
                "update flyway_schema_history set success = true"
            })
    void theSchemaIsOutOfReach(String sql) throws SQLException {
        try (var service = Database.asService();
                var statement = service.createStatement()) {
            assertThatThrownBy(() -> statement.execute(sql))
                    .isInstanceOf(SQLException.class)
                    .hasMessageMatching("(?s).*(permission denied|must be owner).*");
        }
    }

    @Test
    void everyTableOfATenantIsGuarded() throws SQLException {
        try (var owner = Database.asOwner()) {
            assertThat(Database.texts(owner, """
                            select c.relname
                            from pg_class c
                            join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id'
                            where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
                                and not (c.relrowsecurity and (c.relispartition
                                    or exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'tenant')))""")).isEmpty();
            assertThat(Database.texts(owner, "select relrowsecurity from pg_class where relname = 'organizations'"))
                    .containsExactly("t");
        }
    }

    /** A new table of customers has to be erased from, too. */
    @Test
    void anErasedCustomerIsInNoTableAnyMore() throws SQLException {
        var organization = organizationWithData();
        Api.asAdmin()
                .contentType("text/csv")
                .queryParam("as_of", "2025-02-02T00:00:00Z")
                .body("customer_id,churn_score\na,0.9\nb,0.1\n")
                .post("/api/v1/segmentation/organizations/{org_id}/segment", organization)
                .then()
                .statusCode(200);
        try (var owner = Database.asOwner()) {
            var tables = Database.texts(owner, """
                    select c.relname
                    from pg_class c
                    join pg_attribute a on a.attrelid = c.oid and a.attname = 'customer_id'
                    where c.relkind in ('r', 'p') and not c.relispartition
                        and c.relnamespace = 'public'::regnamespace""");
            var customer = CustomerId.of(organization, "a");
            owner.createStatement().execute("""
                    insert into segment_history (organization_id, customer_id, left_at, entered_at, segment, segment_score,
                        next_segment, left_in_run)
                    values ('%s', '%s', now(), now(), 'Champions', 90, null, gen_random_uuid())""".formatted(organization, customer));
            owner.createStatement().execute("""
                    insert into customer_prediction (organization_id, customer_id, kind, value, model_version, predicted_at)
                    values ('%1$s', '%2$s', 'upsell', 1, 'upsell-1', now());
                    insert into event_sentiment (organization_id, customer_id, occurred_at, event_key, sentiment)
                    values ('%1$s', '%2$s', now(), gen_random_uuid(), 0);
                    insert into offer_contacts (organization_id, customer_id, contacted_at, offer_id)
                    values ('%1$s', '%2$s', now(), 4);
                    insert into offer_redemptions (organization_id, customer_id, offer_id, redemption_id, cost, redeemed_at)
                    values ('%1$s', '%2$s', 4, gen_random_uuid(), 10, now())""".formatted(organization, customer));
            Api.asAdmin()
                    .post("/api/v1/health-scores/customers/{customer_id}/score", customer)
                    .then()
                    .statusCode(200);
            Api.asAdmin()
                    .queryParam("as_of", "2025-02-02T00:00:00Z")
                    .post("/api/v1/behavior/organizations/{org_id}/analyze-behaviors", organization)
                    .then()
                    .statusCode(200);
            Api.asAdmin()
                    .get("/api/v1/customers/{customer_id}/next-best-offer", customer)
                    .then()
                    .statusCode(200);
            owner.createStatement().execute("""
                    insert into customer_value
                    values ('%1$s', '%2$s', 'low_value', 1, 1, 1, 1, 1, 'projection-1', gen_random_uuid(), now(), now(), now());
                    insert into value_history
                    values ('%1$s', '%2$s', now(), now(), 'low_value', 1, 1, null, gen_random_uuid());
                    insert into customer_lifecycle
                    values ('%1$s', '%2$s', 'growth', 'does_more', 0.1, 'rules-1', gen_random_uuid(), now(), now(), now());
                    insert into lifecycle_history (
                        organization_id, customer_id, exited_at, entered_at, stage, left_in_run)
                    values ('%1$s', '%2$s', now(), now(), 'growth', gen_random_uuid())""".formatted(organization, customer));
            for (var table : tables) {
                assertThat(rows(owner, table, organization, customer)).as(table).isPositive();
            }

            Api.as(Api.key(organization, "admin"))
                    .delete("/api/v1/customers/a")
                    .then()
                    .statusCode(204);

            for (var table : tables) {
                assertThat(rows(owner, table, organization, customer)).as(table).isZero();
            }
            assertThat(rows(owner, "transactions", organization, CustomerId.of(organization, "b")))
                    .isEqualTo(1);
        }
    }

    private static long rows(Connection owner, String table, UUID organization, UUID customer) throws SQLException {
        return Long.parseLong(Database.texts(
                        owner,
                        "select count(*) from " + table + " where organization_id = ? and customer_id = ?",
                        organization,
                        customer)
                .get(0));
    }
}
