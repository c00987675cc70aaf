package io.perennial.offers;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.Amounts;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.TenantDatabase;

/** Which active offers a customer may get, and what keeps the others from them. */
@ApplicationScoped
public class Eligibility {

    private final TenantDatabase database;
    private final Clock clock;

    Eligibility(TenantDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** What a customer is to the catalog, and each active offer for or not for them. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record EligibleOffers(
            UUID customerId,

            @Schema(description = "Absent while it is not known", examples = "retention")
            String lifecycleStage,

            @Schema(description = "The segments that the customer is in", examples = "[\"high_value\", \"at_risk\"]")
            List<String> segments,

            @Schema(
                    description = "Predicted lifetime value or, without it, what the customer has spent",
                    examples = "420.50")
            BigDecimal customerValue,

            List<OfferEligibility> offers) {}

    /** Whether a customer may get an offer. */
    public record OfferEligibility(
            @Schema(examples = "4") int offerId,
            @Schema(examples = "Loyalty discount") String name,
            boolean eligible,

            @Schema(description = "What keeps the offer from the customer; empty when nothing does")
            List<Reason> reasons) {}

    /** A rule that keeps an offer from a customer. */
    public record Reason(
            @Schema(
                    examples = "contact_limit",
                    enumeration = {
                        "industry",
                        "lifecycle_stage",
                        "target_segment",
                        "min_customer_value",
                        "max_customer_value",
                        "consent",
                        "contact_limit",
                        "already_accepted",
                        "redemption_limit",
                        "monthly_budget"
                    })
            String rule,

            @Schema(examples = "The customer was made 2 offers or more in the last 30 days")
            String reason) {}

    /** Each active offer for a customer, in the order of their ids; fails when there is no such customer. */
    public Uni<EligibleOffers> of(CustomerReference customer) {
        return database.lookup(
                        customer.organization(), "with " + EligibilitySql.ofCustomer() + """

                                select c.customer_id, c.segment, c.value_segment, c.at_risk, c.is_new, c.customer_value,
                                    c.lifecycle_stage as customer_stage, e.reasons, o.offer_id, o.name, o.industries,
                                    o.lifecycle_stage, o.target_segment, o.min_customer_value, o.max_customer_value,
                                    o.contact_limit, o.contact_limit_days, o.redemption_limit, o.monthly_budget, o.spent,
                                    o.cost
                                from candidate c
                                left join eligibility e on e.customer_id = c.customer_id
                                left join offered o on o.offer_id = e.offer_id
                                order by o.offer_id""", parameters(customer))
                .map(rows -> of(customer, rows));
    }

    private Tuple parameters(CustomerReference customer) {
        return customer.parameters().addOffsetDateTime(clock.instant().atOffset(ZoneOffset.UTC));
    }

    private static EligibleOffers of(CustomerReference customer, RowSet<Row> rows) {
        if (rows.size() == 0) {
            throw customer.unknown();
        }
        var one = rows.iterator().next();
        return new EligibleOffers(
                one.getUUID("customer_id"),
                one.getString("customer_stage"),
                segments(one),
                Amounts.plain(one.getBigDecimal("customer_value")),
                StreamSupport.stream(rows.spliterator(), false)
                        .filter(row -> row.getInteger("offer_id") != null)
                        .map(Eligibility::offer)
                        .toList());
    }

    private static List<String> segments(Row row) {
        return Stream.of(
                        row.getString("value_segment"),
                        row.getString("segment"),
                        Boolean.TRUE.equals(row.getBoolean("at_risk")) ? "at_risk" : null,
                        Boolean.TRUE.equals(row.getBoolean("is_new")) ? "new" : null)
                .filter(segment -> segment != null)
                .distinct()
                .toList();
    }

    private static OfferEligibility offer(Row row) {
        var reasons = Arrays.stream(row.getArrayOfStrings("reasons"))
                .map(rule -> new Reason(rule, reason(rule, row)))
                .toList();
        return new OfferEligibility(row.getInteger("offer_id"), row.getString("name"), reasons.isEmpty(), reasons);
    }

    private static String reason(String rule, Row row) {
        return switch (rule) {
            case "industry" ->
                "The offer is for organizations of %s"
                        .formatted(String.join(", ", row.getArrayOfStrings("industries")));
            case "lifecycle_stage" ->
                "The offer is for the stage %s; the customer is in %s"
                        .formatted(row.getString("lifecycle_stage"), row.getString("customer_stage"));
            case "target_segment" ->
                "The offer is for %s; the customer is %s"
                        .formatted(
                                row.getString("target_segment"),
                                segments(row).isEmpty() ? "in no segment yet" : String.join(", ", segments(row)));
            case "min_customer_value" ->
                "The offer is for customers worth at least %s; this one is worth %s"
                        .formatted(amount(row, "min_customer_value"), amount(row, "customer_value"));
            case "max_customer_value" ->
                "The offer is for customers worth at most %s; this one is worth %s"
                        .formatted(amount(row, "max_customer_value"), amount(row, "customer_value"));
            case "consent" -> "The customer has not consented to marketing";
            case "contact_limit" ->
                "The customer was made %d offers or more in the last %d days"
                        .formatted(row.getInteger("contact_limit"), row.getInteger("contact_limit_days"));
            case "already_accepted" -> "The customer has accepted the offer before";
            case "redemption_limit" ->
                "The offer was accepted %d times, as often as it may be".formatted(row.getInteger("redemption_limit"));
            case "monthly_budget" ->
                "Of this month's %s, %s are spent, and the offer costs %s"
                        .formatted(amount(row, "monthly_budget"), amount(row, "spent"), amount(row, "cost"));
            default -> throw new IllegalStateException(rule);
        };
    }

    private static String amount(Row row, String column) {
        return Amounts.plain(row.getBigDecimal(column)).toPlainString();
    }
}
