package io.perennial.bench;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.UUID;

/**
 * The least that takes webhooks in: one prepared statement, which puts down what came. It checks no signature, and nothing
 * follows from the event.
 */
record BareWebhooks(UUID organization) implements BareServer.Answer {

    private static final String WRITE = """
            insert into webhook_events (organization_id, id, source, event_id, event_type, status, received_at)
            values ($1, $2, 'perennial', $3, $4, 'ignored', $5)""";

    @Override
    public Future<Buffer> to(HttpServerRequest request, Pool pool) {
        return request.body()
                .map(Buffer::toJsonObject)
                .compose(event -> pool.preparedQuery(WRITE)
                        .execute(Tuple.of(
                                organization,
                                UUID.randomUUID(),
                                event.getString("id"),
                                event.getString("type"),
                                OffsetDateTime.now()))
                        .map(written -> new JsonObject()
                                .put("event_id", event.getString("id"))
                                .toBuffer()));
    }
}
