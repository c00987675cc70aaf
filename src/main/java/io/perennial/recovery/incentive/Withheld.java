package io.perennial.recovery.incentive;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** An offer that the settings ask for and that is not made. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Withheld(
        @Schema(
                type = SchemaType.STRING,
                examples = "discount",
                enumeration = {"discount", "account_credit"})
        OfferType type,

        @Schema(
                type = SchemaType.STRING,
                examples = "stage",
                enumeration = {"stage", "escalation", "loyalty", "bonus"})
        Occasion occasion,

        @Schema(description = "What it would have cost", examples = "1920.00")
        BigDecimal cost,

        @Schema(
                description =
                        "What stands against it: the budgets, what the customer is expected to be worth, an amount in"
                                + " another currency than the organization's, or an offer of the same kind that is worth more and"
                                + " still open",
                examples = "expected_value",
                enumeration = {"month_budget", "case_budget", "expected_value", "currency", "open_offer"})
        String reason) {

    static Withheld of(RetentionOffer offer, String reason) {
        return new Withheld(offer.type(), offer.occasion(), offer.cost(), reason);
    }
}
