package io.perennial.offers.next;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;

/** How offers are chosen, learned from and judged. */
@ConfigMapping(prefix = "perennial.offers.policy")
interface OfferPolicyConfig {

    /** Share of the decisions of a model, 0..1, that one of its members takes, drawn at random, instead of all together. */
    @WithDefault("0.1")
    double exploration();

    /** The same where no model has been trained: 1 is Thompson sampling of every decision. */
    @WithDefault("1")
    @WithName("cold-start-exploration")
    double coldStartExploration();

    /**
     * Share of these decisions, 0..1, in which every eligible offer is as likely as any other. An offer that no member takes
     * for the best would otherwise never be made, and nothing could be told of policies that would make it.
     */
    @WithDefault("0.2")
    @WithName("even-share")
    double evenShare();

    /** Share of the customers, 0..1, who get no offers, so that it can be measured what offers do. */
    @WithDefault("0.05")
    @WithName("hold-out")
    double holdOut();

    /** Time within which an offer is accepted or declined; after it, it was ignored. */
    @WithDefault("14D")
    @WithName("feedback-window")
    Duration feedbackWindow();

    /** Acceptances that an offer begins with. */
    @WithDefault("1")
    @WithName("prior-accepted")
    double priorAccepted();

    /** Offers that were not accepted that an offer begins with. */
    @WithDefault("9")
    @WithName("prior-not-accepted")
    double priorNotAccepted();

    /** How long popularity is remembered before it is counted again. */
    @WithDefault("30s")
    @WithName("popularity-remembered")
    Duration popularityRemembered();

    /** Decisions that popularity is counted over, the newest. */
    @WithDefault("20000")
    @WithName("popularity-decisions")
    int popularityDecisions();

    /** Decisions that a model is trained on at most, the newest. */
    @WithDefault("100000")
    @WithName("training-decisions")
    int trainingDecisions();

    /** Decisions that it takes at least to train a model. */
    @WithDefault("500")
    @WithName("training-minimum")
    int trainingMinimum();

    /** Acceptances, and as many offers that were not accepted, that it takes at least to train a model. */
    @WithDefault("40")
    @WithName("training-minimum-accepted")
    int trainingMinimumAccepted();

    /** Decisions that a policy is judged by at most, the newest. */
    @WithDefault("10000")
    @WithName("evaluation-decisions")
    int evaluationDecisions();

    /** Effective sample size below which nothing is concluded. */
    @WithDefault("100")
    @WithName("evaluation-minimum")
    double evaluationMinimum();

    /** Share of what a policy does, 0..1, that the log could not have shown, above which nothing is concluded. */
    @WithDefault("0.05")
    @WithName("evaluation-unsupported")
    double evaluationUnsupported();

    /**
     * By how much the acceptance rate of a new version may lie below that of the policy of the log, at the lower end of its
     * interval, for it still to be activated.
     */
    @WithDefault("0.02")
    @WithName("activation-margin")
    double activationMargin();

    /** What chance in training begins with. */
    @WithDefault("17")
    long seed();
}
