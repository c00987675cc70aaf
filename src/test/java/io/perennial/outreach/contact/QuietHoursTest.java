package io.perennial.outreach.contact;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuietHoursTest {

    private static final Instant START = Instant.parse("2010-01-01T00:00:00Z");
    private static final int MINUTES_OF_A_DAY = 24 * 60;

    private static Optional<Instant> end(String now, String zone, String from, String until) {
        return QuietHours.end(Instant.parse(now), ZoneId.of(zone), LocalTime.parse(from), LocalTime.parse(until));
    }

    @ParameterizedTest
    @CsvSource({
        // An ordinary night, over midnight: its first and its last moment, and those next to them.
        "2026-01-10T20:59:59.999Z, UTC, 21:00, 08:00,",
        "2026-01-10T21:00:00Z, UTC, 21:00, 08:00, 2026-01-11T08:00:00Z",
        "2026-01-11T00:00:00Z, UTC, 21:00, 08:00, 2026-01-11T08:00:00Z",
        "2026-01-11T07:59:59.999Z, UTC, 21:00, 08:00, 2026-01-11T08:00:00Z",
        "2026-01-11T08:00:00Z, UTC, 21:00, 08:00,",
        // The clock on the customer's wall counts: 06:30 in Tokyo, 22:30 the day before in London.
        "2026-01-10T21:30:00Z, Asia/Tokyo, 21:00, 08:00, 2026-01-10T23:00:00Z",
        "2026-01-10T21:30:00Z, Europe/London, 21:00, 08:00, 2026-01-11T08:00:00Z",
        "2026-01-10T21:30:00Z, America/New_York, 21:00, 08:00,",
        // Within one day.
        "2026-01-10T12:59:00Z, UTC, 13:00, 15:00,",
        "2026-01-10T13:00:00Z, UTC, 13:00, 15:00, 2026-01-10T15:00:00Z",
        "2026-01-10T15:00:00Z, UTC, 13:00, 15:00,",
        // Until and from midnight.
        "2026-01-10T23:30:00Z, UTC, 22:00, 00:00, 2026-01-11T00:00:00Z",
        "2026-01-10T00:30:00Z, UTC, 00:00, 06:00, 2026-01-10T06:00:00Z",
        // None at all.
        "2026-01-10T23:30:00Z, UTC, 21:00, 21:00,",
        // The night of spring is an hour shorter: 22:00 at +1 until 08:00 at +2.
        "2026-03-28T21:00:00Z, Europe/Berlin, 21:00, 08:00, 2026-03-29T06:00:00Z",
        // The night of autumn is an hour longer.
        "2026-10-24T20:00:00Z, Europe/Berlin, 21:00, 08:00, 2026-10-25T07:00:00Z",
        // 02:30 does not come that night: the clock skips from 02:00 to 03:00, which is no longer quiet.
        "2026-03-29T00:30:00Z, Europe/Berlin, 21:00, 02:30, 2026-03-29T01:00:00Z",
        // 02:30 comes twice: it is 02:40 first, which is over, and 02:10 again after that, which is quiet.
        "2026-10-25T00:10:00Z, Europe/Berlin, 21:00, 02:30, 2026-10-25T00:30:00Z",
        "2026-10-25T00:40:00Z, Europe/Berlin, 21:00, 02:30,",
        "2026-10-25T01:10:00Z, Europe/Berlin, 21:00, 02:30, 2026-10-25T01:30:00Z",
        // The clock goes back just as the quiet hours would have ended, into them.
        "2026-10-25T00:40:00Z, Europe/Berlin, 21:00, 03:00, 2026-10-25T02:00:00Z",
        // Half an hour of summer time only.
        "2026-04-04T12:00:00Z, Australia/Lord_Howe, 21:00, 08:00, 2026-04-04T21:30:00Z",
        // A day that Samoa left out: after the 29th came the 31st.
        "2011-12-30T09:00:00Z, Pacific/Apia, 21:00, 08:00, 2011-12-30T18:00:00Z"
    })
    void theyEndByTheClockOnTheWall(String now, String zone, String from, String until, String expected) {
        assertThat(end(now, zone, from, until))
                .isEqualTo(Optional.ofNullable(expected).map(Instant::parse));
    }

    @Provide
    Arbitrary<ZoneId> zones() {
        return Arbitraries.of(
                        "UTC",
                        "Europe/Berlin",
                        "Europe/Lisbon",
                        "America/New_York",
                        "America/Santiago",
                        "America/Havana",
                        "Asia/Tehran",
                        "Asia/Kathmandu",
                        "Africa/Casablanca",
                        "Africa/Cairo",
                        "Australia/Lord_Howe",
                        "Pacific/Apia",
                        "Pacific/Chatham",
                        "+05:45")
                .map(ZoneId::of);
    }

    @Provide
    Arbitrary<LocalTime> times() {
        return Arbitraries.integers()
                .between(0, MINUTES_OF_A_DAY - 1)
                .map(minute -> LocalTime.of(minute / 60, minute % 60));
    }

    /** Any time, and as often one within a day of a change of the clock. */
    private static Instant moment(ZoneId zone, int hours, int seconds, boolean nearChange) {
        var any = START.plus(hours, ChronoUnit.HOURS).plusSeconds(seconds);
        var change = zone.getRules().nextTransition(any);
        return nearChange && change != null
                ? change.getInstant().minus(1, ChronoUnit.DAYS).plusSeconds(seconds)
                : any;
    }

    @Provide
    Arbitrary<Object[]> moments() {
        return Combinators.combine(
                        zones(),
                        Arbitraries.integers().between(0, 20 * 8766),
                        Arbitraries.integers().between(0, 2 * 86_400),
                        Arbitraries.of(true, false))
                .as((zone, hours, seconds, near) -> new Object[] {zone, moment(zone, hours, seconds, near)});
    }

    private static boolean isQuiet(Instant at, ZoneId zone, LocalTime from, LocalTime until) {
        var minute = at.atZone(zone).toLocalTime();
        var sinceFrom = Math.floorMod(
                ChronoUnit.NANOS.between(from, minute), Duration.ofDays(1).toNanos());
        var length = Math.floorMod(
                ChronoUnit.NANOS.between(from, until), Duration.ofDays(1).toNanos());
        return sinceFrom < length;
    }

    @Property(tries = 600)
    void itIsQuietFromNowUntilTheyEndAndNotAtTheEnd(
            @ForAll("moments") Object[] moment, @ForAll("times") LocalTime from, @ForAll("times") LocalTime until) {
        var zone = (ZoneId) moment[0];
        var now = (Instant) moment[1];

        var end = QuietHours.end(now, zone, from, until);

        assertThat(end.isPresent()).isEqualTo(isQuiet(now, zone, from, until));
        if (end.isPresent()) {
            // At most two days: the one minute of a day that is not quiet may be one that the clock skips.
            assertThat(end.get()).isAfter(now).isBeforeOrEqualTo(now.plus(49, ChronoUnit.HOURS));
            assertThat(isQuiet(end.get(), zone, from, until)).isFalse();
            for (var at = now; at.isBefore(end.get()); at = at.plusSeconds(60)) {
                assertThat(isQuiet(at, zone, from, until)).as("%s", at).isTrue();
            }
            assertThat(isQuiet(end.get().minusNanos(1), zone, from, until)).isTrue();
        }
    }
}
