package io.perennial.offers.next;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Function;

import io.perennial.offers.Offer;
import io.perennial.offers.next.NextBestOffer.OfferScore;
import io.perennial.platform.Amounts;

/**
 * A choice, and everything that it takes to learn from it and to judge other policies by it.
 *
 * @param run that has decided for everybody; null when one customer was asked for
 * @param version of what has chosen
 * @param offers that could be chosen
 * @param acceptance of these; null when there was nothing to choose from
 * @param choice among these; null when there was nothing to choose from
 */
record Decision(
        UUID id,
        CustomerContext customer,
        Instant decidedAt,
        UUID run,
        String version,
        boolean heldOut,
        List<Offer> offers,
        Acceptance acceptance,
        Exploration.Choice choice) {

    private static final int SCALE = 4;

    /** The offer that was chosen, or null. */
    Offer offer() {
        return choice == null || choice.isNothing() ? null : offers.get(choice.offer());
    }

    /** As it is logged. */
    JsonObject toJson() {
        var json = new JsonObject()
                .put("customer_id", customer.customer().toString())
                .put("decision_id", id.toString())
                .put("decided_at", decidedAt.toString())
                .put("run_id", run == null ? null : run.toString())
                .put("policy", version.startsWith(AcceptanceModel.KIND) ? AcceptanceModel.KIND : "popularity")
                .put("policy_version", version)
                .put("held_out", heldOut)
                .put("explored", choice != null && choice.explored())
                .put("eligible", new JsonArray(choice == null ? List.of() : ids()))
                .put("probabilities", array(choice == null ? new double[0] : acceptance.together()))
                .put("propensities", array(choice == null ? new double[0] : choice.propensities()))
                .put("costs", amounts(Offer::cost))
                .put("margins", amounts(Offer::margin))
                .put("features", features());
        if (offer() != null) {
            json.put("offer_id", offer().offerId())
                    .put("propensity", Math.min(1, choice.propensities()[choice.offer()]))
                    .put(
                            "value",
                            customer.value() == null
                                    ? null
                                    : amount(customer.value()).toPlainString())
                    .put("cost", offer().cost().toPlainString());
        }
        return json;
    }

    private List<Integer> ids() {
        return offers.stream().map(Offer::offerId).toList();
    }

    /** Of the offers that could be chosen, as the catalog has them now. */
    private JsonArray amounts(Function<Offer, BigDecimal> amount) {
        var array = new JsonArray();
        if (choice != null) {
            offers.forEach(offer -> array.add(amount.apply(offer).toPlainString()));
        }
        return array;
    }

    private static JsonArray array(double[] values) {
        var array = new JsonArray();
        for (var value : values) {
            array.add(value);
        }
        return array;
    }

    private JsonArray features() {
        var array = new JsonArray();
        for (var value : customer.features()) {
            if (Float.isNaN(value) || Float.isInfinite(value)) {
                array.addNull();
            } else {
                array.add(value);
            }
        }
        return array;
    }

    /**
     * As it is told.
     *
     * @param logged whether it can be referred to
     */
    NextBestOffer toAnswer(boolean logged) {
        var offer = offer();
        return new NextBestOffer(
                customer.customer(),
                offer == null ? null : offer.offerId(),
                offer == null ? null : OfferDetails.of(offer.offerId(), offer),
                choice == null ? List.of() : scores(),
                offer == null ? null : choice.agreement(),
                explanation(),
                logged ? id : null,
                version,
                heldOut,
                choice != null && choice.explored(),
                customer.value() == null ? null : Amounts.plain(amount(customer.value())),
                null);
    }

    private List<OfferScore> scores() {
        var scores = new ArrayList<OfferScore>();
        var worth = acceptance.worth(offers, customer.value());
        for (var i = 0; i < worth.length; i++) {
            scores.add(new OfferScore(
                    offers.get(i).offerId(),
                    offers.get(i).name(),
                    acceptance.together()[i],
                    Amounts.plain(amount(worth[i])),
                    choice.propensities()[i]));
        }
        scores.sort(Comparator.comparing(OfferScore::expectedValue).reversed());
        return scores;
    }

    private String explanation() {
        if (heldOut) {
            return "The customer is of the hold-out group, which gets no offers so that their effect can be measured";
        }
        if (choice == null) {
            return "No offer is eligible";
        }
        var worth = acceptance.worth(offers, customer.value());
        if (choice.isNothing()) {
            var best = Exploration.best(worth);
            return "No offer is expected to bring what it costs; the best would bring %s: %s"
                    .formatted(shown(worth[best]), told(best));
        }
        return told(choice.offer()) + "; " + reason(worth);
    }

    /** What is expected of an offer. */
    private String told(int index) {
        var offer = offers.get(index);
        return String.format(
                Locale.ROOT,
                "%s: %.1f %% likely to be accepted, worth %s if it is, at a cost of %s",
                offer.name(),
                100 * acceptance.together()[index],
                shown(Acceptance.value(offer, customer.value())),
                offer.cost().toPlainString());
    }

    private String reason(double[] worth) {
        if (worth[choice.offer()] < 0) {
            return "it is expected to bring %s, and chosen to learn whether it is better than it seems"
                    .formatted(shown(worth[choice.offer()]));
        }
        if (choice.offer() != Exploration.best(worth)) {
            return "chosen to learn whether it is better than it seems";
        }
        return offers.size() == 1
                ? "the only eligible offer"
                : "the highest expected value of %d eligible offers".formatted(offers.size());
    }

    private static String shown(double amount) {
        return BigDecimal.valueOf(amount).setScale(2, RoundingMode.HALF_UP).toPlainString();
    }

    private static BigDecimal amount(double amount) {
        return BigDecimal.valueOf(amount).setScale(SCALE, RoundingMode.HALF_UP);
    }
}
