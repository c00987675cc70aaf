package io.perennial.recovery.dunning;

import io.perennial.outreach.template.MessageStage;
import io.perennial.recovery.incentive.DunningStage;

/** Which offers go with which message: the four messages that follow no payment have those of the first, second, third and last. */
final class OfferStages {

    private OfferStages() {}

    static DunningStage of(MessageStage stage) {
        return switch (stage) {
            case DUNNING_1, IMMEDIATE_OFFER -> DunningStage.DUNNING_1;
            case DUNNING_2, VALUE_REMINDER -> DunningStage.DUNNING_2;
            case DUNNING_3, FEEDBACK_REQUEST -> DunningStage.DUNNING_3;
            case DUNNING_4 -> DunningStage.DUNNING_4;
            case DUNNING_5, FINAL_ATTEMPT -> DunningStage.DUNNING_5;
        };
    }
}
