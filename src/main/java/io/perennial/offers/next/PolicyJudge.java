package io.perennial.offers.next;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

import io.perennial.offers.Offer;
import io.perennial.offers.policy.Candidate;
import io.perennial.offers.policy.DecisionLog;
import io.perennial.offers.policy.PolicyValue;
import io.perennial.offers.policy.RewardModel;

/** Judges policies by what came of past decisions. */
final class PolicyJudge {

    private final List<PastDecision> decisions;
    private final Map<Integer, Offer> offers;
    private final Reward reward;
    private final PolicyValue.Limits limits;
    private final List<Integer> arms;
    private final DecisionLog log;
    private final RewardModel rewards;
    private final RewardModel acceptance;

    /** What a decision has earned. */
    enum Reward {
        /** 1 when the offer was accepted, so that values are acceptance rates. */
        ACCEPTANCE,
        /** What keeping the customer is worth, when the offer was accepted, minus what it costs. */
        VALUE
    }

    /** What would have been done. */
    interface Policy {

        /**
         * The probability of each of the eligible offers.
         *
         * @param number of the decision
         */
        double[] probabilities(int number, PastDecision decision);
    }

    /**
     * By decisions.
     *
     * @param offers all that were eligible in one of them and still exist
     */
    PolicyJudge(List<PastDecision> decisions, Map<Integer, Offer> offers, Reward reward, PolicyValue.Limits limits) {
        this.decisions = decisions;
        this.offers = offers;
        this.reward = reward;
        this.limits = limits;
        this.arms = decisions.stream()
                .flatMap(decision -> decision.eligible().stream())
                .distinct()
                .sorted()
                .toList();
        var chosen = decisions.stream()
                .mapToInt(decision -> arms.indexOf(decision.offer()))
                .toArray();
        var earned = earned(decision -> reward == Reward.ACCEPTANCE ? accepted(decision) : value(decision));
        this.log = new DecisionLog(
                decisions.stream().mapToDouble(PastDecision::propensity).toArray(), earned);
        this.rewards = RewardModel.fit(chosen, earned, arms.size());
        this.acceptance = RewardModel.fit(chosen, earned(PolicyJudge::accepted), arms.size());
    }

    private double[] earned(ToDoubleFunction<PastDecision> reward) {
        return decisions.stream().mapToDouble(reward).toArray();
    }

    private static double accepted(PastDecision decision) {
        return decision.accepted() ? 1 : 0;
    }

    private double value(PastDecision decision) {
        return (decision.accepted() ? worthOfAcceptance(decision) : 0) - decision.cost();
    }

    private double worthOfAcceptance(PastDecision decision) {
        if (decision.value() != null) {
            return decision.value();
        }
        return offers.containsKey(decision.offer()) ? Acceptance.value(decision.offer(offers), null) : 0;
    }

    /** The policy of the log itself. */
    PolicyValue ofTheLog() {
        return PolicyValue.of("logging", log, Candidate.ofTheLog(log), limits);
    }

    /** Any policy. */
    PolicyValue of(String name, Policy policy) {
        var probabilities = new double[decisions.size()];
        var modelledRewards = new double[decisions.size()];
        var modelledValues = new double[decisions.size()];
        var unsupported = 0.0;
        for (var i = 0; i < probabilities.length; i++) {
            var decision = decisions.get(i);
            var would = policy.probabilities(i, decision);
            probabilities[i] = would[decision.chosen()];
            modelledRewards[i] = rewards.expected(i, arms.indexOf(decision.offer()));
            for (var j = 0; j < would.length; j++) {
                modelledValues[i] += would[j]
                        * rewards.expected(i, arms.indexOf(decision.eligible().get(j)));
                unsupported += decision.propensities()[j] > 0 ? 0 : would[j] / decisions.size();
            }
        }
        return PolicyValue.of(
                name, log, new Candidate(probabilities, modelledRewards, modelledValues, unsupported), limits);
    }

    /** Every eligible offer is as likely as any other. */
    PolicyValue random() {
        return of("random", (i, decision) -> {
            var would = new double[decision.eligible().size()];
            Arrays.fill(would, 1.0 / would.length);
            return would;
        });
    }

    /** Always the same offer. Where it is not eligible, what was done is done. */
    PolicyValue single(int offer) {
        return of("offer-" + offer, (i, decision) -> {
            var at = decision.eligible().indexOf(offer);
            return at < 0
                    ? decision.propensities()
                    : certain(at, decision.eligible().size());
        });
    }

    /**
     * Of all policies that always make the same offer, that which would have earned most; there is none when nothing can be
     * concluded of any. It is chosen by the decisions that it is judged by, which flatters it a little.
     */
    Optional<PolicyValue> bestSingle() {
        return arms.stream()
                .map(this::single)
                .filter(PolicyValue::conclusive)
                .max(Comparator.comparingDouble(value -> value.doublyRobust().value()));
    }

    /** The offer with the highest expected value when all customers are as likely to accept it, told from other decisions. */
    PolicyValue popularity() {
        return of(Popularity.VERSION, (i, decision) -> {
            var known = decision.offers(offers);
            var accepted = known.stream()
                    .mapToDouble(offer -> acceptance.expected(i, arms.indexOf(offer.offerId())))
                    .toArray();
            return probabilities(
                    decision,
                    known,
                    new Acceptance(Popularity.VERSION, accepted, new double[][] {accepted}),
                    Exploration.NONE);
        });
    }

    /** What a model would do, with its exploration, as it says how likely the eligible offers are accepted. */
    PolicyValue model(String name, List<Acceptance> acceptances, Exploration exploration) {
        return of(
                name,
                (i, decision) -> probabilities(decision, decision.offers(offers), acceptances.get(i), exploration));
    }

    /**
     * The probabilities of all that were eligible, of which some may be gone. Where value is what counts, nothing may be offered
     * and earns nothing. The log is of offers that were made, so its rate of acceptance is compared with that of offers that
     * would have been made in their place.
     */
    private double[] probabilities(
            PastDecision decision, List<Offer> known, Acceptance acceptance, Exploration exploration) {
        var probabilities = new double[decision.eligible().size()];
        if (!known.isEmpty()) {
            var together = acceptance.worth(known, decision.value());
            var byMember = acceptance.worthByMember(known, decision.value());
            var ofKnown = reward == Reward.VALUE
                    ? exploration.propensities(together, byMember)
                    : exploration.propensitiesOfOffers(together, byMember);
            for (var i = 0; i < ofKnown.length; i++) {
                probabilities[decision.eligible().indexOf(known.get(i).offerId())] = ofKnown[i];
            }
        }
        return probabilities;
    }

    /** What a model has to be asked for {@link #model}. */
    List<AcceptanceModel.Question> questions() {
        return decisions.stream()
                .map(decision -> new AcceptanceModel.Question(decision.features(), decision.offers(offers)))
                .toList();
    }

    private static double[] certain(int at, int count) {
        var certain = new double[count];
        certain[at] = 1;
        return certain;
    }
}
