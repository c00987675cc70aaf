package io.perennial.recovery.dunning;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.perennial.outreach.contact.OutreachSettingsStore;
import io.perennial.outreach.template.Medium;
import io.perennial.outreach.template.MessageStage;
import io.perennial.outreach.template.OfferLine;
import io.perennial.outreach.template.Placeholder;
import io.perennial.outreach.template.TemplateKey;
import io.perennial.outreach.template.Trigger;
import io.perennial.recovery.billing.BillingSegments;
import io.perennial.tenant.CustomerReference;

/** Decides in which words a customer is spoken to: those of their billing segment and language, about their own case. */
@ApplicationScoped
class Wording {

    private final BillingSegments segments;
    private final OutreachSettingsStore outreach;
    private final Clock clock;

    Wording(BillingSegments segments, OutreachSettingsStore outreach, Clock clock) {
        this.segments = segments;
        this.outreach = outreach;
        this.clock = clock;
    }

    /**
     * Who is spoken to.
     *
     * @param support an address or a number of the organization's support; null for none
     */
    record Addressee(KnownCustomer customer, BillingSegments.CustomerBillingSegment segment, String support) {

        /** The template for them. */
        TemplateKey template(Trigger trigger, MessageStage stage, Medium channel) {
            return new TemplateKey(
                    trigger, segment.segmentConfig().messagingTone(), stage, channel, customer.language());
        }
    }

    /**
     * Finds out who is spoken to, as of now.
     *
     * @param failure the payment that it is about; null for none
     * @param subscription that it is about; null for that of the failure, or the latest
     * @return fails when there is no such customer
     */
    Uni<Addressee> addressee(
            SqlConnection connection, UUID organization, UUID customer, UUID failure, String subscription) {
        var reference = new CustomerReference(organization, customer.toString(), new UUID[] {customer});
        return segments.of(connection, reference)
                .chain(segment -> KnownCustomer.of(connection, organization, customer, failure, subscription)
                        .chain(known -> outreach.of(connection, organization)
                                .map(settings -> new Addressee(known, segment, settings.supportContact()))));
    }

    /** What the placeholders stand for, but for the links. */
    Map<String, Object> values(Addressee addressee, Trigger trigger, List<OfferLine> offers) {
        var values =
                MessageValues.of(addressee.customer(), addressee.segment().customerMetrics(), offers, clock.instant());
        if (addressee.support() != null) {
            values.put(Placeholder.SUPPORT_CONTACT.label(), addressee.support());
        }
        if (trigger != Trigger.PAYMENT_FAILED) {
            values.remove(Placeholder.AMOUNT.label());
            values.remove(Placeholder.DUE_DATE.label());
            values.remove(Placeholder.RETRY_DATE.label());
            values.remove(Placeholder.ATTEMPT_COUNT.label());
        }
        return values;
    }
}
