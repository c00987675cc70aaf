package io.perennial.offers.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import io.perennial.offers.NewOffer;
import io.perennial.offers.Offer;
import io.perennial.offers.sync.CatalogDifference.Known;

/** The merge of three: what the system said, what the catalog has, and what the system says now. */
class CatalogDifferenceTest {

    private static final String SYSTEM = "shop";

    private static Offer offer(int id, NewOffer offer) {
        return new Offer(
                id,
                offer.name(),
                offer.description(),
                offer.category(),
                offer.isActive(),
                offer.lifecycleStage(),
                offer.targetSegment(),
                offer.minCustomerValue(),
                offer.maxCustomerValue(),
                offer.cost(),
                offer.margin(),
                offer.monthlyBudget(),
                offer.redemptionLimit(),
                0,
                offer.consentNeeded(),
                offer.contactLimit(),
                offer.industries(),
                offer.externalOfferId(),
                offer.externalSystem(),
                null,
                1,
                Instant.EPOCH,
                Instant.EPOCH);
    }

    private static Offer offer(int id, String name, BigDecimal cost, boolean active) {
        var fields = new HashMap<String, Object>();
        fields.put("name", name);
        fields.put("description", "A description.");
        fields.put("category", "other");
        fields.put("is_active", active);
        fields.put("cost", cost);
        fields.put("margin", new BigDecimal("0.00"));
        fields.put("consent_needed", false);
        fields.put("external_offer_id", "X" + id);
        fields.put("external_system", SYSTEM);
        return offer(id, NewOffer.of(id, fields));
    }

    private static Map<String, Object> values(String name, BigDecimal cost, boolean active) {
        return Map.of("name", name, "cost", cost, "is_active", active);
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.of("One", "Two", "Three");
    }

    @Provide
    Arbitrary<BigDecimal> costs() {
        return Arbitraries.of(new BigDecimal("1.00"), new BigDecimal("2.50"), new BigDecimal("3.125"));
    }

    @Property
    void aFieldChangesOnlyWhereItWasNotEditedHere(
            @ForAll("names") String said,
            @ForAll("names") String ours,
            @ForAll("names") String theirs,
            @ForAll("costs") BigDecimal saidCost,
            @ForAll("costs") BigDecimal ourCost,
            @ForAll("costs") BigDecimal theirCost) {
        var known = new Known(offer(8, ours, ourCost, true), values(said, saidCost, true));
        var foreign = new ForeignOffer(1, "X8", values(theirs, theirCost, true));

        var difference = CatalogDifference.of(SYSTEM, List.of(known), List.of(foreign), 9);

        var merged = difference.writes().isEmpty()
                ? known.offer()
                : offer(8, difference.writes().get(0).offer());
        assertThat(merged.name()).isEqualTo(ours.equals(said) ? theirs : ours);
        assertThat(merged.cost()).isEqualTo(ourCost.equals(saidCost) ? theirCost : ourCost);
        var conflicts = new ArrayList<String>();
        if (!ours.equals(said) && !ours.equals(theirs)) {
            conflicts.add("name");
        }
        if (!ourCost.equals(saidCost) && !ourCost.equals(theirCost)) {
            conflicts.add("cost");
        }
        assertThat(difference.report(true).conflicts())
                .extracting(SyncReport.Conflict::field)
                .containsExactlyInAnyOrderElementsOf(conflicts);
    }

    @Property
    void whatWasTakenOverDiffersNoMore(
            @ForAll("names") String said,
            @ForAll("names") String ours,
            @ForAll("names") String theirs,
            @ForAll boolean wasActive,
            @ForAll boolean isActive,
            @ForAll boolean isThere) {
        var cost = new BigDecimal("1.00");
        var known = new Known(offer(8, ours, cost, isActive), values(said, cost, wasActive));
        var foreign = isThere
                ? List.of(
                        new ForeignOffer(1, "X8", values(theirs, cost, true)),
                        new ForeignOffer(2, "X9", values(theirs, cost, true)))
                : List.<ForeignOffer>of();
        var first = CatalogDifference.of(SYSTEM, List.of(known), foreign, 9);

        var after = new HashMap<Integer, Offer>(Map.of(8, known.offer()));
        first.writes()
                .forEach(write ->
                        after.put(write.offer().offerId(), offer(write.offer().offerId(), write.offer())));
        var remembered = new HashMap<Integer, Map<String, Object>>(Map.of(8, known.synced()));
        first.said().forEach(one -> remembered.put(one.offerId(), one.values()));
        var second = CatalogDifference.of(
                SYSTEM,
                after.values().stream()
                        .map(offer -> new Known(offer, remembered.get(offer.offerId())))
                        .toList(),
                foreign,
                10);

        assertThat(second.writes()).isEmpty();
        assertThat(second.report(true).conflicts()).isEqualTo(first.report(true).conflicts());
        assertThat(second.report(true).unchanged()).isEqualTo(after.size());
    }
}
