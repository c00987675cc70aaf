package io.perennial.models;

/** The events by which a customer says goodbye. */
public final class Cancellations {

    /** Their types as SQL lists them. The index {@code events_cancellations} holds these and no others. */
    public static final String TYPES = "('subscription_cancelled', 'contract_cancelled', 'account_closed')";

    private Cancellations() {}
}
