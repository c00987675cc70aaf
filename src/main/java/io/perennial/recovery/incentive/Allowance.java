package io.perennial.recovery.incentive;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What may still be promised to a customer: what is left of the month's budget, of the budget of a case, and of what the
 * customer is expected to be worth. A discount that is too long is shortened, down to a single month; what does not fit
 * otherwise is withheld. Offers are taken in their order, so what comes first gets what there is.
 *
 * @param month null without a budget
 * @param ofCase null without a budget
 * @param worth may be less than 0
 */
record Allowance(BigDecimal month, BigDecimal ofCase, BigDecimal worth) {

    /** What tells which offer takes the place of which. */
    record Kind(OfferType type, Occasion occasion) {

        static Kind of(RetentionOffer offer) {
            return new Kind(offer.type(), offer.occasion());
        }
    }

    /**
     * An offer of the same case that is still open. What it was promised is free again once another takes its place.
     *
     * @param ofThisMonth whether it was taken from the budget of this month
     */
    record Open(BigDecimal cost, boolean ofThisMonth) {

        private static final Open NONE = new Open(BigDecimal.ZERO, false);
    }

    /** What fits, and what does not. */
    record Fitted(List<RetentionOffer> offers, List<Withheld> withheld) {}

    private record Limit(BigDecimal left, String name) {}

    /**
     * Chooses from offers of the organization's currency.
     *
     * @param open what each may take the place of; nothing takes the place of what costs more
     */
    Fitted fit(List<RetentionOffer> wanted, Map<Kind, Open> open) {
        var fitting = new ArrayList<RetentionOffer>();
        var withheld = new ArrayList<Withheld>();
        var rest = this;
        for (var offer : wanted) {
            var before = open.getOrDefault(Kind.of(offer), Open.NONE);
            var freed = rest.plus(before.cost(), before.ofThisMonth() ? before.cost() : BigDecimal.ZERO);
            var limit = freed.narrowest();
            var fitted = fitted(offer, limit);
            if (fitted == null) {
                withheld.add(Withheld.of(offer, limit.name()));
            } else if (fitted.cost().compareTo(before.cost()) < 0) {
                withheld.add(Withheld.of(fitted, "open_offer"));
            } else {
                fitting.add(fitted);
                rest = freed.plus(fitted.cost().negate(), fitted.cost().negate());
            }
        }
        return new Fitted(fitting, withheld);
    }

    private Allowance plus(BigDecimal amount, BigDecimal amountOfMonth) {
        return new Allowance(
                month == null ? null : month.add(amountOfMonth),
                ofCase == null ? null : ofCase.add(amount),
                worth.add(amount));
    }

    private Limit narrowest() {
        var narrowest = new Limit(worth, "expected_value");
        if (ofCase != null && ofCase.compareTo(narrowest.left()) < 0) {
            narrowest = new Limit(ofCase, "case_budget");
        }
        if (month != null && month.compareTo(narrowest.left()) < 0) {
            narrowest = new Limit(month, "month_budget");
        }
        return narrowest;
    }

    /** The offer as it fits; null when it does not. */
    private static RetentionOffer fitted(RetentionOffer offer, Limit limit) {
        if (offer.cost().signum() == 0 || offer.cost().compareTo(limit.left()) <= 0) {
            return offer;
        }
        if (offer.incentiveType() != IncentiveType.PERCENTAGE || limit.left().signum() <= 0) {
            return null;
        }
        var months = limit.left()
                .divide(offer.discountAmount(), 0, RoundingMode.DOWN)
                .intValue();
        return months == 0 ? null : offer.shortened(months, limit.name());
    }
}
