package io.perennial.outreach.message;

import jakarta.inject.Singleton;
import java.time.Duration;

/** Has the service of the tests send what is due, for it does not by itself. */
@Singleton
public class OutboxDriver {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Outbox outbox;

    OutboxDriver(Outbox outbox) {
        this.outbox = outbox;
    }

    /** Sends what is due by the clock of the service, and yields how many messages were tried or closed. */
    public int send() {
        return outbox.sendDue().await().atMost(PATIENCE);
    }
}
