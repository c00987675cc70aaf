package io.perennial.offers.next;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.perennial.models.ModelFeature;
import io.perennial.models.learn.FeatureSchema;
import io.perennial.models.learn.FeatureSchema.Feature;
import io.perennial.offers.Offer;

/** What a model sees of a customer and an offer: the features of the customer, and which offer it is, of what kind and cost. */
final class OfferSchema {

    /** The names of the features of a customer, in their order. */
    static final List<String> CUSTOMER =
            ModelFeature.ALL.stream().map(ModelFeature::name).toList();

    /** Tells stored features of other names or another order apart. */
    static final int CUSTOMER_HASH = CUSTOMER.hashCode();

    private static final String OFFER = "offer";
    private static final String COST = "offer_cost";
    private static final String MARGIN = "offer_margin";
    private static final String CATEGORY = "category: ";

    private final List<String> categories;
    private final Map<String, Integer> offers = new HashMap<>();
    private final FeatureSchema schema;

    private OfferSchema(List<String> offerIds, List<String> categories) {
        this.categories = categories;
        var features = new ArrayList<Feature>();
        CUSTOMER.forEach(name -> features.add(Feature.numeric(name)));
        features.add(new Feature(OFFER, List.copyOf(offerIds)));
        features.add(Feature.numeric(COST));
        features.add(Feature.numeric(MARGIN));
        categories.forEach(category -> features.add(Feature.numeric(CATEGORY + category)));
        this.schema = new FeatureSchema(features);
        for (var i = 0; i < offerIds.size(); i++) {
            offers.put(offerIds.get(i), i);
        }
    }

    /** Of a model that learns from decisions for these offers. */
    static OfferSchema of(List<Offer> offers) {
        return new OfferSchema(
                offers.stream().map(offer -> String.valueOf(offer.offerId())).toList(),
                offers.stream().map(Offer::category).distinct().sorted().toList());
    }

    /**
     * Of a model that has learned.
     *
     * @param names of its features
     * @param offers that it has learned from
     */
    static OfferSchema of(List<String> names, List<String> offers) {
        return new OfferSchema(
                offers,
                names.stream()
                        .filter(name -> name.startsWith(CATEGORY))
                        .map(name -> name.substring(CATEGORY.length()))
                        .toList());
    }

    /** As learners know it. */
    FeatureSchema features() {
        return schema;
    }

    /** The names of the features. */
    List<String> names() {
        return schema.features().stream().map(Feature::name).toList();
    }

    /** The ids of the offers. */
    List<String> offers() {
        return schema.features().get(CUSTOMER.size()).categories();
    }

    /** Whether anything was learned about an offer. */
    boolean knows(Offer offer) {
        return offers.containsKey(String.valueOf(offer.offerId()));
    }

    /**
     * Writes a row.
     *
     * @param customer the features of the customer; NaN where missing
     */
    void fill(float[] rows, int row, float[] customer, Offer offer) {
        var at = row * schema.size();
        System.arraycopy(customer, 0, rows, at, customer.length);
        at += customer.length;
        var index = offers.get(String.valueOf(offer.offerId()));
        rows[at++] = index == null ? Float.NaN : index;
        rows[at++] = offer.cost().floatValue();
        rows[at++] = offer.margin().floatValue();
        for (var category : categories) {
            rows[at++] = category.equals(offer.category()) ? 1 : 0;
        }
    }
}
