package io.perennial.recovery.incentive;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.InputError;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.recovery.billing.BillingSegment;
import io.perennial.recovery.billing.PriorityLevel;

/**
 * Which retention offers an organization makes to whom, and when. Where a segment or a stage is not named, nothing is offered.
 *
 * @param validityDays days for which an offer can be redeemed
 */
public record OfferSettings(
        @NotNull @Schema(description = "Whether retention offers are made at all")
        Boolean enabled,

        @NotNull @Min(1) @Max(365) @Schema(description = "Days for which an offer can be redeemed", examples = "14")
        Integer validityDays,

        @NotNull @Valid OfferTypes offerTypes,
        @NotNull @Valid OfferTriggers offerTriggers,
        @NotNull @Valid ExtraOffers extraOffers) {

    /** What is offered by segment and stage of dunning, by the type of the offer. */
    public record OfferTypes(
            @NotNull @Schema(description = "By segment, then by stage")
            Map<String, @NotNull Map<String, @NotNull @Valid Discount>> discountOffers,

            @NotNull @Schema(description = "By segment, then by stage")
            Map<String, @NotNull Map<String, @NotNull @Valid PaymentPlan>> paymentPlans,

            @NotNull @Schema(description = "By segment, then by stage")
            Map<String, @NotNull Map<String, @NotNull @Valid FeatureUpgrade>> featureUpgrades,

            @NotNull @Schema(description = "By segment, then by stage")
            Map<String, @NotNull Map<String, @NotNull @Valid GracePeriod>> gracePeriods) {}

    /** A share of the price that is not paid for some months. */
    public record Discount(
            @NotNull @DecimalMin("0.01") @DecimalMax("100") @Digits(integer = 3, fraction = 2) @Schema(examples = "25")
            BigDecimal discountPercent,

            @NotNull @Min(1) @Max(60) @Schema(examples = "3")
            Integer durationMonths) {}

    /** What is due is paid in parts. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PaymentPlan(
            @NotNull @Min(2) @Max(60) @Schema(examples = "3")
            Integer installments,

            @NotNull Boolean interestFree,

            @DecimalMin("0")
            @DecimalMax("100")
            @Digits(integer = 3, fraction = 2)
            @Schema(
                    description = "Of what is due, once, added to it; absent where it is free of interest",
                    examples = "3")
            BigDecimal interestPercent) {}

    /** Features that the customer does not pay for, for some days. */
    public record FeatureUpgrade(
            @NotEmpty @Size(max = 20) @Schema(examples = "[\"premium_support\", \"advanced_analytics\"]")
            List<@NotNull @Size(min = 1, max = 255) String> features,

            @NotNull @Min(1) @Max(730) @Schema(examples = "60")
            Integer durationDays) {}

    /** Days in which nothing is cut off although nothing was paid. */
    public record GracePeriod(
            @NotNull @Min(1) @Max(180) @Schema(examples = "14")
            Integer days,

            @NotNull @Schema(description = "Whether everything can be used or only the essential")
            Boolean fullAccess) {}

    /** What has to have happened for offers besides those of the stage. */
    public record OfferTriggers(
            @NotNull @Schema(description = "By segment")
            Map<String, @NotNull @Valid FailureTrigger> paymentFailureCount,

            @NotNull @Schema(description = "By segment") Map<String, @NotNull @Valid AgeTrigger> subscriptionAge,

            @NotNull @Schema(description = "By segment") Map<String, @NotNull @Valid UsageTrigger> featureUsage) {}

    /** How many payments have to have failed. */
    public record FailureTrigger(
            @NotNull @Min(0) @Max(1000) @Schema(description = "Failed attempts", examples = "1")
            Integer threshold,

            @NotNull @Schema(description = "Whether an escalation offer is made")
            Boolean escalation) {}

    /** For how long the customer has to have been one. */
    public record AgeTrigger(
            @NotNull @Min(0) @Max(1200) @Schema(description = "Complete months", examples = "0")
            Integer minMonths,

            @NotNull
            @Schema(
                    type = SchemaType.STRING,
                    description = "Of the offers to the segment's customers",
                    examples = "high",
                    enumeration = {"high", "medium", "standard", "low"})
            PriorityLevel priority) {}

    /** How much of the product the customer has to use. */
    public record UsageTrigger(
            @NotNull
            @DecimalMin("0")
            @DecimalMax("100")
            @Digits(integer = 3, fraction = 2)
            @Schema(description = "Per cent of the features", examples = "50")
            BigDecimal minUsage,

            @NotNull @Schema(description = "Whether a bonus offer is made")
            Boolean bonusOffer) {}

    /**
     * What is offered besides, to customers of segments with custom offers. Each is made when both its own limit and that of
     * the segment's trigger are reached.
     */
    public record ExtraOffers(
            @NotNull @Min(0) @Max(1000) @Schema(description = "Failed attempts", examples = "2")
            Integer escalationFromFailures,

            @NotNull
            @DecimalMin("0.01")
            @DecimalMax("100")
            @Digits(integer = 3, fraction = 2)
            @Schema(description = "Of what is due, off, for each failed attempt", examples = "5")
            BigDecimal escalationPercentPerFailure,

            @NotNull
            @DecimalMin("0.01")
            @DecimalMax("100")
            @Digits(integer = 3, fraction = 2)
            @Schema(description = "Of what is due, off, at most", examples = "20")
            BigDecimal escalationMaxPercent,

            @NotNull @Min(0) @Max(1200) @Schema(description = "Complete months", examples = "12")
            Integer loyaltyFromMonths,

            @NotNull
            @DecimalMin("0.01")
            @DecimalMax("100")
            @Digits(integer = 3, fraction = 2)
            @Schema(description = "Of the monthly price, as a credit, for each complete year", examples = "10")
            BigDecimal loyaltyPercentPerYear,

            @NotNull
            @DecimalMin("0.01")
            @DecimalMax("100")
            @Digits(integer = 3, fraction = 2)
            @Schema(description = "Of the monthly price, as a credit, at most", examples = "30")
            BigDecimal loyaltyMaxPercent,

            @NotNull @Min(1) @Max(730) @Schema(description = "Days for which the credit can be used", examples = "90")
            Integer creditExpiresInDays,

            @NotNull
            @DecimalMin("0")
            @DecimalMax("100")
            @Digits(integer = 3, fraction = 2)
            @Schema(description = "Per cent of the features", examples = "50")
            BigDecimal bonusFromUsage,

            @NotNull @Min(1) @Max(730) @Schema(description = "Days of a trial of all upgrades", examples = "30")
            Integer bonusDays) {}

    /** The discount of a segment in a stage; null for none. */
    Discount discount(BillingSegment segment, DunningStage stage) {
        return entry(offerTypes.discountOffers(), segment, stage);
    }

    /** The payment plan of a segment in a stage; null for none. */
    PaymentPlan paymentPlan(BillingSegment segment, DunningStage stage) {
        return entry(offerTypes.paymentPlans(), segment, stage);
    }

    /** The upgrade of a segment in a stage; null for none. */
    FeatureUpgrade featureUpgrade(BillingSegment segment, DunningStage stage) {
        return entry(offerTypes.featureUpgrades(), segment, stage);
    }

    /** The grace period of a segment in a stage; null for none. */
    GracePeriod gracePeriod(BillingSegment segment, DunningStage stage) {
        return entry(offerTypes.gracePeriods(), segment, stage);
    }

    private static <T> T entry(Map<String, Map<String, T>> table, BillingSegment segment, DunningStage stage) {
        return table.getOrDefault(segment.label(), Map.of()).get(stage.label());
    }

    /**
     * The settings themselves.
     *
     * @throws ProblemException when they name a segment or a stage that there is not, or contradict themselves
     */
    OfferSettings validated() {
        var errors = new ArrayList<InputError>();
        checkTable(errors, "discount_offers", offerTypes.discountOffers());
        checkTable(errors, "payment_plans", offerTypes.paymentPlans());
        checkTable(errors, "feature_upgrades", offerTypes.featureUpgrades());
        checkTable(errors, "grace_periods", offerTypes.gracePeriods());
        checkSegments(errors, "offer_triggers.payment_failure_count", offerTriggers.paymentFailureCount());
        checkSegments(errors, "offer_triggers.subscription_age", offerTriggers.subscriptionAge());
        checkSegments(errors, "offer_triggers.feature_usage", offerTriggers.featureUsage());
        offerTypes
                .paymentPlans()
                .forEach((segment, stages) -> stages.forEach((stage, plan) ->
                        checkInterest(errors, "offer_types.payment_plans.%s.%s".formatted(segment, stage), plan)));
        if (extraOffers.escalationPercentPerFailure().compareTo(extraOffers.escalationMaxPercent()) > 0) {
            errors.add(error("extra_offers.escalation_percent_per_failure", "is more than escalation_max_percent"));
        }
        if (extraOffers.loyaltyPercentPerYear().compareTo(extraOffers.loyaltyMaxPercent()) > 0) {
            errors.add(error("extra_offers.loyalty_percent_per_year", "is more than loyalty_max_percent"));
        }
        if (!errors.isEmpty()) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST,
                    errors.stream()
                            .map(error -> error.field() + " " + error.reason())
                            .collect(Collectors.joining("; ")),
                    errors);
        }
        return this;
    }

    private static void checkTable(List<InputError> errors, String type, Map<String, ? extends Map<String, ?>> table) {
        var field = "offer_types." + type;
        checkSegments(errors, field, table);
        table.forEach((segment, stages) -> stages.keySet().stream()
                .filter(stage -> DunningStage.labelled(stage).isEmpty())
                .forEach(stage ->
                        errors.add(error("%s.%s.%s".formatted(field, segment, stage), "is not a stage of dunning"))));
    }

    private static void checkSegments(List<InputError> errors, String field, Map<String, ?> bySegment) {
        bySegment.keySet().stream()
                .filter(segment -> BillingSegment.labelled(segment).isEmpty())
                .forEach(segment -> errors.add(error(field + "." + segment, "is not a billing segment")));
    }

    private static void checkInterest(List<InputError> errors, String field, PaymentPlan plan) {
        if (plan.interestFree()
                && plan.interestPercent() != null
                && plan.interestPercent().signum() > 0) {
            errors.add(error(field, "is free of interest and has interest"));
        }
        if (!plan.interestFree() && plan.interestPercent() == null) {
            errors.add(error(field, "has no interest_percent although it is not free of interest"));
        }
    }

    private static InputError error(String field, String reason) {
        return new InputError(null, field, reason);
    }
}
