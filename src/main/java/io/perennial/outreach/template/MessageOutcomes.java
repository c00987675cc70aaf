package io.perennial.outreach.template;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.tenant.TenantDatabase;

/** What came of the messages that were made of templates, counted once for each message. */
@ApplicationScoped
public class MessageOutcomes {

    private final TenantDatabase database;

    MessageOutcomes(TenantDatabase database) {
        this.database = database;
    }

    /**
     * What came of a variant.
     *
     * @param revision the version of the template since which it says what was sent
     */
    public record VariantOutcome(
            @Schema(examples = "short_subject") String variant,

            @Schema(description = "The version of the template since which it says what was sent", examples = "3")
            int revision,

            @Schema(examples = "412") long sent,
            @Schema(examples = "230") long opened,
            @Schema(examples = "97") long clicked,

            @Schema(description = "Whose customers stayed", examples = "61")
            long recovered,

            Share openRate,
            Share clickRate,
            Share recoveryRate) {}

    /** Notes that a message was sent; nothing when that is known. */
    public Uni<Void> sent(
            SqlConnection transaction, UUID organization, UUID customer, UUID message, Rendered rendered, Instant at) {
        return sent(
                transaction,
                organization,
                customer,
                message,
                rendered.template(),
                rendered.variant(),
                rendered.revision(),
                at);
    }

    /** The same, for who kept the names. */
    public Uni<Void> sent(
            SqlConnection transaction,
            UUID organization,
            UUID customer,
            UUID message,
            String template,
            String variant,
            int revision,
            Instant at) {
        return transaction
                .preparedQuery("""
                        insert into message_outcomes (organization_id, customer_id, message_id, template, variant, revision,
                            sent_at)
                        values ($1, $2, $3, $4, $5, $6, $7)
                        on conflict do nothing""")
                .execute(Tuple.from(Arrays.asList(
                        organization, customer, message, template, variant, revision, at.atOffset(ZoneOffset.UTC))))
                .replaceWithVoid();
    }

    /** Notes that a message was opened, which counts the first time; nothing when it was not sent. */
    public Uni<Void> opened(SqlConnection transaction, UUID organization, UUID customer, UUID message, Instant at) {
        return note(transaction, "opened_at = coalesce(opened_at, $4)", organization, customer, message, at);
    }

    /** Notes that its link was followed, which counts the first time, and as opening it. */
    public Uni<Void> clicked(SqlConnection transaction, UUID organization, UUID customer, UUID message, Instant at) {
        return note(
                transaction,
                "opened_at = coalesce(opened_at, $4), clicked_at = coalesce(clicked_at, $4)",
                organization,
                customer,
                message,
                at);
    }

    /** Notes that the customer stayed and that the message is to have the credit for it. */
    public Uni<Void> recovered(SqlConnection transaction, UUID organization, UUID customer, UUID message, Instant at) {
        return note(transaction, "recovered_at = coalesce(recovered_at, $4)", organization, customer, message, at);
    }

    private static Uni<Void> note(
            SqlConnection transaction, String set, UUID organization, UUID customer, UUID message, Instant at) {
        return transaction
                .preparedQuery("update message_outcomes set " + set
                        + " where organization_id = $1 and customer_id = $2 and message_id = $3")
                .execute(Tuple.of(organization, customer, message, at.atOffset(ZoneOffset.UTC)))
                .replaceWithVoid();
    }

    /** What came of the variants of a template, the latest revisions first. */
    Uni<List<VariantOutcome>> of(UUID organization, TemplateKey key) {
        return database.query(organization, """
                        select variant, revision, count(*) as sent, count(opened_at) as opened, count(clicked_at) as clicked,
                            count(recovered_at) as recovered
                        from message_outcomes
                        where organization_id = $1 and template = $2
                        group by variant, revision
                        order by revision desc, variant""", io.vertx.sqlclient.Tuple.of(organization, key.name()))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(row -> outcome(
                                row.getString("variant"),
                                row.getInteger("revision"),
                                row.getLong("sent"),
                                row.getLong("opened"),
                                row.getLong("clicked"),
                                row.getLong("recovered")))
                        .toList());
    }

    private static VariantOutcome outcome(
            String variant, int revision, long sent, long opened, long clicked, long recovered) {
        return new VariantOutcome(
                variant,
                revision,
                sent,
                opened,
                clicked,
                recovered,
                Share.of(opened, sent),
                Share.of(clicked, sent),
                Share.of(recovered, sent));
    }
}
