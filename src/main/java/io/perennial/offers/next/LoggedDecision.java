package io.perennial.offers.next;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.offers.next.NextBestOffer.Contribution;

/** A decision as it was logged, and what came of it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LoggedDecision(
        UUID decisionId,
        UUID customerId,
        Instant decidedAt,

        @Schema(description = "The run that has decided for everybody")
        UUID runId,

        @Schema(examples = "nbo-3") String modelVersion,

        @Schema(description = "Absent when nothing was offered", examples = "4")
        Integer recommendedOffer,

        OfferDetails offerDetails,
        boolean heldOut,
        boolean explored,

        @Schema(description = "Probability that it is accepted, as it seemed then", examples = "0.312")
        Double score,

        @Schema(description = "Probability with which it was going to be chosen", examples = "0.93")
        Double propensity,

        @Schema(
                examples = "accepted",
                enumeration = {"pending", "shown", "accepted", "declined", "ignored"})
        String outcome,

        Instant shownAt,
        Instant answeredAt,

        @Schema(description = "What moved the probability, most first; of decisions by a model")
        List<Contribution> contributions) {

    static final String COLUMNS = """
            decision_id, customer_id, decided_at, run_id, policy_version, offer_id, held_out, explored, propensity, outcome,
            shown_at, answered_at, probabilities[array_position(eligible, offer_id)] as score, features, feature_schema""";

    static LoggedDecision of(Row row) {
        return new LoggedDecision(
                row.getUUID("decision_id"),
                row.getUUID("customer_id"),
                instant(row, "decided_at"),
                row.getUUID("run_id"),
                row.getString("policy_version"),
                row.getInteger("offer_id"),
                null,
                row.getBoolean("held_out"),
                row.getBoolean("explored"),
                row.getFloat("score") == null ? null : row.getFloat("score").doubleValue(),
                row.getDouble("propensity"),
                row.getString("outcome"),
                instant(row, "shown_at"),
                instant(row, "answered_at"),
                null);
    }

    LoggedDecision with(OfferDetails details, List<Contribution> why) {
        return new LoggedDecision(
                decisionId,
                customerId,
                decidedAt,
                runId,
                modelVersion,
                recommendedOffer,
                details,
                heldOut,
                explored,
                score,
                propensity,
                outcome,
                shownAt,
                answeredAt,
                why);
    }

    private static Instant instant(Row row, String column) {
        var at = row.get(OffsetDateTime.class, column);
        return at == null ? null : at.toInstant();
    }
}
