package io.perennial.recovery.incentive;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** What the settings have for a customer in a stage of dunning, before anybody has asked whether it can be afforded. */
final class StageOffers {

    private static final int MONTHS_OF_YEAR = 12;

    private StageOffers() {}

    /**
     * What amounts follow from.
     *
     * @param price what the customer pays in a month, 0 or more
     * @param due what was to be paid and was not; null when nothing is due
     * @param failures attempts to collect it that failed
     * @param months complete months that the customer has been one
     */
    record Basis(BigDecimal price, BigDecimal due, int failures, int months) {

        private boolean isDue() {
            return due != null && due.signum() > 0;
        }
    }

    /** The offers of the table first, then those of triggers. An offer that would be worth nothing is not made. */
    static List<RetentionOffer> of(
            OfferSettings settings, RetentionOffer.Frame frame, Basis basis, List<Trigger> triggers) {
        var offers = new ArrayList<RetentionOffer>();
        var discount = settings.discount(frame.segment(), frame.stage());
        if (discount != null) {
            offers.add(RetentionOffer.percentage(
                    frame, basis.price(), discount.discountPercent(), discount.durationMonths(), basis.isDue()));
        }
        var plan = settings.paymentPlan(frame.segment(), frame.stage());
        if (plan != null && basis.isDue()) {
            offers.add(RetentionOffer.plan(frame, basis.due(), plan));
        }
        var upgrade = settings.featureUpgrade(frame.segment(), frame.stage());
        if (upgrade != null) {
            offers.add(RetentionOffer.upgrade(
                    frame, Occasion.STAGE, IncentiveType.FEATURE_UNLOCK, upgrade.features(), upgrade.durationDays()));
        }
        var grace = settings.gracePeriod(frame.segment(), frame.stage());
        if (grace != null) {
            offers.add(RetentionOffer.grace(frame, grace));
        }
        triggers.stream()
                .filter(Trigger::offered)
                .map(trigger -> triggered(settings, frame, basis, trigger.offer()))
                .forEach(offers::addAll);
        offers.removeIf(StageOffers::isWorthNothing);
        return offers;
    }

    private static List<RetentionOffer> triggered(
            OfferSettings settings, RetentionOffer.Frame frame, Basis basis, Occasion occasion) {
        var extras = settings.extraOffers();
        return switch (occasion) {
            case ESCALATION ->
                basis.isDue()
                        ? List.of(RetentionOffer.fixedAmount(
                                frame,
                                occasion,
                                Money.share(
                                        basis.due(),
                                        extras.escalationPercentPerFailure()
                                                .multiply(BigDecimal.valueOf(basis.failures()))
                                                .min(extras.escalationMaxPercent()),
                                        frame.currency())))
                        : List.of();
            case LOYALTY ->
                List.of(RetentionOffer.credit(
                        frame,
                        occasion,
                        Money.share(
                                basis.price(),
                                extras.loyaltyPercentPerYear()
                                        .multiply(BigDecimal.valueOf(Math.max(1, basis.months() / MONTHS_OF_YEAR)))
                                        .min(extras.loyaltyMaxPercent()),
                                frame.currency()),
                        extras.creditExpiresInDays()));
            case BONUS -> bonus(settings, frame, extras.bonusDays());
            case STAGE -> List.of();
        };
    }

    /** Everything that the customers of the segment can be given, to try. */
    private static List<RetentionOffer> bonus(OfferSettings settings, RetentionOffer.Frame frame, int days) {
        var all = settings.featureUpgrade(frame.segment(), DunningStage.DUNNING_5);
        return all == null
                ? List.of()
                : List.of(RetentionOffer.upgrade(
                        frame, Occasion.BONUS, IncentiveType.UPGRADE_TRIAL, all.features(), days));
    }

    private static boolean isWorthNothing(RetentionOffer offer) {
        return (offer.type() == OfferType.DISCOUNT || offer.type() == OfferType.ACCOUNT_CREDIT)
                && offer.cost().signum() == 0;
    }
}
