package io.perennial.outreach.template;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.time.LocalDate;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An offer as a message tells it. Amounts are in the currency of the message.
 *
 * @param amount of a fixed discount or a credit, or of one installment
 * @param installments how many payments a payment plan has
 * @param fullAccess whether everything can be used during a grace period
 * @param feature what is unlocked
 * @param savings what the customer saves in all
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OfferLine(
        @NotNull Type type,

        @Schema(description = "Of a discount", examples = "25")
        BigDecimal percent,

        @Schema(description = "Of a fixed discount or a credit, or of one installment", examples = "20.00")
        BigDecimal amount,

        @Schema(description = "For how many months", examples = "3")
        Integer months,

        @Schema(description = "How many payments a payment plan has", examples = "3")
        Integer installments,

        @Schema(description = "Of a payment plan") Boolean interestFree,

        @Schema(description = "For how many days", examples = "14")
        Integer days,

        @Schema(description = "Whether everything can be used during a grace period")
        Boolean fullAccess,

        @Size(max = 80) @Schema(description = "What is unlocked", examples = "Priority support")
        String feature,

        @Schema(description = "What the customer saves in all", examples = "36.75")
        BigDecimal savings,

        @NotBlank @Size(max = 30) @Schema(examples = "STAY-7K3M-9QXD-R2VH-5TBN")
        String code,

        @Schema(examples = "2026-03-15") LocalDate validUntil) {

    static final OfferLine EXAMPLE = discount(
            new BigDecimal("25"), 3, new BigDecimal("36.75"), "STAY-7K3M-9QXD-R2VH-5TBN", LocalDate.of(2026, 3, 15));

    /** What is offered. */
    public enum Type {
        DISCOUNT,
        FIXED_DISCOUNT,
        PAYMENT_PLAN,
        FEATURE_UPGRADE,
        GRACE_PERIOD,
        CREDIT;

        /** As the API writes it. */
        @JsonValue
        public String value() {
            return Labels.of(this);
        }

        /** Reads what {@link #value()} writes. */
        @JsonCreator
        public static Type of(String value) {
            return Labels.read(Type.class, value);
        }
    }

    /** So many percent off for so many months. */
    public static OfferLine discount(BigDecimal percent, int months, BigDecimal savings, String code, LocalDate until) {
        return new OfferLine(Type.DISCOUNT, percent, null, months, null, null, null, null, null, savings, code, until);
    }

    /** An amount off once. */
    public static OfferLine fixedDiscount(BigDecimal amount, String code, LocalDate until) {
        return new OfferLine(
                Type.FIXED_DISCOUNT, null, amount, null, null, null, null, null, null, amount, code, until);
    }

    /** What is due, in so many payments of an amount each. */
    public static OfferLine paymentPlan(
            int installments, boolean interestFree, BigDecimal amount, String code, LocalDate until) {
        return new OfferLine(
                Type.PAYMENT_PLAN, null, amount, null, installments, interestFree, null, null, null, null, code, until);
    }

    /** A feature for so many days; null for as long as the subscription lasts. */
    public static OfferLine featureUpgrade(String feature, Integer days, String code, LocalDate until) {
        return new OfferLine(
                Type.FEATURE_UPGRADE, null, null, null, null, null, days, null, feature, null, code, until);
    }

    /** So many more days. */
    public static OfferLine gracePeriod(int days, boolean fullAccess, String code, LocalDate until) {
        return new OfferLine(
                Type.GRACE_PERIOD, null, null, null, null, null, days, fullAccess, null, null, code, until);
    }

    /** An amount on the account. */
    public static OfferLine credit(BigDecimal amount, String code, LocalDate until) {
        return new OfferLine(Type.CREDIT, null, amount, null, null, null, null, null, null, amount, code, until);
    }
}
