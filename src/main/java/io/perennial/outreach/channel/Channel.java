package io.perennial.outreach.channel;

import io.smallrye.mutiny.Uni;
import java.time.Duration;

import io.perennial.outreach.template.Medium;

/** A way to customers. Every bean of this type is used for the messages of its medium. */
public interface Channel {

    /** The messages that go this way. */
    Medium medium();

    /** Whether the service was told all that the channel needs. Nothing is sent through one that is not. */
    boolean isConfigured();

    /** How long sending one message may take; whoever sends waits no longer. */
    Duration timeLimit();

    /**
     * Sends a message once, and yields when the channel has taken it.
     *
     * @return fails with {@link ChannelFailure}; any other failure may pass
     */
    Uni<Receipt> send(Outgoing message);
}
