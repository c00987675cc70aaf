package io.perennial.intake;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.perennial.platform.ProblemType;

/**
 * Reads the dates and times that people really write: ISO 8601 in all its forms, {@code 20250131}, {@code 31.01.2025},
 * {@code 1/31/2025 8:26 PM}, seconds and milliseconds since 1970. Whether the day or the month comes first is found out
 * from the file, and asked for when the file does not tell: a date is never guessed.
 */
public final class Timestamps {

    /** The order of a date's parts. */
    enum Order {
        YMD,
        DMY,
        MDY;

        String value() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Order of(String value) {
            for (var order : values()) {
                if (order.value().equalsIgnoreCase(value)) {
                    return order;
                }
            }
            throw ProblemType.INVALID_REQUEST.problem("date_format must be ymd, dmy or mdy");
        }
    }

    /** Before it, a date is a mistake (0001-01-01 is what an empty date looks like in some systems). */
    static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00Z");

    /** Years of five digits, which a zone may bring about, are written otherwise, and the database does not read them. */
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private static final Duration CLOCK_SKEW = Duration.ofDays(1);

    private static final Pattern DATE_TIME = Pattern.compile("(\\d{1,4})([-/.])(\\d{1,2})\\2(\\d{1,4})"
            + "(?:[T ]+(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9})\\d*)?)?\\s*([AaPp][Mm])?"
            + "\\s*(Z|z|UTC|[+-]\\d{2}(?::?\\d{2})?)?)?");

    /** What ISO 8601 calls the basic format: without marks between the parts. */
    private static final Pattern BASIC_DATE_TIME =
            Pattern.compile("(\\d{4})(\\d{2})(\\d{2})T(\\d{2})(\\d{2})(?:(\\d{2})([.,]\\d+)?)?([^:]*)");

    private final Order order;
    private final ZoneId zone;
    private final Instant latest;

    /**
     * @param order of day and month where the year is not first; null when no such date is expected
     * @param zone of dates without an offset
     * @param now later than a day from it, nothing has occurred yet
     */
    Timestamps(Order order, ZoneId zone, Instant now) {
        this.order = order;
        this.zone = zone;
        this.latest = now.plus(CLOCK_SKEW);
    }

    /**
     * For dates that begin with the year.
     *
     * @param now later than a day from it, nothing has occurred yet
     */
    public static Timestamps ofIso(Instant now) {
        return new Timestamps(Order.YMD, ZoneOffset.UTC, now);
    }

    /**
     * Finds out the order of day and month.
     *
     * @param samples of the column
     * @return empty when every sample begins with the year or has no such parts
     * @throws io.perennial.platform.ProblemException when the samples leave it open
     */
    static Optional<Order> detect(Iterable<String> samples) {
        var ambiguous = false;
        for (var sample : samples) {
            var matcher = DATE_TIME.matcher(sample);
            if (!matcher.matches() || matcher.group(1).length() == 4) {
                continue;
            }
            if (matcher.group(2).equals(".") || number(matcher, 1) > 12) {
                return Optional.of(Order.DMY);
            }
            if (number(matcher, 3) > 12) {
                return Optional.of(Order.MDY);
            }
            ambiguous = true;
        }
        if (ambiguous) {
            throw ProblemType.INVALID_FILE.problem(
                    "The dates do not tell whether the day or the month comes first; add date_format=dmy or date_format=mdy");
        }
        return Optional.empty();
    }

    /**
     * Reads one value.
     *
     * @param field for the error
     * @return at microseconds, as the database keeps it
     */
    public OffsetDateTime parse(String field, String text) throws InvalidValue {
        var instant = parseAnyTime(field, text);
        if (instant.toInstant().isAfter(latest)) {
            throw new InvalidValue(field, "%s lies in the future".formatted(text));
        }
        return instant;
    }

    /**
     * Reads an instant that may be yet to come, such as the end of a contract, until the end of the year 9999 in UTC.
     *
     * @return at microseconds, as the database keeps it
     */
    public OffsetDateTime parseAnyTime(String field, String text) throws InvalidValue {
        try {
            var instant = instant(field, text);
            if (instant.isBefore(EARLIEST)) {
                throw new InvalidValue(field, "%s is before 1970".formatted(text));
            }
            if (instant.isAfter(LAST)) {
                throw new InvalidValue(field, "%s is after the year 9999".formatted(text));
            }
            return instant.truncatedTo(java.time.temporal.ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new InvalidValue(field, "%s is not a date that exists".formatted(abbreviated(text)));
        }
    }

    private Instant instant(String field, String text) throws InvalidValue {
        if (text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return ofDigits(field, text);
        }
        var matcher = DATE_TIME.matcher(extended(text));
        if (!matcher.matches()) {
            throw new InvalidValue(field, "%s is not a date".formatted(abbreviated(text)));
        }
        var local = LocalDateTime.of(date(field, matcher), time(matcher));
        var offset = matcher.group(10);
        return offset == null
                ? local.atZone(zone).toInstant()
                : local.toInstant(
                        "Z".equalsIgnoreCase(offset) || "UTC".equals(offset) ? ZoneOffset.UTC : ZoneOffset.of(offset));
    }

    private static String extended(String text) {
        var basic = BASIC_DATE_TIME.matcher(text);
        if (!basic.matches()) {
            return text;
        }
        var seconds = basic.group(6) == null ? "" : ":" + basic.group(6);
        var fraction = basic.group(7) == null ? "" : basic.group(7);
        return basic.replaceFirst("$1-$2-$3T$4:$5") + seconds + fraction + basic.group(8);
    }

    private Instant ofDigits(String field, String digits) throws InvalidValue {
        return switch (digits.length()) {
            case 8 ->
                LocalDate.of(
                                Integer.parseInt(digits.substring(0, 4)),
                                Integer.parseInt(digits.substring(4, 6)),
                                Integer.parseInt(digits.substring(6)))
                        .atStartOfDay(zone)
                        .toInstant();
            case 10 -> Instant.ofEpochSecond(Long.parseLong(digits));
            case 13 -> Instant.ofEpochMilli(Long.parseLong(digits));
            default -> throw new InvalidValue(field, "%s is not a date".formatted(abbreviated(digits)));
        };
    }

    private LocalDate date(String field, Matcher matcher) throws InvalidValue {
        if (matcher.group(1).length() == 4) {
            return LocalDate.of(number(matcher, 1), number(matcher, 3), number(matcher, 4));
        }
        if (matcher.group(4).length() != 4) {
            throw new InvalidValue(field, "%s needs a year of four digits".formatted(matcher.group()));
        }
        if (order == Order.YMD && !matcher.group(2).equals(".")) {
            throw new InvalidValue(
                    field,
                    "%s does not tell whether the day or the month comes first; add date_format=dmy or date_format=mdy"
                            .formatted(matcher.group()));
        }
        var dayFirst = matcher.group(2).equals(".") || order == Order.DMY;
        return dayFirst
                ? LocalDate.of(number(matcher, 4), number(matcher, 3), number(matcher, 1))
                : LocalDate.of(number(matcher, 4), number(matcher, 1), number(matcher, 3));
    }

    private static LocalTime time(Matcher matcher) {
        if (matcher.group(5) == null) {
            return LocalTime.MIDNIGHT;
        }
        var hour = number(matcher, 5);
        var half = matcher.group(9);
        if (half != null) {
            if (hour < 1 || hour > 12) {
                throw new DateTimeException("There is no such hour of half a day");
            }
            hour = hour % 12 + (half.equalsIgnoreCase("pm") ? 12 : 0);
        }
        var fraction = matcher.group(8);
        var nanos = fraction == null ? 0 : Integer.parseInt((fraction + "00000000").substring(0, 9));
        return LocalTime.of(hour, number(matcher, 6), matcher.group(7) == null ? 0 : number(matcher, 7), nanos);
    }

    private static int number(Matcher matcher, int group) {
        return Integer.parseInt(matcher.group(group));
    }

    private static String abbreviated(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
