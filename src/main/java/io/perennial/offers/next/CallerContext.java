package io.perennial.offers.next;

import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Vertx;
import java.util.concurrent.Executor;

/** Where a caller is, for answers that come from elsewhere to go on there. */
final class CallerContext {

    private CallerContext() {}

    /** Runs on the Vert.x context that this is called on, if there is one, and on the default executor otherwise. */
    static Executor executor() {
        var context = Vertx.currentContext();
        return context == null
                ? Infrastructure.getDefaultExecutor()
                : command -> context.runOnContext(none -> command.run());
    }
}
