package io.perennial.outreach.message;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;

import io.perennial.outreach.contact.OutreachSettings;
import io.perennial.outreach.contact.OutreachSettingsStore;
import io.perennial.outreach.link.Link;
import io.perennial.outreach.link.LinkKind;
import io.perennial.outreach.link.Links;
import io.perennial.outreach.link.NewLink;
import io.perennial.outreach.template.ChosenTemplate;
import io.perennial.outreach.template.Medium;
import io.perennial.outreach.template.Placeholder;
import io.perennial.outreach.template.Rendered;
import io.perennial.outreach.template.TemplateKey;
import io.perennial.outreach.template.Templates;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.CustomerId;

/**
 * Writes to customers: puts a message into the outbox in the transaction of the decision that causes it, so that either both are
 * there or neither. It is sent soon after the transaction has committed, or when its time has come.
 */
@ApplicationScoped
public class Messages {

    private final Templates templates;
    private final OutreachSettingsStore settings;
    private final Links links;
    private final Deliveries deliveries;
    private final Clock clock;

    Messages(Templates templates, OutreachSettingsStore settings, Links links, Deliveries deliveries, Clock clock) {
        this.templates = templates;
        this.settings = settings;
        this.links = links;
        this.deliveries = deliveries;
        this.clock = clock;
    }

    /** The id of a message, which follows from what whoever writes it calls it. */
    public static UUID idOf(UUID organization, String idempotencyKey) {
        return CustomerId.derive(organization, "message " + idempotencyKey);
    }

    /**
     * Writes a message. Which variant of the template it gets is drawn by its id, so it is the same however often it is written.
     *
     * @param transaction of the organization
     * @return the id of the message, now or before; fails with {@link ProblemType#UNKNOWN_ORGANIZATION}, {@link
     *     ProblemType#UNKNOWN_TEMPLATE} or {@link ProblemType#TEMPLATE_NOT_RENDERED}, for a customer who is not there with
     *     {@link ProblemType#UNKNOWN_CUSTOMER}
     */
    public Uni<UUID> write(SqlConnection transaction, Message message) {
        var id = idOf(message.organization(), message.idempotencyKey());
        return isWritten(transaction, message, id)
                .chain(isWritten -> isWritten
                        ? Uni.createFrom().item(id)
                        : render(transaction, message, id)
                                .chain(written -> insert(transaction, message, id, written))
                                .replaceWith(id));
    }

    /**
     * Which template a message is written in, with the variant that it gets.
     *
     * @param idempotencyKey what whoever writes the message calls it
     * @return fails with {@link ProblemType#UNKNOWN_ORGANIZATION} or {@link ProblemType#UNKNOWN_TEMPLATE}
     */
    public Uni<ChosenTemplate> template(
            SqlConnection transaction, UUID organization, TemplateKey template, String idempotencyKey) {
        return templates.choose(
                transaction,
                organization,
                template,
                idOf(organization, idempotencyKey).getLeastSignificantBits());
    }

    private static Uni<Boolean> isWritten(SqlConnection transaction, Message message, UUID id) {
        return transaction
                .preparedQuery("""
                        select exists (
                            select from outreach_messages
                            where organization_id = $1 and customer_id = $2 and message_id = $3) as is_written
                        from customers
                        where organization_id = $1 and customer_id = $2""")
                .execute(Tuple.of(message.organization(), message.customer(), id))
                .map(rows -> {
                    for (var row : rows) {
                        return row.getBoolean("is_written");
                    }
                    throw ProblemType.UNKNOWN_CUSTOMER.problem("No customer %s", message.customer());
                });
    }

    /** What stands in the outbox. */
    private record Written(Rendered rendered, String html, String unsubscribeUrl) {}

    private Uni<Written> render(SqlConnection transaction, Message message, UUID id) {
        return Uni.combine()
                .all()
                .unis(
                        template(transaction, message.organization(), message.template(), message.idempotencyKey()),
                        settings.of(transaction, message.organization()))
                .asTuple()
                .chain(found -> render(transaction, message, id, found.getItem1(), found.getItem2()));
    }

    private Uni<Written> render(
            SqlConnection transaction, Message message, UUID id, ChosenTemplate template, OutreachSettings rules) {
        return links.make(transaction, newLinks(message, id, template, rules).toArray(NewLink[]::new))
                .map(made -> written(message, template, made));
    }

    private List<NewLink> newLinks(Message message, UUID id, ChosenTemplate template, OutreachSettings rules) {
        var wanted = new ArrayList<NewLink>();
        wanted.add(newLink(message, id, LinkKind.ACTION, template.ctaPath()));
        if (message.template().channel() == Medium.EMAIL) {
            wanted.add(newLink(message, id, LinkKind.UNSUBSCRIBE, null));
            if (rules.trackOpens()) {
                wanted.add(newLink(message, id, LinkKind.PIXEL, null));
            }
        }
        return wanted;
    }

    private NewLink newLink(Message message, UUID id, LinkKind kind, String path) {
        var from = message.notBefore().isAfter(clock.instant()) ? message.notBefore() : clock.instant();
        return new NewLink(
                message.organization(), message.customer(), id, kind, path, from.plus(message.linksValidFor()));
    }

    private static Written written(Message message, ChosenTemplate template, List<Link> links) {
        var values = new HashMap<>(message.values());
        values.put(Placeholder.CTA_URL.label(), url(links, LinkKind.ACTION));
        var unsubscribeUrl = url(links, LinkKind.UNSUBSCRIBE);
        if (unsubscribeUrl != null) {
            values.put(Placeholder.UNSUBSCRIBE_URL.label(), unsubscribeUrl);
        }
        var rendered = template.render(values);
        return new Written(rendered, withPixel(rendered.html(), url(links, LinkKind.PIXEL)), unsubscribeUrl);
    }

    private static String url(List<Link> links, LinkKind kind) {
        return links.stream()
                .filter(link -> link.kind() == kind)
                .map(Link::url)
                .findFirst()
                .orElse(null);
    }

    /** At the end, where it moves nothing. */
    private static String withPixel(String html, String url) {
        if (html == null || url == null) {
            return html;
        }
        var pixel = "<img src=\"%s\" width=\"1\" height=\"1\" alt=\"\">".formatted(url);
        var end = html.lastIndexOf("</body>");
        return end < 0 ? html + pixel : html.substring(0, end) + pixel + html.substring(end);
    }

    private Uni<Void> insert(SqlConnection transaction, Message message, UUID id, Written written) {
        var now = clock.instant().atOffset(ZoneOffset.UTC);
        var due = message.notBefore().atOffset(ZoneOffset.UTC);
        return transaction
                .preparedQuery("""
                        insert into outreach_messages (organization_id, customer_id, message_id, channel, status, priority,
                            thread_id, place, subject, text, html, unsubscribe_url, template, variant, revision, created_at,
                            due_at)
                        values ($1, $2, $3, $4, 'pending', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
                        on conflict do nothing""")
                .execute(Tuple.from(Arrays.asList(
                        message.organization(),
                        message.customer(),
                        id,
                        message.template().channel().value(),
                        (short) message.priority(),
                        message.thread(),
                        message.place(),
                        written.rendered().subject(),
                        written.rendered().text(),
                        written.html(),
                        written.unsubscribeUrl(),
                        written.rendered().template(),
                        written.rendered().variant(),
                        written.rendered().revision(),
                        now,
                        due.isBefore(now) ? now : due)))
                .replaceWithVoid();
    }

    /**
     * Takes back what was not sent yet of a thread. One that a channel is taking at this moment cannot be taken back: it becomes
     * sent after all if the channel takes it, and is not tried again if it does not.
     *
     * @return how many
     */
    public Uni<Integer> cancel(
            SqlConnection transaction, UUID organization, UUID customer, UUID thread, String reason) {
        var now = clock.instant();
        return transaction
                .preparedQuery("""
                        update outreach_messages
                        set status = 'cancelled', reason = $4, closed_at = $5
                        where organization_id = $1 and customer_id = $2 and thread_id = $3 and status = 'pending'
                        returning message_id, place, channel""")
                .execute(Tuple.of(organization, customer, thread, reason, now.atOffset(ZoneOffset.UTC)))
                .chain(rows -> Multi.createFrom()
                        .iterable(rows)
                        .onItem()
                        .transformToUniAndConcatenate(row -> deliveries
                                .tell(
                                        transaction,
                                        new Delivery(
                                                organization,
                                                customer,
                                                row.getUUID("message_id"),
                                                thread,
                                                row.getInteger("place"),
                                                row.getString("channel"),
                                                Delivery.Kind.CANCELLED,
                                                reason,
                                                now))
                                .replaceWith(row))
                        .collect()
                        .asList())
                .map(List::size);
    }
}
