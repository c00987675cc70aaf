package io.perennial.outreach.contact;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

import io.perennial.outreach.template.Medium;

/** Decides whether a customer may be written to by a channel, from what is known at the very moment of asking. */
@ApplicationScoped
public class ContactPolicy {

    private static final String REFUSED = "refused";
    private static final String GRANTED = "granted";

    private static final String KNOWN = """
            with customer as (
                select email, phone, attributes ->> 'timezone' as timezone
                from customers
                where organization_id = $1 and customer_id = $2
            ), address as (
                select case $3 when 'email' then email when 'push' then null else phone end as address
                from customer
            )
            select o.timezone as organization_timezone,
                (select timezone from customer) as timezone,
                (select address from address) as address,
                exists (
                    select
                    from suppressed_addresses s
                    where s.organization_id = $1 and s.channel = $3
                        and s.address_hash = %s) as is_suppressed,
                (select status from contact_consents
                    where organization_id = $1 and customer_id = $2 and channel = 'all') as all_channels,
                (select status from contact_consents
                    where organization_id = $1 and customer_id = $2 and channel = $3) as this_channel,
                (select settings::text from outreach_settings where organization_id = $1) as settings,
                case when $3 = 'push' then (
                    select count(*)::integer from push_devices where organization_id = $1 and customer_id = $2)
                    else 0 end as registered,
                case when $3 = 'push' then array(
                    select d.token
                    from push_devices d
                    where d.organization_id = $1 and d.customer_id = $2
                        and not exists (
                            select
                            from suppressed_addresses s
                            where s.organization_id = $1 and s.channel = 'push' and s.address_hash = %s)
                    order by d.noted_at, d.token) else array[]::text[] end as devices,
                case when $3 = 'phone' then array[]::timestamptz[] else array(
                    select sent_at
                    from outreach_messages
                    where organization_id = $1 and customer_id = $2 and status = 'sent' and channel <> 'phone'
                        and sent_at > $4
                    order by sent_at desc
                    limit %d) end as sent
            from organizations o
            where o.id = $1""".formatted(
                    Addresses.hash("$3", "(select address from address)"),
                    Addresses.hash("'push'", "d.token"),
                    OutreachSettings.MOST_MESSAGES);

    private final OutreachSettingsStore settings;

    ContactPolicy(OutreachSettingsStore settings) {
        this.settings = settings;
    }

    /**
     * Decides about a message that would be sent now. Who may not be written to at all is refused before anybody is made to
     * wait. Two messages to one customer that are decided about at the same time do not know of each other.
     *
     * @param connection of the organization; takes one round trip
     * @param channel {@code email}, {@code sms}, {@code push} or {@code phone}; tasks for people are not counted as messages,
     *     and the rate limit does not hold for them
     */
    public Uni<Decision> decide(
            SqlConnection connection, UUID organization, UUID customer, String channel, Instant now) {
        var medium = Medium.of(channel);
        return connection
                .preparedQuery(KNOWN)
                .execute(Tuple.of(
                        organization,
                        customer,
                        channel,
                        now.minus(RateLimit.WEEK).atOffset(ZoneOffset.UTC)))
                .map(rows -> decision(medium, rows.iterator().next(), now));
    }

    private Decision decision(Medium channel, Row row, Instant now) {
        var rules = settings.read(row.getString("settings"));
        var refusal = refusal(channel, row, rules);
        if (refusal != null) {
            return Decision.refused(refusal);
        }
        var quiet = rules.quietHours();
        if (quiet.channels().contains(channel)) {
            var end = QuietHours.end(now, zone(row), quiet.from(), quiet.until());
            if (end.isPresent()) {
                return Decision.waiting(end.get(), "quiet_hours");
            }
        }
        var end = RateLimit.end(now, sent(row), rules.messagesPerDay(), rules.messagesPerWeek());
        return end.map(until -> Decision.waiting(until, "rate_limit"))
                .orElseGet(() -> Decision.send(row.getString("address"), devices(row)));
    }

    /** Why nothing may be sent, the customer's own word first; null when there is no reason. */
    private static String refusal(Medium channel, Row row, OutreachSettings rules) {
        var consent = row.getString("this_channel");
        if (REFUSED.equals(row.getString("all_channels"))) {
            return "do_not_contact";
        }
        if (REFUSED.equals(consent)) {
            return REFUSED;
        }
        if (!hasAddress(channel, row)) {
            return "no_address";
        }
        if (rules.needsConsent().contains(channel) && !GRANTED.equals(consent)) {
            return "not_granted";
        }
        return isSuppressed(channel, row) ? "suppressed" : null;
    }

    private static boolean hasAddress(Medium channel, Row row) {
        var address = row.getString("address");
        return switch (channel) {
            case EMAIL -> address != null && address.strip().matches("[^@\\s]+@[^@\\s]+");
            case SMS, PHONE -> address != null && address.chars().anyMatch(Character::isDigit);
            case PUSH -> row.getInteger("registered") > 0;
        };
    }

    private static boolean isSuppressed(Medium channel, Row row) {
        return channel == Medium.PUSH ? devices(row).isEmpty() : row.getBoolean("is_suppressed");
    }

    private static List<String> devices(Row row) {
        return List.of(row.getArrayOfStrings("devices"));
    }

    private static List<Instant> sent(Row row) {
        return Arrays.stream(row.getArrayOfOffsetDateTimes("sent"))
                .map(OffsetDateTime::toInstant)
                .toList();
    }

    /** The customer's time zone, or the organization's where nothing that makes sense is known of it. */
    private static ZoneId zone(Row row) {
        var organization = row.getString("organization_timezone");
        var customer = row.getString("timezone");
        try {
            return ZoneId.of(customer == null ? organization : customer.strip());
        } catch (DateTimeException e) {
            return ZoneId.of(organization);
        }
    }
}
