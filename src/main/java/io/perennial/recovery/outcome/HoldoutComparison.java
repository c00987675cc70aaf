package io.perennial.recovery.outcome;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What recovery has caused: the cases that something was done about, against those of the hold-out, which nothing was done
 * about. Which case is of the hold-out was drawn when it began, so nothing else makes a difference between the two.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HoldoutComparison(
        @Schema(
                type = org.eclipse.microprofile.openapi.annotations.enums.SchemaType.STRING,
                description = "`measured`, or why it is not: `no_holdout`, or `too_few` cases in either group",
                examples = "measured",
                enumeration = {"measured", "too_few", "no_holdout"})
        State state,

        @Schema(
                examples =
                        "Of 100 cases, 12.34 stay because of recovery (95 %: 4.10 to 20.21). A case brings 17.80 EUR more (95 %: 3.02 to 32.58).")
        String inWords,

        @Schema(description = "When the first case of the hold-out began: from then on cases are compared")
        Instant comparedFrom,

        @Schema(description = "When the last case of the hold-out began: until then cases are compared")
        Instant comparedUntil,

        @Schema(description = "Cases that something was done about")
        Group treated,

        @Schema(description = "Cases that nothing was done about")
        Group heldOut,

        @Schema(description = "Of the recovery rates, in percentage points: treated minus held out")
        Difference recoveryRateDifference,

        @Schema(
                description =
                        "Of the revenue of a case less its incentives, in the organization's currency: treated minus"
                                + " held out")
        Difference revenuePerCaseDifference) {

    /** Of fewer cases chance decides. */
    static final int MIN_CASES = 30;

    private static final int DECIMALS = 2;

    /** Whether there is something to go by. */
    public enum State {
        MEASURED,
        TOO_FEW,
        NO_HOLDOUT;

        /** As the API writes it. */
        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One of the two groups. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Group(
            @Schema(examples = "412") long cases,
            @Schema(examples = "173") long recovered,

            @Schema(description = "Absent without cases") Rate recoveryRate,

            @Schema(
                    description =
                            "Mean of the revenue of a case less its incentives; of cases that were not recovered, 0 less"
                                    + " their incentives. Only of cases in the organization's currency",
                    examples = "61.20")
            BigDecimal revenuePerCase) {

        static Group of(long cases, long recovered, Sample revenue) {
            return new Group(
                    cases, recovered, Rate.of(recovered, cases), revenue.size() == 0 ? null : rounded(revenue.mean()));
        }
    }

    /** A difference and what it lies between with a confidence of 95 percent. */
    public record Difference(
            @Schema(examples = "12.34") BigDecimal value,
            @Schema(examples = "4.10") BigDecimal lower,
            @Schema(examples = "20.21") BigDecimal upper) {}

    /** Compares what was counted. */
    static HoldoutComparison of(
            String currency,
            Instant from,
            Instant until,
            long cases,
            long recovered,
            Sample revenue,
            long heldOutCases,
            long heldOutRecovered,
            Sample heldOutRevenue) {
        if (heldOutCases == 0) {
            return without();
        }
        var treated = Group.of(cases, recovered, revenue);
        var heldOut = Group.of(heldOutCases, heldOutRecovered, heldOutRevenue);
        var rates = cases == 0 ? null : rates(cases, recovered, heldOutCases, heldOutRecovered);
        var revenues = Intervals.differenceOfMeans(revenue, heldOutRevenue)
                .map(interval -> new Difference(
                        rounded(revenue.mean() - heldOutRevenue.mean()),
                        rounded(interval.lower()),
                        rounded(interval.upper())))
                .orElse(null);
        var tooFew = Math.min(cases, heldOutCases) < MIN_CASES;
        return new HoldoutComparison(
                tooFew ? State.TOO_FEW : State.MEASURED,
                tooFew ? tooFew(cases, heldOutCases) : words(rates, revenues, currency),
                from,
                until,
                treated,
                heldOut,
                rates,
                revenues);
    }

    private static HoldoutComparison without() {
        return new HoldoutComparison(
                State.NO_HOLDOUT,
                "No case was held out, so nobody knows how many customers would have stayed anyway: the recovery rate does"
                        + " not say what recovery has caused. The recovery settings can hold out a share of the cases.",
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private static Difference rates(long cases, long recovered, long heldOutCases, long heldOutRecovered) {
        var interval = Intervals.differenceOfShares(recovered, cases, heldOutRecovered, heldOutCases);
        return new Difference(
                Rate.percent((double) recovered / cases - (double) heldOutRecovered / heldOutCases),
                Rate.percent(interval.lower()),
                Rate.percent(interval.upper()));
    }

    private static String tooFew(long cases, long heldOutCases) {
        return "%d cases against %d of the hold-out are too few to tell recovery from chance; it takes %d of each."
                .formatted(cases, heldOutCases, MIN_CASES);
    }

    private static String words(Difference rates, Difference revenues, String currency) {
        return revenues == null ? ofRates(rates) : ofRates(rates) + " " + ofRevenues(revenues, currency);
    }

    private static String ofRates(Difference rates) {
        if (rates.lower().signum() > 0) {
            return "Of 100 cases, %s stay because of recovery (95 %%: %s to %s)."
                    .formatted(rates.value(), rates.lower(), rates.upper());
        }
        if (rates.upper().signum() < 0) {
            return "Of 100 cases, %s are lost because of recovery (95 %%: %s to %s)."
                    .formatted(
                            rates.value().negate(),
                            rates.upper().negate(),
                            rates.lower().negate());
        }
        return "Whether recovery makes customers stay cannot be told from chance: of 100 cases, %s more stay than of the hold-out (95 %%: %s to %s)."
                .formatted(rates.value(), rates.lower(), rates.upper());
    }

    private static String ofRevenues(Difference revenues, String currency) {
        if (revenues.lower().signum() > 0) {
            return "A case brings %s %s more (95 %%: %s to %s)."
                    .formatted(revenues.value(), currency, revenues.lower(), revenues.upper());
        }
        if (revenues.upper().signum() < 0) {
            return "A case brings %s %s less (95 %%: %s to %s)."
                    .formatted(
                            revenues.value().negate(),
                            currency,
                            revenues.upper().negate(),
                            revenues.lower().negate());
        }
        return "Whether it pays cannot be told: a case brings %s %s more than one of the hold-out (95 %%: %s to %s)."
                .formatted(revenues.value(), currency, revenues.lower(), revenues.upper());
    }

    private static BigDecimal rounded(double amount) {
        return BigDecimal.valueOf(amount).setScale(DECIMALS, RoundingMode.HALF_UP);
    }
}
