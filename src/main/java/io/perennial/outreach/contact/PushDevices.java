package io.perennial.outreach.contact;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.TenantDatabase;

/** Keeps the devices that push messages go to. */
@ApplicationScoped
class PushDevices {

    /** The most devices of a customer; the ones registered longest ago make room. */
    static final int MOST = 20;

    private static final String REGISTER = """
            with handed_over as (
                delete from push_devices where organization_id = $1 and token = $3 and customer_id <> $2
            ), there_again as (
                delete from suppressed_addresses
                where organization_id = $1 and channel = 'push' and address_hash = %s
            ), one_too_many as (
                delete from push_devices
                where organization_id = $1 and customer_id = $2 and token in (
                    select token
                    from push_devices
                    where organization_id = $1 and customer_id = $2 and token <> $3
                    order by noted_at desc, token
                    offset %d)
            )
            insert into push_devices (organization_id, customer_id, token, noted_at)
            values ($1, $2, $3, $4)
            on conflict (organization_id, customer_id, token) do update set noted_at = excluded.noted_at""".formatted(Addresses.hash("'push'", "$3"), MOST - 1);

    private final TenantDatabase database;
    private final Idempotency idempotency;
    private final Clock clock;

    PushDevices(TenantDatabase database, Idempotency idempotency, Clock clock) {
        this.database = database;
        this.idempotency = idempotency;
        this.clock = clock;
    }

    /** A device that push messages go to. */
    public record Device(
            @Schema(description = "As Firebase Cloud Messaging gave it to the app", examples = "dU4x:APA91bHPRgkF3JUik")
            String token,

            Instant notedAt) {}

    /** A device to be registered. */
    public record NewDevice(
            @NotBlank
            @Size(max = Suppressions.LONGEST_ADDRESS)
            @Schema(description = "As Firebase Cloud Messaging gave it to the app", examples = "dU4x:APA91bHPRgkF3JUik")
            String token) {}

    /** Registers a device of a customer, which is whoever has registered it last. */
    Uni<Device> register(CustomerReference customer, String idempotencyKey, NewDevice device) {
        var organization = customer.organization();
        var now = clock.instant();
        return database.transaction(
                organization,
                transaction -> idempotency.once(
                        transaction,
                        organization,
                        idempotencyKey,
                        "POST devices %s %s".formatted(customer.name(), device),
                        Device.class,
                        () -> transaction
                                .query(TenantDatabase.shareWithoutErasure(organization))
                                .execute()
                                .chain(() -> Consents.id(transaction, customer))
                                .chain(id -> register(transaction, organization, id, device.token(), now))));
    }

    private static Uni<Device> register(
            SqlConnection transaction, UUID organization, UUID customer, String token, Instant now) {
        return transaction
                .preparedQuery(REGISTER)
                .execute(Tuple.of(organization, customer, token, now.atOffset(ZoneOffset.UTC)))
                .replaceWith(new Device(token, now));
    }

    /** Forgets a device; nothing when it is not the customer's. */
    Uni<Void> forget(CustomerReference customer, String token) {
        return database.transaction(
                customer.organization(),
                transaction -> Consents.id(transaction, customer)
                        .chain(id -> transaction
                                .preparedQuery(
                                        "delete from push_devices where organization_id = $1 and customer_id = $2"
                                                + " and token = $3")
                                .execute(Tuple.of(customer.organization(), id, token)))
                        .replaceWithVoid());
    }

    /** The devices of a customer, the latest first. */
    Uni<List<Device>> of(CustomerReference customer) {
        return database.transaction(
                customer.organization(),
                transaction -> Consents.id(transaction, customer)
                        .chain(id -> transaction
                                .preparedQuery("select token, noted_at from push_devices where organization_id = $1"
                                        + " and customer_id = $2 order by noted_at desc, token")
                                .execute(Tuple.of(customer.organization(), id)))
                        .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                                .map(row -> new Device(
                                        row.getString("token"),
                                        row.get(OffsetDateTime.class, "noted_at")
                                                .toInstant()))
                                .toList()));
    }
}
