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
            owner.createStatement().execute("""
                    insert into webhook_events (organization_id, id, source, event_id, event_type, status, received_at, fact,
                        event, occurred_at, precedence, customer, customer_id, subject)
                    values ('%1$s', gen_random_uuid(), 'api', 'e-1', 'payment.failed', 'applied', now(), 'payment.failed', '{}',
                        now(), 0, 'a', '%2$s', 'payment');
                    insert into subscriptions (organization_id, customer_id, subscription_id, status, started_at, will_renew,
                        last_event_at)
                    values ('%1$s', '%2$s', 's-1', 'active', now(), true, now());
                    insert into payment_failures (organization_id, customer_id, payment_id, failure_id, amount, currency,
                        attempt_count, first_failed_at, last_failed_at, status, last_event_at)
                    values ('%1$s', '%2$s', 'p-1', gen_random_uuid(), 10, 'EUR', 1, now(), now(), 'open', now());
                    insert into payments (organization_id, customer_id, payment_id, amount, currency, paid_at)
                    values ('%1$s', '%2$s', 'p-2', 10, 'EUR', now());
                    insert into payment_methods (organization_id, customer_id, payment_method_id, expires_at, noted_at)
                    values ('%1$s', '%2$s', 'm-1', now(), now())""".formatted(organization, customer));
            owner.createStatement().execute("""
                    insert into retention_offers (organization_id, customer_id, retention_offer_id, case_id, stage, occasion,
                        offer_type, segment, code, offer, cost, month, status, made_at, valid_until)
                    values ('%1$s', '%2$s', gen_random_uuid(), gen_random_uuid(), 'dunning_1', 'stage', 'grace_period',
                        'standard', 'STAY-0000-0000-0000-0000', '{}', 0, now(), 'open', now(), now())""".formatted(organization, customer));
            owner.createStatement().execute("""
                    insert into message_outcomes (organization_id, customer_id, message_id, template, variant, revision, sent_at)
                    values ('%1$s', '%2$s', gen_random_uuid(), 'payment_failed.friendly.dunning_1.email.en', 'default', 0,
                        now());
                    insert into contact_consents (organization_id, customer_id, channel, status, source, noted_at)
                    values ('%1$s', '%2$s', 'sms', 'granted', 'api', now());
                    insert into push_devices (organization_id, customer_id, token, noted_at)
                    values ('%1$s', '%2$s', 'token', now());
                    insert into outreach_messages (organization_id, customer_id, message_id, channel, status, priority,
                        thread_id, place, text, template, variant, revision, created_at, due_at)
                    values ('%1$s', '%2$s', gen_random_uuid(), 'sms', 'pending', 1, gen_random_uuid(), 1, 'text',
                        'payment_failed.friendly.dunning_1.sms.en', 'default', 0, now(), now() + interval '10 years');
                    insert into outreach_links (organization_id, customer_id, link_id, kind, message_id, created_at, expires_at)
                    values ('%1$s', '%2$s', decode('00', 'hex'), 'pixel', gen_random_uuid(), now(), now())""".formatted(organization, customer));
            owner.createStatement().execute("""
                    insert into recovery_cases (organization_id, customer_id, case_id, status, risk_level, risk, trigger_type,
                        triggered_at, currency, billing_segment, messaging_tone, priority, strategy, total_value, is_holdout,
                        approval, created_at, updated_at, version)
                    values ('%1$s', '%2$s', gen_random_uuid(), 'pending', 'low', '{}', 'downgrade', now(), 'EUR', 'standard',
                        'friendly', 4, '{}', 0, false, 'none', now(), now(), 1);
                    insert into recovery_steps (organization_id, customer_id, case_id, step, stage, channel, after_hours, status,
                        due_at, priority)
                    values ('%1$s', '%2$s', gen_random_uuid(), 1, 'dunning_1', 'email', 0, 'planned',
                        now() + interval '10 years', 4);
                    insert into recovery_case_events (organization_id, customer_id, case_id, event_id, happened_at, kind, detail)
                    values ('%1$s', '%2$s', gen_random_uuid(), gen_random_uuid(), now(), 'created', '{}');
                    insert into recovery_approvals (organization_id, customer_id, case_id, approval_id, subject, status,
                        requested_at)
                    values ('%1$s', '%2$s', gen_random_uuid(), gen_random_uuid(), 'case', 'waiting', now())""".formatted(organization, customer));
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
