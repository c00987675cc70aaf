package io.perennial.intake;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.platform.Amounts;
import io.perennial.platform.Page;
import io.perennial.tenant.Access;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.Role;
import io.perennial.tenant.TenantDatabase;

/** What is known about customers, and how to make it unknown again. */
@Path("/api/v1")
@Tag(name = "Customers")
class CustomerResource {

    private static final String COLUMNS =
            "customer_id, external_id, name, email, phone, registered_at, attributes, created_at, updated_at";

    private final Access access;
    private final TenantDatabase database;

    CustomerResource(Access access, TenantDatabase database) {
        this.access = access;
        this.database = database;
    }

    /** A customer of an organization. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Customer(
            UUID id,

            @Schema(description = "The organization's own id", examples = "CUST_00042")
            String externalId,

            @Schema(examples = "Ada Byron") String name,
            @Schema(examples = "ada@example.com") String email,
            @Schema(examples = "+351210000000") String phone,
            Instant registeredAt,
            Map<String, Object> attributes,
            Instant createdAt,
            Instant updatedAt) {

        static Customer of(Row row) {
            return new Customer(
                    row.getUUID("customer_id"),
                    row.getString("external_id"),
                    row.getString("name"),
                    row.getString("email"),
                    row.getString("phone"),
                    instant(row, "registered_at"),
                    attributesOf(row),
                    instant(row, "created_at"),
                    instant(row, "updated_at"));
        }
    }

    /** A transaction of a customer. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Transaction(
            UUID key,

            @Schema(description = "The organization's own id", examples = "T-1001")
            String transactionId,

            Instant occurredAt,
            @Schema(examples = "59.90") BigDecimal amount,
            @Schema(examples = "completed") String status,
            BigDecimal discount,
            BigDecimal quantity,
            String product,
            String category,
            Map<String, Object> attributes) {

        static Transaction of(Row row) {
            return new Transaction(
                    row.getUUID("transaction_key"),
                    row.getString("transaction_id"),
                    instant(row, "occurred_at"),
                    Amounts.plain(row.getBigDecimal("amount")),
                    row.getString("status"),
                    Amounts.plain(row.getBigDecimal("discount")),
                    Amounts.plain(row.getBigDecimal("quantity")),
                    row.getString("product"),
                    row.getString("category"),
                    attributesOf(row));
        }
    }

    @GET
    @Path("organizations/{org_id}/customers")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listCustomers", summary = "List the customers of an organization")
    public Uni<Page<Customer>> list(
            @RestPath("org_id") UUID orgId,
            @RestQuery UUID after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.organization(orgId)
                .chain(organization -> database.query(
                        orgId,
                        "select " + COLUMNS
                                + " from customers where organization_id = $1 and customer_id > $2"
                                + " order by customer_id limit $3",
                        Tuple.of(orgId, after == null ? new UUID(0, 0) : after, limit + 1)))
                .map(rows -> Page.of(
                        StreamSupport.stream(rows.spliterator(), false)
                                .map(Customer::of)
                                .toList(),
                        limit,
                        customer -> customer.id().toString()));
    }

    @GET
    @Path("customers/{customer_id}")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getCustomer",
            summary = "Read a customer",
            description = "By Perennial's UUID or, with a key of the organization, by the organization's own id.")
    public Uni<Customer> get(@RestPath("customer_id") String customerId) {
        return access.customer(customerId).chain(this::find);
    }

    private Uni<Customer> find(CustomerReference customer) {
        return database.lookup(
                        customer.organization(),
                        "select " + COLUMNS + " from customers where organization_id = $1 and customer_id in ($2, $3)",
                        customer.parameters())
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .findFirst()
                        .map(Customer::of)
                        .orElseThrow(customer::unknown));
    }

    @GET
    @Path("customers/{customer_id}/transactions")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listTransactions", summary = "List the transactions of a customer, the latest first")
    public Uni<Page<Transaction>> transactions(
            @RestPath("customer_id") String customerId,
            @RestQuery UUID after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.customer(customerId)
                .chain(reference -> find(reference)
                        .chain(customer -> database.query(
                                reference.organization(),
                                """
                                select transaction_key, transaction_id, occurred_at, amount, status::text, discount,
                                    quantity, product, category, attributes
                                from transactions
                                where organization_id = $1 and customer_id = $2
                                    and ($3::uuid is null or (occurred_at, transaction_key) < (
                                        select occurred_at, transaction_key from transactions
                                        where organization_id = $1 and customer_id = $2 and transaction_key = $3))
                                order by occurred_at desc, transaction_key desc
                                limit $4""",
                                Tuple.of(reference.organization(), customer.id(), after, limit + 1))))
                .map(rows -> Page.of(
                        StreamSupport.stream(rows.spliterator(), false)
                                .map(Transaction::of)
                                .toList(),
                        limit,
                        transaction -> transaction.key().toString()));
    }

    /** Every table that knows customers. */
    private static final List<String> CUSTOMER_TABLES = List.of(
            "recovery_case_events",
            "recovery_approvals",
            "recovery_steps",
            "recovery_cases",
            "outreach_links",
            "outreach_messages",
            "contact_consents",
            "push_devices",
            "retention_offers",
            "message_outcomes",
            "behavior_history",
            "behavior_analysis",
            "offer_decisions",
            "value_history",
            "customer_value",
            "lifecycle_history",
            "customer_lifecycle",
            "customer_health_history",
            "customer_health_scores",
            "event_sentiment",
            "offer_contacts",
            "offer_redemptions",
            "webhook_events",
            "subscriptions",
            "payment_failures",
            "payments",
            "payment_methods",
            "segment_history",
            "segment_assignments",
            "churn_prediction",
            "customer_prediction",
            "customer_feature",
            "events",
            "transactions",
            "customers");

    @DELETE
    @Path("customers/{customer_id}")
    @RolesAllowed(Role.ADMINISTER)
    @Operation(
            operationId = "eraseCustomer",
            summary = "Erase a customer",
            description = "Removes the customer and everything that is known about them, for good.")
    public Uni<Void> erase(@RestPath("customer_id") String customerId) {
        return access.customer(customerId)
                .chain(reference -> find(reference).chain(customer -> erase(reference.organization(), customer.id())));
    }

    private Uni<Void> erase(UUID organization, UUID customer) {
        return database.eraseAlone(organization, connection -> {
            var erased = Uni.createFrom().voidItem();
            for (var table : CUSTOMER_TABLES) {
                erased = erased.chain(() -> connection
                        .preparedQuery("delete from " + table + " where organization_id = $1 and customer_id = $2")
                        .execute(io.vertx.mutiny.sqlclient.Tuple.of(organization, customer))
                        .replaceWithVoid());
            }
            return erased;
        });
    }

    private static Map<String, Object> attributesOf(Row row) {
        var attributes = (JsonObject) row.getValue("attributes");
        return attributes == null ? null : attributes.getMap();
    }

    private static Instant instant(Row row, String column) {
        var value = row.get(OffsetDateTime.class, column);
        return value == null ? null : value.toInstant();
    }
}
