package io.perennial.outreach.contact;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.outreach.template.Medium;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.TenantDatabase;

/** Keeps the addresses that are not written to any more, as hashes: who they belong to is not to be read from them. */
@ApplicationScoped
public class Suppressions {

    /** The most characters of an address. */
    static final int LONGEST_ADDRESS = 1024;

    private static final String COLUMNS = "channel, address_hash, reason, noted_at";

    private static final String INSERT = """
            insert into suppressed_addresses (organization_id, channel, address_hash, reason, noted_at)
            values ($1, $2, %s, $4, $5)
            on conflict (organization_id, channel, address_hash) do nothing""".formatted(Addresses.hash("$2", "$3"));

    private final TenantDatabase database;
    private final Idempotency idempotency;
    private final Clock clock;

    Suppressions(TenantDatabase database, Idempotency idempotency, Clock clock) {
        this.database = database;
        this.idempotency = idempotency;
        this.clock = clock;
    }

    /** An address that is not written to any more. */
    public record SuppressedAddress(
            @Schema(description = "email, sms or push", examples = "email")
            Medium channel,

            @Schema(
                    description = "SHA-256 of the address in lower case, of a number's digits and plus",
                    examples = "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b")
            String addressHash,

            @Schema(description = "hard_bounce, complaint, unregistered or by_hand", examples = "hard_bounce")
            SuppressionReason reason,

            Instant notedAt) {

        static SuppressedAddress of(Row row) {
            return new SuppressedAddress(
                    Medium.of(row.getString("channel")),
                    HexFormat.of().formatHex(row.getBuffer("address_hash").getBytes()),
                    SuppressionReason.of(row.getString("reason")),
                    row.get(OffsetDateTime.class, "noted_at").toInstant());
        }
    }

    /** An address that is not to be written to any more. */
    public record NewSuppression(
            @NotNull @Schema(description = "email, sms or push", examples = "email")
            Medium channel,

            @NotBlank
            @Size(max = LONGEST_ADDRESS)
            @Schema(description = "A mailbox, a number or the token of a device", examples = "test@example.com")
            String address) {}

    /**
     * Notes that an address is not to be written to any more; nothing when that is known.
     *
     * @param channel {@code EMAIL}, {@code SMS} or {@code PUSH}
     */
    public Uni<Void> add(
            SqlConnection transaction,
            UUID organization,
            Medium channel,
            String address,
            SuppressionReason reason,
            Instant at) {
        return transaction
                .preparedQuery(INSERT)
                .execute(io.vertx.mutiny.sqlclient.Tuple.of(
                        organization, channel.value(), address, reason.value(), at.atOffset(ZoneOffset.UTC)))
                .replaceWithVoid();
    }

    /** The same for somebody who calls the API. */
    Uni<SuppressedAddress> add(UUID organization, String idempotencyKey, NewSuppression suppression) {
        suppressible(suppression.channel());
        return database.transaction(
                organization,
                transaction -> idempotency.once(
                        transaction,
                        organization,
                        idempotencyKey,
                        "POST suppressions " + suppression,
                        SuppressedAddress.class,
                        () -> add(
                                        transaction,
                                        organization,
                                        suppression.channel(),
                                        suppression.address(),
                                        SuppressionReason.BY_HAND,
                                        clock.instant())
                                .chain(() -> read(transaction, organization, suppression))));
    }

    private static Uni<SuppressedAddress> read(
            SqlConnection transaction, UUID organization, NewSuppression suppression) {
        return transaction
                .preparedQuery("select " + COLUMNS + " from suppressed_addresses where organization_id = $1"
                        + " and channel = $2 and address_hash = " + Addresses.hash("$2", "$3"))
                .execute(io.vertx.mutiny.sqlclient.Tuple.of(
                        organization, suppression.channel().value(), suppression.address()))
                .map(rows -> SuppressedAddress.of(rows.iterator().next().getDelegate()));
    }

    /** Lets an address be written to again; nothing when it may be. */
    Uni<Void> remove(UUID organization, Medium channel, String address) {
        suppressible(channel);
        return database.query(
                        organization,
                        "delete from suppressed_addresses where organization_id = $1 and channel = $2 and address_hash = "
                                + Addresses.hash("$2", "$3"),
                        Tuple.of(organization, channel.value(), address))
                .replaceWithVoid();
    }

    /**
     * Addresses in the order of channels and hashes.
     *
     * @param channel null for all
     * @param address null for all; an address of the channel otherwise
     * @param after what the page before ended with; null for the first page
     */
    Uni<Page<SuppressedAddress>> list(UUID organization, Medium channel, String address, String after, int limit) {
        var start = after == null ? new Start("", Buffer.buffer()) : Start.of(after);
        return database.query(
                        organization,
                        "select " + COLUMNS + " from suppressed_addresses where organization_id = $1"
                                + " and ($2::text is null or channel = $2)"
                                + " and ($3::text is null or address_hash = " + Addresses.hash("$2", "$3::text") + ")"
                                + " and (channel, address_hash) > ($4, $5)"
                                + " order by channel, address_hash limit $6",
                        Tuple.tuple()
                                .addUUID(organization)
                                .addString(channel == null ? null : channel.value())
                                .addString(address)
                                .addString(start.channel())
                                .addBuffer(start.hash())
                                .addInteger(limit + 1))
                .map(rows -> Page.of(
                        StreamSupport.stream(rows.spliterator(), false)
                                .map(SuppressedAddress::of)
                                .toList(),
                        limit,
                        one -> one.channel().value() + ":" + one.addressHash()));
    }

    private record Start(String channel, Buffer hash) {

        static Start of(String after) {
            if (!after.matches("[a-z]+:([0-9a-f]{2})+")) {
                throw ProblemType.INVALID_REQUEST.problem("after must be the next of the page before");
            }
            var colon = after.indexOf(':');
            return new Start(
                    after.substring(0, colon), Buffer.buffer(HexFormat.of().parseHex(after.substring(colon + 1))));
        }
    }

    private static void suppressible(Medium channel) {
        if (channel == Medium.PHONE) {
            throw ProblemType.INVALID_REQUEST.problem("channel must be one of email, sms, push");
        }
    }
}
