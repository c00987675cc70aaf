package io.perennial.recovery.incentive;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.TenantDatabase;

/**
 * Redeems the codes of retention offers, each once. The code of an offer whose place a later one has taken redeems the later
 * one, which is worth as much or more: nobody is refused for having kept the first mail.
 */
@ApplicationScoped
class OfferRedemptions {

    private static final String SELECT = """
            select customer_id, case_id, retention_offer_id, offer_type, occasion, status, valid_until, cost, month,
                offer::text
            from retention_offers
            where organization_id = $1 and\s""";

    private final TenantDatabase database;
    private final Idempotency idempotency;
    private final ObjectMapper json;
    private final Clock clock;

    OfferRedemptions(TenantDatabase database, Idempotency idempotency, ObjectMapper json, Clock clock) {
        this.database = database;
        this.idempotency = idempotency;
        this.json = json;
        this.clock = clock;
    }

    /** An offer that was redeemed. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record OfferRedemption(
            UUID customerId,

            @Schema(description = "The recovery case that it was made for")
            UUID caseId,

            Instant redeemedAt,

            @Schema(description = "What the customer now has")
            RetentionOffer offer) {}

    /**
     * Redeems a code.
     *
     * @param customer whose code it has to be; null for anybody's
     * @param idempotencyKey may be null; a code is redeemed once in any case
     * @return fails with {@link ProblemType#UNKNOWN_OFFER_CODE}, {@link ProblemType#OFFER_CODE_USED}, {@link
     *     ProblemType#OFFER_CODE_EXPIRED} or {@link ProblemType#OFFER_CODE_WITHDRAWN}, having changed nothing
     */
    Uni<OfferRedemption> redeem(UUID organization, String typed, CustomerReference customer, String idempotencyKey) {
        var code = OfferCodes.normal(typed);
        return database.transaction(
                organization,
                connection -> idempotency.once(
                        connection,
                        organization,
                        idempotencyKey,
                        "POST offer-redemptions %s %s".formatted(code, customer == null ? "" : customer.name()),
                        OfferRedemption.class,
                        () -> redeem(connection, organization, code, customer)));
    }

    private Uni<OfferRedemption> redeem(
            SqlConnection connection, UUID organization, String code, CustomerReference customer) {
        var now = clock.instant();
        return IncentiveBudgets.lock(connection, organization)
                .chain(() -> connection.preparedQuery(SELECT + "code = $2").execute(Tuple.of(organization, code)))
                .map(rows -> {
                    for (var row : rows) {
                        if (customer == null || isOf(row.getUUID("customer_id"), customer)) {
                            return row;
                        }
                    }
                    throw ProblemType.UNKNOWN_OFFER_CODE.problem("No offer has this code");
                })
                .chain(row -> latest(connection, organization, row))
                .chain(row -> take(connection, organization, redeemable(row, now), now));
    }

    /** The offer itself, or the one that has taken its place. */
    private static Uni<Row> latest(SqlConnection connection, UUID organization, Row row) {
        return row.getString("status").equals("replaced")
                ? connection
                        .preparedQuery(SELECT + """
                                customer_id = $2 and case_id = $3 and offer_type = $4 and occasion = $5
                                order by status = 'replaced', made_at desc
                                limit 1""")
                        .execute(Tuple.of(
                                organization,
                                row.getUUID("customer_id"),
                                row.getUUID("case_id"),
                                row.getString("offer_type"),
                                row.getString("occasion")))
                        .map(rows -> rows.iterator().next())
                : Uni.createFrom().item(row);
    }

    private static boolean isOf(UUID owner, CustomerReference customer) {
        for (var candidate : customer.candidates()) {
            if (candidate.equals(owner)) {
                return true;
            }
        }
        return false;
    }

    private static Row redeemable(Row row, Instant now) {
        var validUntil = row.get(OffsetDateTime.class, "valid_until").toInstant();
        var status = row.getString("status");
        if (status.equals("open") && validUntil.isAfter(now)) {
            return row;
        }
        throw refusal(status, validUntil);
    }

    private static ProblemException refusal(String status, Instant validUntil) {
        return switch (status) {
            case "redeemed" -> ProblemType.OFFER_CODE_USED.problem("An offer can be redeemed once, and was");
            case "withdrawn" -> ProblemType.OFFER_CODE_WITHDRAWN.problem("What it was made for has been settled");
            default -> ProblemType.OFFER_CODE_EXPIRED.problem("It could be redeemed until %s", validUntil);
        };
    }

    private Uni<OfferRedemption> take(SqlConnection connection, UUID organization, Row row, Instant now) {
        return connection
                .preparedQuery("""
                        update retention_offers set status = 'redeemed', redeemed_at = $4, closed_at = $4
                        where organization_id = $1 and customer_id = $2 and retention_offer_id = $3""")
                .execute(Tuple.of(
                        organization,
                        row.getUUID("customer_id"),
                        row.getUUID("retention_offer_id"),
                        now.atOffset(ZoneOffset.UTC)))
                .chain(() -> IncentiveBudgets.spend(
                        connection, organization, row.getLocalDate("month"), row.getBigDecimal("cost")))
                .map(done -> new OfferRedemption(
                        row.getUUID("customer_id"), row.getUUID("case_id"), now, read(row.getString("offer"))));
    }

    private RetentionOffer read(String offer) {
        try {
            return json.readValue(offer, RetentionOffer.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
