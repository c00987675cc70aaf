package io.perennial.offers;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.insight.lifecycle.Stage;
import io.perennial.platform.InputError;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.OrgType;

/** An offer as it is described when it is created and when it is replaced. Amounts are in the organization's currency. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NewOffer(
        @Min(0) @Schema(description = "Unique within the organization; the next free one unless given", examples = "8")
        Integer offerId,

        @NotBlank @Size(max = 255) @Schema(examples = "Spring discount")
        String name,

        @NotBlank
        @Size(max = 4000)
        @Schema(examples = "Fifteen percent off everything for the garden until the end of May.")
        String description,

        @NotBlank @Size(max = 50) @Schema(description = "Such as points, discount or access", examples = "discount")
        String category,

        @JsonProperty("is_active") @Schema(description = "True unless given")
        Boolean isActive,

        @Schema(description = "For customers of this stage; absent for every stage", examples = "growth")
        Stage lifecycleStage,

        @Schema(
                description = "For customers of this segment: high_value, medium_value, low_value, at_risk, new, or a"
                        + " segment of the segmentation such as loyal_customers; absent for every segment",
                examples = "loyal_customers")
        String targetSegment,

        @DecimalMin("0")
        @Digits(integer = 15, fraction = 4)
        @Schema(
                description =
                        "For customers worth at least this much: by their predicted lifetime value or, without it,"
                                + " by what they have spent",
                examples = "50.00")
        BigDecimal minCustomerValue,

        @DecimalMin("0")
        @Digits(integer = 15, fraction = 4)
        @Schema(description = "For customers worth at most this much", examples = "5000.00")
        BigDecimal maxCustomerValue,

        @DecimalMin("0")
        @Digits(integer = 15, fraction = 4)
        @Schema(description = "What one acceptance costs; nothing unless given", examples = "12.50")
        BigDecimal cost,

        @Digits(integer = 15, fraction = 4)
        @Schema(description = "What one acceptance earns before its cost; nothing unless given", examples = "30.00")
        BigDecimal margin,

        @DecimalMin("0")
        @Digits(integer = 15, fraction = 4)
        @Schema(description = "What may be spent in a calendar month; without end unless given", examples = "1000.00")
        BigDecimal monthlyBudget,

        @Min(1) @Schema(description = "How often it may be accepted in all; without end unless given", examples = "500")
        Integer redemptionLimit,

        @Schema(description = "Whether it is only for customers who consented to marketing; false unless given")
        Boolean consentNeeded,

        @Valid ContactLimit contactLimit,

        @Schema(description = "For organizations of these industries; every industry unless given")
        List<OrgType> industries,

        @Size(min = 1, max = 255) @Schema(description = "Its id in the system it comes from", examples = "SPRING-15")
        String externalOfferId,

        @Size(min = 1, max = 50) @Schema(description = "The system it comes from", examples = "crm")
        String externalSystem) {

    private static final Set<Stage> BEGINNING = Set.of(Stage.ACQUISITION, Stage.ONBOARDING);
    private static final Set<Stage> END = Set.of(Stage.WIN_BACK, Stage.CHURN);
    private static final Set<String> NEW = Set.of("new", "new_customers");
    private static final Set<String> GONE = Set.of("hibernating", "lost");

    /**
     * The offer that has these fields.
     *
     * @param fields by the names of the columns, as {@link Offer#fields()} writes them
     */
    public static NewOffer of(int id, Map<String, Object> fields) {
        var contacts = (Integer) fields.get("contact_limit");
        return new NewOffer(
                id,
                (String) fields.get("name"),
                (String) fields.get("description"),
                (String) fields.get("category"),
                (Boolean) fields.get("is_active"),
                fields.get("lifecycle_stage") == null ? null : Stage.of((String) fields.get("lifecycle_stage")),
                (String) fields.get("target_segment"),
                (BigDecimal) fields.get("min_customer_value"),
                (BigDecimal) fields.get("max_customer_value"),
                (BigDecimal) fields.get("cost"),
                (BigDecimal) fields.get("margin"),
                (BigDecimal) fields.get("monthly_budget"),
                (Integer) fields.get("redemption_limit"),
                (Boolean) fields.get("consent_needed"),
                contacts == null ? null : new ContactLimit(contacts, (Integer) fields.get("contact_limit_days")),
                industries(fields.get("industries")),
                (String) fields.get("external_offer_id"),
                (String) fields.get("external_system"));
    }

    private static List<OrgType> industries(Object names) {
        return names instanceof List<?> some
                ? some.stream().map(String::valueOf).map(OrgType::of).toList()
                : List.of();
    }

    /**
     * This offer with what was left out filled in.
     *
     * @throws ProblemException naming every field that contradicts another, or means nothing
     */
    public NewOffer validated() {
        var complete = complete();
        var errors = complete.errors();
        if (!errors.isEmpty()) {
            throw ProblemException.invalid(errors);
        }
        return complete;
    }

    /** The same, for an offer that is there: its id is that of the path. */
    NewOffer validatedFor(int id) {
        if (offerId != null && offerId != id) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST,
                    "offer_id is not that of the path",
                    List.of(error("offer_id", "is not that of the path")));
        }
        return validated();
    }

    private NewOffer complete() {
        return new NewOffer(
                offerId,
                name,
                description,
                category,
                isActive == null || isActive,
                lifecycleStage,
                TargetSegments.written(targetSegment),
                minCustomerValue,
                maxCustomerValue,
                cost == null ? BigDecimal.ZERO : cost,
                margin == null ? BigDecimal.ZERO : margin,
                monthlyBudget,
                redemptionLimit,
                consentNeeded != null && consentNeeded,
                contactLimit,
                industries == null ? List.of() : industries.stream().distinct().toList(),
                externalOfferId,
                externalSystem);
    }

    private List<InputError> errors() {
        var errors = new ArrayList<InputError>();
        if (targetSegment != null && !TargetSegments.NAMES.contains(targetSegment)) {
            errors.add(error("target_segment", "must be one of " + String.join(", ", TargetSegments.NAMES)));
        }
        if (minCustomerValue != null && maxCustomerValue != null && minCustomerValue.compareTo(maxCustomerValue) > 0) {
            errors.add(
                    error("min_customer_value", "is more than max_customer_value, so the offer would be for nobody"));
        }
        if (lifecycleStage != null && targetSegment != null && isForNobody()) {
            errors.add(error("lifecycle_stage", "has no customers of the segment, so the offer would be for nobody"));
        }
        if (monthlyBudget != null && cost.compareTo(monthlyBudget) > 0) {
            errors.add(error("monthly_budget", "is less than one acceptance costs"));
        }
        if ((externalOfferId == null) != (externalSystem == null)) {
            errors.add(error(
                    externalOfferId == null ? "external_offer_id" : "external_system",
                    "is needed where the other of external_offer_id and external_system is given"));
        }
        if (industries.stream().anyMatch(Objects::isNull)) {
            errors.add(error("industries", "may not hold null"));
        }
        return errors;
    }

    private boolean isForNobody() {
        return END.contains(lifecycleStage) && NEW.contains(targetSegment)
                || BEGINNING.contains(lifecycleStage) && GONE.contains(targetSegment);
    }

    private static InputError error(String field, String reason) {
        return new InputError(null, field, reason);
    }
}
