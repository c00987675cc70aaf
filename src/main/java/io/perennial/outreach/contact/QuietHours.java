package io.perennial.outreach.contact;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Optional;

/** The hours of a day in which nobody is disturbed, by the clock on the customer's wall. */
final class QuietHours {

    private QuietHours() {}

    /**
     * When the quiet hours end that it is now; nothing when it is none of them.
     *
     * <p>They are those instants at which the wall clock shows {@code from} or later and earlier than {@code until}, over
     * midnight where {@code from} is the later one, so that they hold whatever the clock is changed by: they end at the first
     * instant from now on at which it shows {@code until} or something after it that is not quiet, which it skips to in spring;
     * in autumn, when it shows some times twice, the quiet among them are quiet twice.
     *
     * @param from equal to {@code until} for no quiet hours at all
     */
    static Optional<Instant> end(Instant now, ZoneId zone, LocalTime from, LocalTime until) {
        if (!isQuiet(now.atZone(zone).toLocalTime(), from, until)) {
            return Optional.empty();
        }
        var rules = zone.getRules();
        var at = now;
        while (true) {
            var local = at.atZone(zone).toLocalDateTime();
            var day = local.toLocalTime().isBefore(until)
                    ? local.toLocalDate()
                    : local.toLocalDate().plusDays(1);
            // As if the offset never changed; where it does before that, the clock is looked at again from there on.
            var end = day.atTime(until).toInstant(rules.getOffset(at));
            var change = rules.nextTransition(at);
            if (change == null || change.getInstant().isAfter(end)) {
                return Optional.of(end);
            }
            at = change.getInstant();
            if (!isQuiet(at.atZone(zone).toLocalTime(), from, until)) {
                return Optional.of(at);
            }
        }
    }

    private static boolean isQuiet(LocalTime time, LocalTime from, LocalTime until) {
        return from.isBefore(until)
                ? !time.isBefore(from) && time.isBefore(until)
                : until.isBefore(from) && (!time.isBefore(from) || time.isBefore(until));
    }
}
