package io.perennial.offers.next;

import jakarta.enterprise.context.ApplicationScoped;

import io.perennial.models.LearnedKind;
import io.perennial.models.learn.Objective;

/** What is learned of offers. It is about customers and offers together, so it is trained and asked in its own way. */
@ApplicationScoped
class OfferAcceptanceKind implements LearnedKind {

    @Override
    public String name() {
        return AcceptanceModel.KIND;
    }

    @Override
    public String description() {
        return "Probability that the customer accepts an offer that they are made, for the next best offer";
    }

    @Override
    public Objective objective() {
        return Objective.BINARY;
    }

    @Override
    public String ownTraining() {
        return OfferTrainingRun.NAME;
    }
}
