package io.perennial.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.perennial.intake.Timestamps.Order;
import io.perennial.platform.ProblemException;

class TimestampsTest {

    private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
    private static final ZoneId LISBON = ZoneId.of("Europe/Lisbon");

    private static OffsetDateTime read(Order order, ZoneId zone, String text) throws InvalidValue {
        return new Timestamps(order, zone, NOW).parse("occurred_at", text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    2025-01-31                       | 2025-01-31T00:00:00Z
                    2025-1-5                         | 2025-01-05T00:00:00Z
                    2025/01/31                       | 2025-01-31T00:00:00Z
                    2025-01-31T20:26                 | 2025-01-31T20:26:00Z
                    2025-01-31 20:26:05              | 2025-01-31T20:26:05Z
                    2025-01-31T20:26:05Z             | 2025-01-31T20:26:05Z
                    2025-01-31 20:26:05 UTC          | 2025-01-31T20:26:05Z
                    2025-01-31T20:26:05+02           | 2025-01-31T18:26:05Z
                    2025-01-31T20:26:05+0230         | 2025-01-31T17:56:05Z
                    2025-01-31T20:26:05-02:30        | 2025-01-31T22:56:05Z
                    2025-01-31T20:26:05,5Z           | 2025-01-31T20:26:05.500Z
                    2025-01-31T20:26:05.1234567891Z  | 2025-01-31T20:26:05.123456Z
                    20250131                         | 2025-01-31T00:00:00Z
                    20250131T202605Z                 | 2025-01-31T20:26:05Z
                    20250131T2026                    | 2025-01-31T20:26:00Z
                    20250131T202605.25+0200          | 2025-01-31T18:26:05.250Z
                    31.01.2025                       | 2025-01-31T00:00:00Z
                    31.1.2025 20:26                  | 2025-01-31T20:26:00Z
                    1738355165                       | 2025-01-31T20:26:05Z
                    1738355165250                    | 2025-01-31T20:26:05.250Z
                    """)
    void whatNeedsNoOrderOfDayAndMonthIsReadInAnyForm(String text, Instant expected) throws InvalidValue {
        assertThat(read(Order.YMD, ZoneOffset.UTC, text).toInstant()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "1/31/2025 8:26 PM, 2025-01-31T20:26:00Z",
        "1/31/2025 8:26:05pm, 2025-01-31T20:26:05Z",
        "1/31/2025 12:00 AM, 2025-01-31T00:00:00Z",
        "1/31/2025 12:00 PM, 2025-01-31T12:00:00Z",
        "02/03/2025, 2025-02-03T00:00:00Z",
    })
    void theMonthComesFirstWhenTheFileSaysSo(String text, Instant expected) throws InvalidValue {
        assertThat(read(Order.MDY, ZoneOffset.UTC, text).toInstant()).isEqualTo(expected);
    }

    @Test
    void theDayComesFirstWhenTheFileSaysSo() throws InvalidValue {
        assertThat(read(Order.DMY, ZoneOffset.UTC, "02/03/2025")).isEqualTo("2025-03-02T00:00:00Z");
        assertThat(read(Order.DMY, ZoneOffset.UTC, "02-03-2025 07:05")).isEqualTo("2025-03-02T07:05:00Z");
    }

    @Test
    void pointsMeanThatTheDayComesFirstWhateverTheOtherDatesSay() throws InvalidValue {
        assertThat(read(Order.MDY, ZoneOffset.UTC, "02.03.2025")).isEqualTo("2025-03-02T00:00:00Z");
    }

    @Test
    void aDateWithoutAnOffsetIsReadInTheZoneOfTheOrganization() throws InvalidValue {
        assertThat(read(Order.YMD, LISBON, "2025-07-01 00:30")).isEqualTo("2025-06-30T23:30:00Z");
        assertThat(read(Order.YMD, LISBON, "2025-01-01 00:30")).isEqualTo("2025-01-01T00:30:00Z");
        assertThat(read(Order.YMD, LISBON, "20250701")).isEqualTo("2025-06-30T23:00:00Z");
        assertThat(read(Order.YMD, LISBON, "2025-07-01T00:30:00Z")).isEqualTo("2025-07-01T00:30:00Z");
    }

    @Test
    void theHourThatComesTwiceIsTheFirstAndTheHourThatIsSkippedIsTheNext() throws InvalidValue {
        assertThat(read(Order.YMD, LISBON, "2025-10-26 01:30")).isEqualTo("2025-10-26T00:30:00Z");
        assertThat(read(Order.YMD, LISBON, "2025-03-30 01:30")).isEqualTo("2025-03-30T01:30:00Z");
        assertThat(read(Order.YMD, ZoneId.of("America/Sao_Paulo"), "2018-11-04"))
                .isEqualTo("2018-11-04T03:00:00Z");
    }

    @ParameterizedTest
    @CsvSource({
        "0001-01-01, is before 1970",
        "1969-12-31T23:59:59Z, is before 1970",
        "9999-12-31, lies in the future",
        "2026-06-16T12:00:01Z, lies in the future",
        "9999999999999, lies in the future",
        "2025-02-29, is not a date that exists",
        "2025-13-01, is not a date that exists",
        "2025-01-01T24:30:00Z, is not a date that exists",
        "2025-01-01T10:00:00+25:00, is not a date that exists",
        "31.02.2025, is not a date that exists",
        "20251301, is not a date that exists",
        "31.01.25, needs a year of four digits",
        "1/31/2025 15:00 AM, is not a date that exists",
        "1/31/2025 0:30 PM, is not a date that exists",
        "yesterday, is not a date",
        "2025-01, is not a date",
        "202501, is not a date",
        "-1, is not a date",
        "2025-01/31, is not a date",
    })
    void whatCannotBeADateIsRefusedWithTheReason(String text, String reason) {
        assertThatThrownBy(() -> read(Order.MDY, ZoneOffset.UTC, text))
                .isInstanceOf(InvalidValue.class)
                .hasMessage(text + " " + reason);
    }

    @Test
    void whatIsYetToComeComesBeforeTheYear10000() throws InvalidValue {
        var newYork = new Timestamps(Order.YMD, ZoneId.of("America/New_York"), NOW);
        assertThat(newYork.parseAnyTime("ends_at", "9999-12-31T18:59:59.9999999"))
                .isEqualTo("9999-12-31T23:59:59.999999Z");
        for (var text : List.of("9999-12-31T19:00:00", "9999-12-31T23:59:59", "9999-12-31T23:59:59-00:01")) {
            assertThatThrownBy(() -> newYork.parseAnyTime("ends_at", text))
                    .isInstanceOf(InvalidValue.class)
                    .hasMessage(text + " is after the year 9999");
        }
    }

    @Test
    void theClockOfTheSenderMayBeADayAhead() throws InvalidValue {
        assertThat(read(Order.YMD, ZoneOffset.UTC, "2026-06-16T12:00:00Z")).isEqualTo("2026-06-16T12:00:00Z");
    }

    @Test
    void aLongMistakeIsNotRepeatedInFull() {
        assertThatThrownBy(() -> read(Order.YMD, ZoneOffset.UTC, "x".repeat(500)))
                .hasMessage("x".repeat(40) + "… is not a date");
        assertThatThrownBy(() -> read(Order.YMD, ZoneOffset.UTC, "1".repeat(500)))
                .hasMessage("1".repeat(40) + "… is not a date");
    }

    @Test
    void theOrderIsFoundOutFromTheFirstDateThatTellsIt() {
        assertThat(Timestamps.detect(List.of("01/02/2025", "31/01/2025"))).contains(Order.DMY);
        assertThat(Timestamps.detect(List.of("01/02/2025", "1/31/2025"))).contains(Order.MDY);
        assertThat(Timestamps.detect(List.of("01.02.2025"))).contains(Order.DMY);
        assertThat(Timestamps.detect(List.of("2025-01-02", "20250102", "1738355165", "nonsense")))
                .isEmpty();
        assertThat(Timestamps.detect(List.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"01/02/2025", "12-12-2025", "1/1/2025 8:26 PM"})
    void anOrderThatNoDateTellsIsAskedFor(String text) {
        assertThatThrownBy(() -> Timestamps.detect(List.of("2025-01-31", text)))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("date_format=dmy or date_format=mdy");
    }

    @Test
    void anOrderIsNamedByItsLetters() {
        assertThat(Order.of("DMY")).isEqualTo(Order.DMY);
        assertThat(Order.MDY.value()).isEqualTo("mdy");
        assertThatThrownBy(() -> Order.of("ydm")).hasMessage("date_format must be ymd, dmy or mdy");
    }

    @Provide
    Arbitrary<LocalDateTime> times() {
        return Arbitraries.longs()
                .between(0, NOW.getEpochSecond())
                .map(seconds -> LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC));
    }

    @Property
    void everyFormOfATimeReadsBackAsThatTime(
            @ForAll("times") LocalDateTime time, @ForAll("formats") String format, @ForAll("orders") Order order)
            throws InvalidValue {
        var pattern = format.replace("DATE", order == Order.DMY ? "d/M/yyyy" : "M/d/yyyy");
        var text = DateTimeFormatter.ofPattern(pattern, Locale.US).format(time);

        var read = read(order, ZoneOffset.UTC, text).toLocalDateTime();

        assertThat(read).isEqualTo(pattern.contains("s") ? time : time.truncatedTo(ChronoUnit.MINUTES));
    }

    @Provide
    Arbitrary<String> formats() {
        return Arbitraries.of(
                "yyyy-MM-dd HH:mm:ss",
                "yyyy-MM-dd'T'HH:mm:ss'Z'",
                "yyyyMMdd'T'HHmmss",
                "yyyy/M/d H:mm:ss",
                "dd.MM.yyyy HH:mm:ss",
                "DATE h:mm:ss a",
                "DATE H:mm");
    }

    @Provide
    Arbitrary<Order> orders() {
        return Arbitraries.of(Order.DMY, Order.MDY);
    }
}
