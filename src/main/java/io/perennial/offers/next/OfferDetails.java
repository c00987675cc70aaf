package io.perennial.offers.next;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.insight.lifecycle.Stage;
import io.perennial.offers.Offer;

/** What the catalog says of an offer. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record OfferDetails(
        @Schema(examples = "4") int offerId,
        @Schema(examples = "Loyalty discount") String name,

        @Schema(examples = "Ten percent off the next purchase or bill, as thanks for staying.")
        String description,

        @Schema(examples = "discount") String category,
        @Schema(examples = "retention") Stage lifecycleStage) {

    /**
     * Of an offer, or of one that is no longer there.
     *
     * @param offer null, or not active, when it is gone
     */
    static OfferDetails of(int id, Offer offer) {
        return offer == null || !offer.isActive()
                ? new OfferDetails(id, "Offer #" + id, "Offer details not available", null, null)
                : new OfferDetails(id, offer.name(), offer.description(), offer.category(), offer.lifecycleStage());
    }
}
