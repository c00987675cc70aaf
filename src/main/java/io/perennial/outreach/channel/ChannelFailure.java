package io.perennial.outreach.channel;

import java.util.List;

/** A message that a channel has not taken, and whether it may later. What it says names nobody. */
public final class ChannelFailure extends RuntimeException {

    /** What is to become of the message. */
    public enum Kind {
        /** The channel takes none for the moment. */
        PASSING,
        /** It may be taken later; the channel takes others now. */
        DEFERRED,
        /** It is not taken, whenever it is tried, though others are. */
        LASTING,
        /** The customer has told the channel that they want no messages. */
        OPTED_OUT
    }

    private final Kind kind;
    private final transient List<String> unregistered;

    private ChannelFailure(Kind kind, String reason, List<String> unregistered) {
        super(reason, null, false, false);
        this.kind = kind;
        this.unregistered = List.copyOf(unregistered);
    }

    /** The channel takes none for the moment. */
    public static ChannelFailure passing(String reason, Object... arguments) {
        return new ChannelFailure(Kind.PASSING, reason.formatted(arguments), List.of());
    }

    static ChannelFailure deferred(String reason, Object... arguments) {
        return new ChannelFailure(Kind.DEFERRED, reason.formatted(arguments), List.of());
    }

    static ChannelFailure lasting(String reason, Object... arguments) {
        return new ChannelFailure(Kind.LASTING, reason.formatted(arguments), List.of());
    }

    static ChannelFailure optedOut() {
        return new ChannelFailure(Kind.OPTED_OUT, "opted_out", List.of());
    }

    /** The same, of devices some of which are no longer there. */
    ChannelFailure without(List<String> devices) {
        return new ChannelFailure(kind, getMessage(), devices);
    }

    /** What is to become of the message. */
    public Kind kind() {
        return kind;
    }

    /** Devices that are no longer there. */
    public List<String> unregistered() {
        return unregistered;
    }
}
