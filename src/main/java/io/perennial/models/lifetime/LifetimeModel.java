package io.perennial.models.lifetime;

import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * How often an organization's customers buy, with time in weeks, and how much they spend then. What it foretells leaves the
 * first purchase of a customer out, as both models do.
 */
public record LifetimeModel(BetaGeometric purchases, GammaGamma spend) {

    /** What predictions of this model say of themselves. */
    public static final String VERSION = "bgnbd-1";

    /** The kind of its predictions. */
    static final String KIND = "ltv";

    private static final String FITTED = "fitted";
    private static final String PURCHASES = "bg_nbd";
    private static final String SPEND = "gamma_gamma";

    /** The model that {@link #toJson} wrote into the result of {@link FitLifetimeStep}; empty when that says why there is none. */
    static Optional<LifetimeModel> of(JsonObject result) {
        if (result == null || !result.getBoolean(FITTED)) {
            return Optional.empty();
        }
        var purchases = result.getJsonObject(PURCHASES);
        var spend = result.getJsonObject(SPEND);
        return Optional.of(new LifetimeModel(
                new BetaGeometric(
                        purchases.getDouble("r"),
                        purchases.getDouble("alpha"),
                        purchases.getDouble("a"),
                        purchases.getDouble("b")),
                new GammaGamma(spend.getDouble("p"), spend.getDouble("q"), spend.getDouble("v"))));
    }

    /** The parameters as a result of a run shows them. */
    static JsonObject toJson(Fitted<BetaGeometric> purchases, Fitted<GammaGamma> spend) {
        return new JsonObject()
                .put(FITTED, true)
                .put(
                        PURCHASES,
                        new JsonObject()
                                .put("time_unit", "week")
                                .put("r", purchases.model().r())
                                .put("alpha", purchases.model().alpha())
                                .put("a", purchases.model().a())
                                .put("b", purchases.model().b())
                                .put("log_likelihood", purchases.logLikelihood()))
                .put(
                        SPEND,
                        new JsonObject()
                                .put("p", spend.model().p())
                                .put("q", spend.model().q())
                                .put("v", spend.model().v())
                                .put("log_likelihood", spend.logLikelihood()));
    }

    /** The result that there is no model, and why. */
    static JsonObject none(String reason) {
        return new JsonObject().put(FITTED, false).put("reason", reason);
    }
}
