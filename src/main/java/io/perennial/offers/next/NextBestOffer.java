package io.perennial.offers.next;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Which offer a customer should be made, and why. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record NextBestOffer(
        UUID customerId,

        @Schema(
                description =
                        "Absent for customers of the hold-out group and where no offer is eligible or worth what it costs",
                examples = "4")
        Integer recommendedOffer,

        OfferDetails offerDetails,

        @Schema(description = "Of every eligible offer, the one with the highest expected value first")
        List<OfferScore> offerScores,

        @Schema(
                description = "Share of the members of the model who take this offer for the best, 0..1",
                examples = "0.84")
        Double confidence,

        @Schema(
                examples =
                        "Loyalty discount: 31.2 % likely to be accepted, worth 420.50 if it is, at a cost of 10.00; the"
                                + " highest expected value of 5 eligible offers")
        String explanation,

        @Schema(description = "To tell what came of it; absent for a simulation")
        UUID decisionId,

        @Schema(examples = "nbo-3") String modelVersion,

        @Schema(description = "Whether the customer is of the group that gets no offers")
        boolean heldOut,

        @Schema(description = "Whether it was chosen to learn from and not as the best")
        boolean explored,

        @Schema(description = "What it is worth to keep the customer; absent when not known", examples = "420.50")
        BigDecimal customerValue,

        @Schema(description = "What moved the probability of this offer, most first; when asked for")
        List<Contribution> contributions) {

    /** What an offer promises. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OfferScore(
            @Schema(examples = "4") int offerId,
            @Schema(examples = "Loyalty discount") String name,

            @Schema(description = "Probability that it is accepted", examples = "0.312")
            double score,

            @Schema(description = "Score × what keeping the customer is worth − cost", examples = "121.20")
            BigDecimal expectedValue,

            @Schema(description = "Probability with which it was going to be chosen", examples = "0.93")
            Double propensity) {}

    /**
     * What a feature adds to the log-odds of the acceptance.
     *
     * @param value null when missing
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Contribution(
            @Schema(examples = "recency_days") String feature,
            @Schema(examples = "48.0") Double value,
            @Schema(examples = "0.81") double contribution) {}

    NextBestOffer withContributions(List<Contribution> why) {
        return new NextBestOffer(
                customerId,
                recommendedOffer,
                offerDetails,
                offerScores,
                confidence,
                explanation,
                decisionId,
                modelVersion,
                heldOut,
                explored,
                customerValue,
                why);
    }
}
