package io.perennial.recovery.incentive;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.recovery.billing.BillingSegment;

/** A condition on which an offer besides those of the stage is made, and how a customer stands to it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Trigger(
        @Schema(
                examples = "payment_failure_count",
                enumeration = {"payment_failure_count", "subscription_age", "feature_usage"})
        String trigger,

        @Schema(description = "Failed attempts, complete months, or per cent of the features", examples = "3")
        BigDecimal value,

        @Schema(description = "What the segment's trigger takes", examples = "1")
        BigDecimal threshold,

        @Schema(description = "Whether the value reaches the threshold")
        boolean triggered,

        @Schema(
                type = SchemaType.STRING,
                description = "The offer that goes with it",
                examples = "escalation",
                enumeration = {"escalation", "loyalty", "bonus"})
        Occasion offer,

        @Schema(description = "What the value has to reach for the offer, besides the threshold", examples = "2")
        BigDecimal offerFrom,

        @Schema(description = "Whether the offer is made: triggered, from that on, and for customers of the segment")
        boolean offered) {

    static final String FAILURES = "payment_failure_count";
    static final String AGE = "subscription_age";
    static final String USAGE = "feature_usage";

    /**
     * How a customer stands to the triggers.
     *
     * @param customOffers whether offers of triggers are made to customers of the segment
     */
    static List<Trigger> check(
            OfferSettings settings,
            BillingSegment segment,
            boolean customOffers,
            int failures,
            int months,
            BigDecimal usage) {
        var triggers = settings.offerTriggers();
        var extras = settings.extraOffers();
        var checked = new ArrayList<Trigger>();
        var failed = triggers.paymentFailureCount().get(segment.label());
        if (failed != null) {
            checked.add(of(
                    FAILURES,
                    BigDecimal.valueOf(failures),
                    BigDecimal.valueOf(failed.threshold()),
                    Occasion.ESCALATION,
                    BigDecimal.valueOf(extras.escalationFromFailures()),
                    customOffers && failed.escalation()));
        }
        var aged = triggers.subscriptionAge().get(segment.label());
        if (aged != null) {
            checked.add(of(
                    AGE,
                    BigDecimal.valueOf(months),
                    BigDecimal.valueOf(aged.minMonths()),
                    Occasion.LOYALTY,
                    BigDecimal.valueOf(extras.loyaltyFromMonths()),
                    customOffers));
        }
        var used = triggers.featureUsage().get(segment.label());
        if (used != null) {
            checked.add(of(
                    USAGE,
                    usage,
                    used.minUsage(),
                    Occasion.BONUS,
                    extras.bonusFromUsage(),
                    customOffers && used.bonusOffer()));
        }
        return checked;
    }

    private static Trigger of(
            String name,
            BigDecimal value,
            BigDecimal threshold,
            Occasion occasion,
            BigDecimal offerFrom,
            boolean forSegment) {
        var triggered = value.compareTo(threshold) >= 0;
        return new Trigger(
                name,
                value,
                threshold,
                triggered,
                occasion,
                offerFrom,
                triggered && forSegment && value.compareTo(offerFrom) >= 0);
    }
}
