package io.perennial.offers;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.sqlclient.Row;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.insight.lifecycle.Stage;
import io.perennial.platform.Amounts;
import io.perennial.tenant.OrgType;

/**
 * What an organization can offer to a customer, whom for, and what it costs. Amounts are in the organization's currency.
 *
 * @param redemptions how often it was accepted
 * @param version counts the changes, from 1
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@RegisterForReflection
public record Offer(
        @Schema(description = "Unique within the organization", examples = "4")
        int offerId,

        @Schema(examples = "Loyalty discount") String name,

        @Schema(examples = "Ten percent off the next purchase or bill, as thanks for staying.")
        String description,

        @Schema(examples = "discount") String category,
        @JsonProperty("is_active") boolean isActive,

        @Schema(description = "For customers of this stage; absent for every stage", examples = "retention")
        Stage lifecycleStage,

        @Schema(description = "For customers of this segment; absent for every segment", examples = "high_value")
        String targetSegment,

        @Schema(description = "For customers worth at least this much", examples = "100.00")
        BigDecimal minCustomerValue,

        @Schema(description = "For customers worth at most this much", examples = "5000.00")
        BigDecimal maxCustomerValue,

        @Schema(description = "What one acceptance costs", examples = "10.00")
        BigDecimal cost,

        @Schema(description = "What one acceptance earns before its cost", examples = "35.00")
        BigDecimal margin,

        @Schema(description = "What may be spent in a calendar month; absent without end", examples = "4000.00")
        BigDecimal monthlyBudget,

        @Schema(description = "How often it may be accepted in all; absent without end", examples = "500")
        Integer redemptionLimit,

        @Schema(description = "How often it was accepted", examples = "12")
        int redemptions,

        @Schema(description = "Whether it is only for customers who consented to marketing")
        boolean consentNeeded,

        ContactLimit contactLimit,

        @Schema(description = "For organizations of these industries; empty for every industry")
        List<OrgType> industries,

        @Schema(description = "Its id in the system it comes from", examples = "XV-1044")
        String externalOfferId,

        @Schema(description = "The system it comes from", examples = "xiva")
        String externalSystem,

        Instant lastSynced,

        @Schema(description = "Counts the changes; the entity tag", examples = "3")
        int version,

        Instant createdAt,
        Instant updatedAt) {

    /** What {@link #of(Row)} needs selected. */
    public static final String COLUMNS = """
            offer_id, name, description, category, is_active, lifecycle_stage, target_segment, min_customer_value,
            max_customer_value, cost, margin, monthly_budget, redemption_limit, redemptions, consent_needed, contact_limit,
            contact_limit_days, industries, external_offer_id, external_system, last_synced, version, created_at, updated_at""";

    /** The offer in a row of {@link #COLUMNS}. */
    public static Offer of(Row row) {
        var contacts = row.getInteger("contact_limit");
        return new Offer(
                row.getInteger("offer_id"),
                row.getString("name"),
                row.getString("description"),
                row.getString("category"),
                row.getBoolean("is_active"),
                Optional.ofNullable(row.getString("lifecycle_stage"))
                        .map(Stage::of)
                        .orElse(null),
                row.getString("target_segment"),
                Amounts.plain(row.getBigDecimal("min_customer_value")),
                Amounts.plain(row.getBigDecimal("max_customer_value")),
                Amounts.plain(row.getBigDecimal("cost")),
                Amounts.plain(row.getBigDecimal("margin")),
                Amounts.plain(row.getBigDecimal("monthly_budget")),
                row.getInteger("redemption_limit"),
                row.getInteger("redemptions"),
                row.getBoolean("consent_needed"),
                contacts == null ? null : new ContactLimit(contacts, row.getInteger("contact_limit_days")),
                Arrays.stream(row.getArrayOfStrings("industries"))
                        .map(OrgType::of)
                        .toList(),
                row.getString("external_offer_id"),
                row.getString("external_system"),
                instant(row, "last_synced"),
                row.getInteger("version"),
                instant(row, "created_at"),
                instant(row, "updated_at"));
    }

    /** What people can change about it, by the names of the columns. */
    public Map<String, Object> fields() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("name", name);
        fields.put("description", description);
        fields.put("category", category);
        fields.put("is_active", isActive);
        fields.put("lifecycle_stage", lifecycleStage == null ? null : lifecycleStage.label());
        fields.put("target_segment", targetSegment);
        fields.put("min_customer_value", minCustomerValue);
        fields.put("max_customer_value", maxCustomerValue);
        fields.put("cost", cost);
        fields.put("margin", margin);
        fields.put("monthly_budget", monthlyBudget);
        fields.put("redemption_limit", redemptionLimit);
        fields.put("consent_needed", consentNeeded);
        fields.put("contact_limit", contactLimit == null ? null : contactLimit.offers());
        fields.put("contact_limit_days", contactLimit == null ? null : contactLimit.days());
        fields.put("industries", industries.stream().map(OrgType::value).toList());
        fields.put("external_offer_id", externalOfferId);
        fields.put("external_system", externalSystem);
        return fields;
    }

    /** This offer at another cost and margin. */
    public Offer priced(BigDecimal otherCost, BigDecimal otherMargin) {
        return new Offer(
                offerId,
                name,
                description,
                category,
                isActive,
                lifecycleStage,
                targetSegment,
                minCustomerValue,
                maxCustomerValue,
                otherCost,
                otherMargin,
                monthlyBudget,
                redemptionLimit,
                redemptions,
                consentNeeded,
                contactLimit,
                industries,
                externalOfferId,
                externalSystem,
                lastSynced,
                version,
                createdAt,
                updatedAt);
    }

    private static Instant instant(Row row, String column) {
        var value = row.get(OffsetDateTime.class, column);
        return value == null ? null : value.toInstant();
    }
}
