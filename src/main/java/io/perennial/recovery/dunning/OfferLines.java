package io.perennial.recovery.dunning;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

import io.perennial.outreach.template.OfferLine;
import io.perennial.recovery.incentive.IncentiveType;
import io.perennial.recovery.incentive.RetentionOffer;

/** Tells retention offers as messages tell them. */
final class OfferLines {

    /** As much as a message has room for. */
    private static final int LONGEST_FEATURES = 80;

    private static final String SEPARATOR = ", ";

    private OfferLines() {}

    /**
     * The offers that can be told, in their order; one without a code is only calculated and is not.
     *
     * @param zone in which the day is named until which an offer is valid
     */
    static List<OfferLine> of(List<RetentionOffer> offers, ZoneId zone) {
        return offers.stream()
                .map(offer -> of(offer, offer.offerCode(), zone))
                .flatMap(Optional::stream)
                .toList();
    }

    /** The offers as they would be told if they were made, with what stands for their code. */
    static List<OfferLine> withCode(List<RetentionOffer> offers, String code, ZoneId zone) {
        return offers.stream()
                .map(offer -> of(offer, code, zone))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<OfferLine> of(RetentionOffer offer, String code, ZoneId zone) {
        if (code == null) {
            return Optional.empty();
        }
        var until = lastDay(offer, zone);
        return Optional.of(
                switch (offer.type()) {
                    case DISCOUNT ->
                        offer.incentiveType() == IncentiveType.FIXED_AMOUNT
                                ? OfferLine.fixedDiscount(offer.discountAmount(), code, until)
                                : OfferLine.discount(
                                        offer.discountPercent(),
                                        offer.durationMonths(),
                                        offer.savingsTotal(),
                                        code,
                                        until);
                    case PAYMENT_PLAN ->
                        OfferLine.paymentPlan(
                                offer.installments(),
                                offer.interestFree(),
                                offer.installmentAmounts().get(0),
                                code,
                                until);
                    case FEATURE_UPGRADE ->
                        OfferLine.featureUpgrade(features(offer.features()), offer.durationDays(), code, until);
                    case GRACE_PERIOD ->
                        OfferLine.gracePeriod(offer.graceDays(), "full".equals(offer.access()), code, until);
                    case ACCOUNT_CREDIT -> OfferLine.credit(offer.creditAmount(), code, until);
                });
    }

    /** The last day on the whole of which it is valid: no message promises more. */
    private static LocalDate lastDay(RetentionOffer offer, ZoneId zone) {
        return LocalDate.ofInstant(offer.validUntil(), zone).minusDays(1);
    }

    /** As many as there is room for, in the words of their names. */
    private static String features(List<String> features) {
        var told = new StringBuilder();
        for (var feature : features) {
            var words = feature.replace('_', ' ').strip();
            if (told.isEmpty()) {
                told.append(words, 0, Math.min(words.length(), LONGEST_FEATURES));
            } else if (told.length() + SEPARATOR.length() + words.length() <= LONGEST_FEATURES) {
                told.append(SEPARATOR).append(words);
            }
        }
        return told.toString();
    }
}
