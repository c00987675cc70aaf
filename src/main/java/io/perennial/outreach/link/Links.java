package io.perennial.outreach.link;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

import io.perennial.outreach.template.Medium;
import io.perennial.outreach.template.Placeholder;
import io.perennial.tenant.TenantDatabase;

/** Makes the links in messages, and forgets them. */
@ApplicationScoped
public class Links {

    /** How long a link to unsubscribe is good for at least: the law of some countries asks for 30 days. */
    public static final Duration UNSUBSCRIBE_AT_LEAST = Duration.ofDays(60);

    /** How long it is known of an expired link what it was. */
    private static final Duration KEPT = Duration.ofDays(30);

    private static final Logger LOG = Logger.getLogger(Links.class);

    /** What a text message leaves of the room for a link. */
    private static final int LONGEST_PUBLIC_URL =
            Placeholder.CTA_URL.longest(Medium.SMS) - "/r/".length() - LinkTokens.LENGTH;

    private final LinkTokens tokens;
    private final String publicUrl;
    private final TenantDatabase database;
    private final Clock clock;

    Links(LinkTokens tokens, LinkConfig config, TenantDatabase database, Clock clock) {
        this.tokens = tokens;
        this.publicUrl = config.publicUrl().replaceFirst("/+$", "");
        this.database = database;
        this.clock = clock;
        if (publicUrl.length() > LONGEST_PUBLIC_URL) {
            LOG.warnf(
                    "Text messages with links cannot be written: perennial.outreach.public-url has more than %d characters",
                    LONGEST_PUBLIC_URL);
        }
    }

    /**
     * Makes links, every time other ones. They are good for something once the transaction has committed.
     *
     * @return in the order of what was asked for
     */
    public Uni<List<Link>> make(SqlConnection transaction, NewLink... links) {
        if (links.length == 0) {
            return Uni.createFrom().item(List.of());
        }
        var now = clock.instant();
        var ids = Arrays.stream(links).map(link -> tokens.newId()).toList();
        return transaction
                .preparedQuery("""
                        insert into outreach_links (organization_id, customer_id, link_id, kind, message_id, path, created_at,
                            expires_at)
                        select organization_id, customer_id, link_id, kind, message_id, path, $7, expires_at
                        from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::text[], $5::uuid[], $6::text[],
                            $8::timestamptz[]) as link (organization_id, customer_id, link_id, kind, message_id, path,
                            expires_at)""")
                .execute(Tuple.tuple()
                        .addArrayOfUUID(all(links, NewLink::organization, UUID[]::new))
                        .addArrayOfUUID(all(links, NewLink::customer, UUID[]::new))
                        .addValue(ids.stream().map(Buffer::buffer).toArray(Buffer[]::new))
                        .addArrayOfString(all(links, link -> link.kind().value(), String[]::new))
                        .addArrayOfUUID(all(links, NewLink::message, UUID[]::new))
                        .addArrayOfString(all(links, NewLink::path, String[]::new))
                        .addOffsetDateTime(now.atOffset(ZoneOffset.UTC))
                        .addArrayOfOffsetDateTime(all(links, link -> end(link, now), OffsetDateTime[]::new)))
                .map(inserted -> IntStream.range(0, links.length)
                        .mapToObj(i -> link(links[i].kind(), ids.get(i)))
                        .toList());
    }

    private static <T> T[] all(NewLink[] links, Function<NewLink, T> part, IntFunction<T[]> array) {
        return Arrays.stream(links).map(part).toArray(array);
    }

    private static OffsetDateTime end(NewLink link, Instant now) {
        var least = now.plus(UNSUBSCRIBE_AT_LEAST);
        var end = link.kind() == LinkKind.UNSUBSCRIBE && link.expiresAt().isBefore(least) ? least : link.expiresAt();
        return end.atOffset(ZoneOffset.UTC);
    }

    private Link link(LinkKind kind, byte[] id) {
        var token = tokens.sign(kind, id);
        return new Link(kind, token, "%s/%s/%s".formatted(publicUrl, kind.folder(), token));
    }

    /** Forgets links that have been good for nothing for a while. */
    @Scheduled(every = "6h", delayed = "7m", identity = "forget-links")
    Uni<Void> forget() {
        return database.queryInstance(
                        "delete from outreach_links where expires_at < $1",
                        io.vertx.sqlclient.Tuple.of(clock.instant().minus(KEPT).atOffset(ZoneOffset.UTC)))
                .replaceWithVoid();
    }
}
