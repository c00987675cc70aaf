package io.perennial.models.serve;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Holds a worker until the test has arranged what it must find afterwards. */
final class Gate {

    private static final int SECONDS = 30;

    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    /** Stops here until the gate opens. */
    void pass() {
        reached.countDown();
        await(open);
    }

    /** Until somebody has come to the gate. */
    void awaitArrival() {
        await(reached);
    }

    void open() {
        open.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Nobody came");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
