package io.perennial.recovery.outcome;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

import io.perennial.testing.Database;

/** Recovery cases with what was written and offered for them, made up or drawn, as rows of the database. */
final class RecoveryHistory {

    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static final List<String> SEGMENTS = List.of("high_value", "mid_value", "at_risk", "standard");
    private static final List<String> TONES = List.of("premium", "professional", "supportive", "friendly");
    private static final List<String> TRIGGERS =
            List.of("payment_failed", "subscription_cancelled", "downgrade", "churn_risk");
    private static final List<String> LEVELS = List.of("low", "medium", "high", "critical");
    private static final List<String> CHANNELS = List.of("email", "email", "email", "sms", "push", "phone");
    private static final List<String> OFFER_TYPES =
            List.of("discount", "payment_plan", "feature_upgrade", "grace_period", "account_credit");

    final UUID organization;
    final List<Case> cases = new ArrayList<>();
    final List<Message> messages = new ArrayList<>();
    final List<Offer> offers = new ArrayList<>();

    RecoveryHistory(UUID organization) {
        this.organization = organization;
    }

    /** @param recovered when, or null */
    record Case(
            UUID customer,
            UUID id,
            String status,
            String segment,
            String trigger,
            String level,
            boolean isHoldout,
            Instant triggered,
            Instant created,
            Instant contacted,
            Instant late,
            Instant recovered,
            BigDecimal revenue,
            String currency) {

        String tone() {
            return TONES.get(SEGMENTS.indexOf(segment));
        }
    }

    record Message(
            Case of,
            UUID id,
            int place,
            String channel,
            String status,
            String template,
            String variant,
            int revision,
            Instant sent,
            Instant delivered,
            Instant opened,
            Instant clicked,
            Instant bounced) {

        boolean hasReached() {
            return sent != null && (of.recovered == null || !sent.isAfter(of.recovered));
        }
    }

    record Offer(Case of, UUID id, String stage, String type, String status, BigDecimal cost, Instant redeemed) {}

    /** A case of a high-value customer whose payment of 100.00 EUR failed, begun on a day of the year at midnight. */
    Case add(int day, String status, boolean isHoldout, Instant recovered, String revenue) {
        return add(day, status, "high_value", "EUR", isHoldout, recovered, revenue);
    }

    Case add(
            int day,
            String status,
            String segment,
            String currency,
            boolean isHoldout,
            Instant recovered,
            String revenue) {
        var created = START.plus(Duration.ofDays(day));
        var added = new Case(
                UUID.randomUUID(),
                UUID.randomUUID(),
                status,
                segment,
                "payment_failed",
                "high",
                isHoldout,
                created.minus(Duration.ofHours(2)),
                created,
                null,
                null,
                recovered,
                revenue == null ? null : new BigDecimal(revenue),
                currency);
        cases.add(added);
        return added;
    }

    /** A message that was sent so many hours after the beginning of its case. */
    Message send(Case of, int place, String channel, String template, String variant, double hours) {
        var at = of.created.plus(Duration.ofMinutes(Math.round(hours * 60)));
        var sent = new Message(
                of, UUID.randomUUID(), place, channel, "sent", template, variant, 0, at, null, null, null, null);
        messages.add(sent);
        return sent;
    }

    /** An offer; redeemed ones an hour after the beginning of the case. */
    Offer offer(Case of, String stage, String type, String status, String cost) {
        var made = new Offer(
                of,
                UUID.randomUUID(),
                stage,
                type,
                status,
                new BigDecimal(cost),
                status.equals("redeemed") ? of.created.plus(Duration.ofHours(1)) : null);
        offers.add(made);
        return made;
    }

    /** Draws as many cases, begun within 90 days, a tenth of them held out, with up to five messages and four offers each. */
    static RecoveryHistory drawn(UUID organization, int size, long seed) {
        var history = new RecoveryHistory(organization);
        var random = new Random(seed);
        for (var i = 0; i < size; i++) {
            history.draw(random);
        }
        return history;
    }

    private void draw(Random random) {
        var segment = one(SEGMENTS, random);
        var isHoldout = random.nextInt(10) == 0;
        var created = START.plus(Duration.ofMinutes(random.nextInt(90 * 24 * 60)));
        var luck = random.nextDouble();
        var stays = isHoldout ? 0.25 : 0.4;
        var status = luck < stays ? "recovered" : luck < 0.8 ? "lost" : luck < 0.95 ? "active" : "pending";
        var isRecovered = status.equals("recovered");
        var drawn = new Case(
                new UUID(random.nextLong(), random.nextLong()),
                new UUID(random.nextLong(), random.nextLong()),
                status,
                segment,
                one(TRIGGERS, random),
                one(LEVELS, random),
                isHoldout,
                created.minus(Duration.ofSeconds(random.nextInt(7200))),
                created,
                isHoldout || random.nextInt(5) == 0 ? null : created.plus(Duration.ofSeconds(random.nextInt(20_000))),
                random.nextInt(8) == 0 ? created.plus(Duration.ofHours(4)) : null,
                isRecovered ? created.plus(Duration.ofMinutes(random.nextInt(170 * 60))) : null,
                isRecovered && random.nextInt(20) > 0 ? BigDecimal.valueOf(random.nextInt(100_000), 2) : null,
                random.nextInt(15) == 0 ? "USD" : "EUR");
        cases.add(drawn);
        if (!isHoldout && !status.equals("pending")) {
            drawMessages(drawn, random);
            drawOffers(drawn, random);
        }
    }

    private void drawMessages(Case of, Random random) {
        var count = random.nextInt(6);
        for (var place = 1; place <= count; place++) {
            var channel = one(CHANNELS, random);
            var luck = random.nextInt(20);
            var status = luck < 15
                    ? "sent"
                    : luck < 17 ? "withheld" : luck < 18 ? "cancelled" : luck < 19 ? "dead" : "pending";
            var sent = status.equals("sent")
                    ? of.created.plus(Duration.ofMinutes(random.nextInt(60) + (place - 1) * 40L * 60))
                    : null;
            var opened = sent != null && random.nextInt(2) == 0 ? sent.plusSeconds(random.nextInt(10_000)) : null;
            messages.add(new Message(
                    of,
                    new UUID(random.nextLong(), random.nextLong()),
                    place,
                    channel,
                    status,
                    "%s.%s.dunning_%d.%s.en"
                            .formatted(
                                    of.trigger,
                                    random.nextInt(6) == 0 ? one(TONES, random) : of.tone(),
                                    place,
                                    channel),
                    random.nextInt(3) == 0 ? "short" : "default",
                    random.nextInt(2),
                    sent,
                    sent != null && random.nextInt(3) == 0 ? sent.plusSeconds(2) : null,
                    opened,
                    opened != null && random.nextInt(2) == 0 ? opened.plusSeconds(9) : null,
                    sent != null && random.nextInt(30) == 0 ? sent.plusSeconds(5) : null));
        }
    }

    private void drawOffers(Case of, Random random) {
        var isOpen = of.status.equals("active");
        for (var stage = 1; stage <= random.nextInt(5); stage++) {
            var luck = random.nextInt(10);
            var status = luck < 3
                    ? "redeemed"
                    : luck < 5 && isOpen ? "open" : luck < 7 ? "replaced" : luck < 9 ? "expired" : "withdrawn";
            offers.add(new Offer(
                    of,
                    new UUID(random.nextLong(), random.nextLong()),
                    "dunning_" + stage,
                    one(OFFER_TYPES, random),
                    status,
                    BigDecimal.valueOf(random.nextInt(9_000), 2),
                    status.equals("redeemed") ? of.created.plusSeconds(60 + random.nextInt(90_000)) : null));
        }
    }

    private static <T> T one(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }

    /** Writes everything down. */
    RecoveryHistory stored() throws SQLException {
        try (var owner = Database.asOwner()) {
            owner.setAutoCommit(false);
            storeCases(owner);
            storeMessages(owner);
            storeOffers(owner);
            owner.commit();
        }
        return this;
    }

    private void storeCases(Connection owner) throws SQLException {
        try (var insert = owner.prepareStatement("""
                insert into recovery_cases (organization_id, customer_id, case_id, status, risk_level, risk, trigger_type,
                    triggered_at, amount, currency, billing_segment, messaging_tone, priority, strategy, total_value,
                    is_holdout, approval, created_at, activated_at, response_late_at, first_contact_at, recovered_at,
                    recovered_by, revenue_recovered, lost_at, lost_because, updated_at, version)
                values (?, ?, ?, ?, ?, '{}', ?, ?, 100, ?, ?, ?, 2, '{}', 1200, ?, 'none', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)""")) {
            for (var one : cases) {
                var isLost = one.status.equals("lost");
                fill(
                        insert,
                        organization,
                        one.customer,
                        one.id,
                        one.status,
                        one.level,
                        one.trigger,
                        at(one.triggered),
                        one.currency,
                        one.segment,
                        one.tone(),
                        one.isHoldout,
                        at(one.created),
                        one.status.equals("pending") ? null : at(one.created),
                        at(one.late),
                        at(one.contacted),
                        at(one.recovered),
                        one.recovered == null ? null : "payment",
                        one.revenue,
                        isLost ? at(one.created.plus(Duration.ofDays(14))) : null,
                        isLost ? "exhausted" : null,
                        at(one.created));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private void storeMessages(Connection owner) throws SQLException {
        try (var insert = owner.prepareStatement("""
                insert into outreach_messages (organization_id, customer_id, message_id, channel, status, priority, thread_id,
                    place, subject, text, template, variant, revision, created_at, due_at, sent_at, delivered_at, opened_at,
                    clicked_at, bounced_at, closed_at)
                values (?, ?, ?, ?, ?, 2, ?, ?, 'Your payment', 'Redeem STAY-AAAA-BBBB-CCCC-DDDD', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")) {
            for (var one : messages) {
                var isClosed = List.of("withheld", "cancelled", "dead").contains(one.status);
                fill(
                        insert,
                        organization,
                        one.of.customer,
                        one.id,
                        one.channel,
                        one.status,
                        one.of.id,
                        one.place,
                        one.template,
                        one.variant,
                        one.revision,
                        at(one.of.created),
                        at(one.of.created),
                        at(one.sent),
                        at(one.delivered),
                        at(one.opened),
                        at(one.clicked),
                        at(one.bounced),
                        isClosed ? at(one.of.created) : null);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private void storeOffers(Connection owner) throws SQLException {
        try (var insert = owner.prepareStatement("""
                insert into retention_offers (organization_id, customer_id, retention_offer_id, case_id, stage, occasion,
                    offer_type, segment, code, offer, cost, month, status, made_at, valid_until, redeemed_at, closed_at)
                values (?, ?, ?, ?, ?, 'stage', ?, ?, ?, '{"type": "discount"}', ?, ?, ?, ?, ?, ?, ?)""")) {
            for (var one : offers) {
                fill(
                        insert,
                        organization,
                        one.of.customer,
                        one.id,
                        one.of.id,
                        one.stage,
                        one.type,
                        one.of.segment,
                        "STAY-" + one.id,
                        one.cost,
                        LocalDate.ofInstant(one.of.created, ZoneOffset.UTC).withDayOfMonth(1),
                        one.status,
                        at(one.of.created),
                        at(one.of.created.plus(Duration.ofDays(14))),
                        at(one.redeemed),
                        one.status.equals("open")
                                ? null
                                : at(one.redeemed == null ? one.of.created.plus(Duration.ofDays(14)) : one.redeemed));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static void fill(PreparedStatement statement, Object... values) throws SQLException {
        for (var i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
    }

    private static OffsetDateTime at(Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
