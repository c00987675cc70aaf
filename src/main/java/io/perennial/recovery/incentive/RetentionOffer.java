package io.perennial.recovery.incentive;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.recovery.billing.BillingSegment;
import io.perennial.recovery.billing.PriorityLevel;

/**
 * What is offered to a customer for staying. Which fields there are besides those of every offer follows from its type. Amounts
 * can be paid: they are whole cents, or whatever the smallest unit of the currency is.
 *
 * @param offerId null for one that is only calculated
 * @param cost what it costs at most, which is taken from the budgets
 * @param limitedBy what has made it smaller than the settings say; null for nothing
 * @param offerCode null for one that is only calculated
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RetentionOffer(
        @Schema(description = "Absent in a preview") UUID offerId,

        @Schema(
                type = SchemaType.STRING,
                examples = "discount",
                enumeration = {"discount", "payment_plan", "feature_upgrade", "grace_period", "account_credit"})
        OfferType type,

        @Schema(
                type = SchemaType.STRING,
                description = "Why it is made: by the table of stages, or by a trigger",
                examples = "stage",
                enumeration = {"stage", "escalation", "loyalty", "bonus"})
        Occasion occasion,

        @Schema(
                type = SchemaType.STRING,
                examples = "high_value",
                enumeration = {"high_value", "mid_value", "standard", "at_risk"})
        BillingSegment segment,

        @Schema(
                type = SchemaType.STRING,
                examples = "dunning_3",
                enumeration = {"dunning_1", "dunning_2", "dunning_3", "dunning_4", "dunning_5"})
        DunningStage stage,

        @Schema(
                type = SchemaType.STRING,
                examples = "high",
                enumeration = {"high", "medium", "standard", "low"})
        PriorityLevel priority,

        @Schema(description = "ISO 4217", examples = "EUR") String currency,

        @Schema(
                type = SchemaType.STRING,
                description = "Of discounts, credits and upgrades",
                examples = "percentage",
                enumeration = {"percentage", "fixed_amount", "account_credit", "feature_unlock", "upgrade_trial"})
        IncentiveType incentiveType,

        @Schema(description = "Of a discount in per cent", examples = "50")
        BigDecimal discountPercent,

        @Schema(description = "Of a discount: what is not paid each time", examples = "320.00")
        BigDecimal discountAmount,

        @Schema(description = "Of a discount: how often it is given, once a month", examples = "6")
        Integer durationMonths,

        @Schema(
                description = "Of a discount",
                examples = "months",
                enumeration = {"one_time", "months"})
        String duration,

        @Schema(
                description = "Of a discount",
                examples = "current_invoice",
                enumeration = {"current_invoice", "next_billing"})
        String applicableTo,

        @Schema(description = "What the customer saves in all: discount_amount × duration_months", examples = "1920.00")
        BigDecimal savingsTotal,

        @Schema(description = "Of a credit", examples = "64.00")
        BigDecimal creditAmount,

        @Schema(description = "Of a credit: days after redemption", examples = "90")
        Integer expiresInDays,

        @Schema(description = "Of a credit: what it can be used for", examples = "[\"future_invoices\"]")
        List<String> restrictions,

        @Schema(description = "Of a payment plan", examples = "3")
        Integer installments,

        @Schema(description = "Of a payment plan") Boolean interestFree,

        @Schema(description = "Of a payment plan with interest: per cent of what is due, once", examples = "3")
        BigDecimal interestPercent,

        @Schema(description = "Of a payment plan: what is paid each time", examples = "[213.34, 213.33, 213.33]")
        List<BigDecimal> installmentAmounts,

        @Schema(description = "Of a payment plan: what is paid in all", examples = "640.00")
        BigDecimal totalAmount,

        @Schema(description = "Of an upgrade", examples = "[\"premium_support\", \"advanced_analytics\"]")
        List<String> features,

        @Schema(description = "Of an upgrade", examples = "60")
        Integer durationDays,

        @Schema(description = "Of an upgrade: whether it ends by itself")
        Boolean autoExpire,

        @Schema(description = "Of a grace period", examples = "22")
        Integer graceDays,

        @Schema(
                description = "Of a grace period",
                examples = "full",
                enumeration = {"full", "limited"})
        String access,

        @Schema(description = "What it costs at most, taken from the budgets", examples = "1920.00")
        BigDecimal cost,

        @Schema(
                description = "What has made it smaller than the settings say",
                examples = "expected_value",
                enumeration = {"month_budget", "case_budget", "expected_value"})
        String limitedBy,

        @Schema(description = "Redeems the offer, once; absent in a preview", examples = "STAY-7K3M-9QXD-R2VH-5TBN")
        String offerCode,

        @Schema(description = "Until when it can be redeemed")
        Instant validUntil) {

    /** What every offer to a customer in a stage has in common. */
    record Frame(
            BillingSegment segment, DunningStage stage, PriorityLevel priority, String currency, Instant validUntil) {}

    /**
     * A share of the monthly price that is not paid for some months.
     *
     * @param current whether it begins with what is due now
     */
    static RetentionOffer percentage(Frame frame, BigDecimal price, BigDecimal percent, int months, boolean current) {
        var amount = Money.share(price, percent, frame.currency());
        var draft = new Draft(frame, OfferType.DISCOUNT, Occasion.STAGE);
        draft.incentiveType = IncentiveType.PERCENTAGE;
        draft.discountPercent = percent;
        draft.discountAmount = amount;
        draft.durationMonths = months;
        draft.duration = "months";
        draft.applicableTo = current ? "current_invoice" : "next_billing";
        draft.savingsTotal = amount.multiply(BigDecimal.valueOf(months));
        draft.cost = draft.savingsTotal;
        return draft.offer();
    }

    /** The same discount for fewer months, because of a limit. */
    RetentionOffer shortened(int months, String limit) {
        var draft = new Draft(this);
        draft.durationMonths = months;
        draft.savingsTotal = discountAmount.multiply(BigDecimal.valueOf(months));
        draft.cost = draft.savingsTotal;
        draft.limitedBy = limit;
        return draft.offer();
    }

    /** An amount that is not paid of what is due now. */
    static RetentionOffer fixedAmount(Frame frame, Occasion occasion, BigDecimal amount) {
        var draft = new Draft(frame, OfferType.DISCOUNT, occasion);
        draft.incentiveType = IncentiveType.FIXED_AMOUNT;
        draft.discountAmount = amount;
        draft.duration = "one_time";
        draft.applicableTo = "current_invoice";
        draft.savingsTotal = amount;
        draft.cost = amount;
        return draft.offer();
    }

    /** A credit on the customer's account. */
    static RetentionOffer credit(Frame frame, Occasion occasion, BigDecimal amount, int expiresInDays) {
        var draft = new Draft(frame, OfferType.ACCOUNT_CREDIT, occasion);
        draft.incentiveType = IncentiveType.ACCOUNT_CREDIT;
        draft.creditAmount = amount;
        draft.expiresInDays = expiresInDays;
        draft.restrictions = List.of("future_invoices");
        draft.cost = amount;
        return draft.offer();
    }

    /** What is due, with interest if any, in parts. */
    static RetentionOffer plan(Frame frame, BigDecimal due, OfferSettings.PaymentPlan plan) {
        var principal = Money.rounded(due, frame.currency());
        var draft = new Draft(frame, OfferType.PAYMENT_PLAN, Occasion.STAGE);
        draft.installments = plan.installments();
        draft.interestFree = plan.interestFree();
        draft.interestPercent = plan.interestFree() ? null : plan.interestPercent();
        draft.totalAmount = plan.interestFree()
                ? principal
                : principal.add(Money.share(principal, plan.interestPercent(), frame.currency()));
        draft.installmentAmounts = Money.divided(draft.totalAmount, plan.installments(), frame.currency());
        return draft.offer();
    }

    /** Features for some days. */
    static RetentionOffer upgrade(
            Frame frame, Occasion occasion, IncentiveType incentive, List<String> features, int days) {
        var draft = new Draft(frame, OfferType.FEATURE_UPGRADE, occasion);
        draft.incentiveType = incentive;
        draft.features = features;
        draft.durationDays = days;
        draft.autoExpire = true;
        return draft.offer();
    }

    /** Days in which nothing is cut off. */
    static RetentionOffer grace(Frame frame, OfferSettings.GracePeriod period) {
        var draft = new Draft(frame, OfferType.GRACE_PERIOD, Occasion.STAGE);
        draft.graceDays = period.days();
        draft.access = period.fullAccess() ? "full" : "limited";
        return draft.offer();
    }

    /** The offer as it is made: with what it is redeemed by. */
    RetentionOffer made(UUID id, String code) {
        var draft = new Draft(this);
        draft.offerId = id;
        draft.offerCode = code;
        return draft.offer();
    }

    /** The offer as those see it who must not redeem it. */
    public RetentionOffer withCodeHidden() {
        var draft = new Draft(this);
        draft.offerCode = OfferCodes.hidden(offerCode);
        return draft.offer();
    }

    /** An offer while it is put together: what does not apply to its type stays null. */
    private static final class Draft {

        private UUID offerId;
        private OfferType type;
        private Occasion occasion;
        private BillingSegment segment;
        private DunningStage stage;
        private PriorityLevel priority;
        private String currency;
        private IncentiveType incentiveType;
        private BigDecimal discountPercent;
        private BigDecimal discountAmount;
        private Integer durationMonths;
        private String duration;
        private String applicableTo;
        private BigDecimal savingsTotal;
        private BigDecimal creditAmount;
        private Integer expiresInDays;
        private List<String> restrictions;
        private Integer installments;
        private Boolean interestFree;
        private BigDecimal interestPercent;
        private List<BigDecimal> installmentAmounts;
        private BigDecimal totalAmount;
        private List<String> features;
        private Integer durationDays;
        private Boolean autoExpire;
        private Integer graceDays;
        private String access;
        private BigDecimal cost;
        private String limitedBy;
        private String offerCode;
        private Instant validUntil;

        Draft(Frame frame, OfferType type, Occasion occasion) {
            this.type = type;
            this.occasion = occasion;
            segment = frame.segment();
            stage = frame.stage();
            priority = frame.priority();
            currency = frame.currency();
            validUntil = frame.validUntil();
            cost = Money.rounded(BigDecimal.ZERO, currency);
        }

        Draft(RetentionOffer offer) {
            offerId = offer.offerId;
            type = offer.type;
            occasion = offer.occasion;
            segment = offer.segment;
            stage = offer.stage;
            priority = offer.priority;
            currency = offer.currency;
            incentiveType = offer.incentiveType;
            discountPercent = offer.discountPercent;
            discountAmount = offer.discountAmount;
            durationMonths = offer.durationMonths;
            duration = offer.duration;
            applicableTo = offer.applicableTo;
            savingsTotal = offer.savingsTotal;
            creditAmount = offer.creditAmount;
            expiresInDays = offer.expiresInDays;
            restrictions = offer.restrictions;
            installments = offer.installments;
            interestFree = offer.interestFree;
            interestPercent = offer.interestPercent;
            installmentAmounts = offer.installmentAmounts;
            totalAmount = offer.totalAmount;
            features = offer.features;
            durationDays = offer.durationDays;
            autoExpire = offer.autoExpire;
            graceDays = offer.graceDays;
            access = offer.access;
            cost = offer.cost;
            limitedBy = offer.limitedBy;
            offerCode = offer.offerCode;
            validUntil = offer.validUntil;
        }

        RetentionOffer offer() {
            return new RetentionOffer(
                    offerId,
                    type,
                    occasion,
                    segment,
                    stage,
                    priority,
                    currency,
                    incentiveType,
                    discountPercent,
                    discountAmount,
                    durationMonths,
                    duration,
                    applicableTo,
                    savingsTotal,
                    creditAmount,
                    expiresInDays,
                    restrictions,
                    installments,
                    interestFree,
                    interestPercent,
                    installmentAmounts,
                    totalAmount,
                    features,
                    durationDays,
                    autoExpire,
                    graceDays,
                    access,
                    cost,
                    limitedBy,
                    offerCode,
                    validUntil);
        }
    }
}
