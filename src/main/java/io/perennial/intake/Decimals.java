package io.perennial.intake;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Pattern;

import io.perennial.platform.ProblemType;

/**
 * Reads amounts as people write them: with a currency sign, with or without thousands separators, with a decimal point or
 * a decimal comma. Which of the two it is is found out from the file; what is left open is asked for.
 */
public final class Decimals {

    /** As the database keeps them. */
    static final int SCALE = 4;

    private static final int INTEGER_DIGITS = 15;
    private static final Pattern CURRENCY =
            Pattern.compile("^(?:[A-Z]{0,3}\\p{Sc}|[A-Z]{3})[\\s\u00a0]*|[\\s\u00a0]*(?:\\p{Sc}|[A-Z]{3})$");
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?\\d{1,30}(\\.\\d{0,30})?([eE][+-]?\\d{1,2})?|[+-]?\\.\\d{1,30}");
    private static final Pattern GROUPED_BY_COMMA = Pattern.compile("[^.]*\\d{1,3}(,\\d{3})+([^,\\d].*)?");
    private static final Pattern GROUPED_BY_POINT = Pattern.compile("[^,]*\\d{1,3}(\\.\\d{3})+([^.\\d].*)?");
    private static final Pattern NON_FINITE = Pattern.compile("(?i)[+-]?(nan|inf|infinity)");

    /** Thousands, set apart by one and the same separator: 1,234,567 or, in India, 12,34,567. */
    private static final String GROUPED =
            "[+-]?\\d{1,3}([%s'’ \\u00a0\\u202f])(?:\\d{2,3}\\1)*\\d{3}(?!\\d)(?!.*\\1).*";

    private static final Pattern GROUPED_FOR_POINT = Pattern.compile(GROUPED.formatted(","));
    private static final Pattern GROUPED_FOR_COMMA = Pattern.compile(GROUPED.formatted("."));

    private final char mark;
    private final Pattern grouped;

    /** @param mark between the units and the decimals: a point or a comma */
    Decimals(char mark) {
        this.mark = mark;
        this.grouped = mark == '.' ? GROUPED_FOR_POINT : GROUPED_FOR_COMMA;
    }

    /** For amounts with a decimal point. */
    public static Decimals withPoint() {
        return new Decimals('.');
    }

    /** Reads a {@code decimal_mark} parameter. */
    static Decimals of(String mark) {
        if (!mark.equals(".") && !mark.equals(",")) {
            throw ProblemType.INVALID_REQUEST.problem("decimal_mark must be a point or a comma");
        }
        return new Decimals(mark.charAt(0));
    }

    /**
     * Finds out the decimal mark.
     *
     * @throws io.perennial.platform.ProblemException when all there is are values such as 1,234
     */
    static Decimals detect(Iterable<String> samples) {
        var ambiguous = false;
        for (var sample : samples) {
            var point = sample.lastIndexOf('.');
            var comma = sample.lastIndexOf(',');
            if (point >= 0 && comma >= 0) {
                return new Decimals(comma > point ? ',' : '.');
            }
            if (point >= 0 && sample.indexOf('.') != point) {
                return new Decimals(',');
            }
            if (point >= 0 && !GROUPED_BY_POINT.matcher(sample).matches()) {
                return new Decimals('.');
            }
            if (comma >= 0) {
                if (!GROUPED_BY_COMMA.matcher(sample).matches()) {
                    return new Decimals(',');
                }
                if (sample.indexOf(',') != comma) {
                    return new Decimals('.');
                }
                ambiguous = true;
            }
        }
        if (ambiguous) {
            throw ProblemType.INVALID_FILE.problem(
                    "The amounts do not tell whether 1,234 is a thousand; add decimal_mark=. or decimal_mark=,");
        }
        return new Decimals('.');
    }

    String mark() {
        return String.valueOf(mark);
    }

    /** Reads an amount that may not be negative, rounded to four decimals; null for null. */
    public BigDecimal parseNonNegative(String field, String text, String hint) throws InvalidValue {
        var value = parse(field, text);
        if (value != null && value.signum() < 0) {
            throw new InvalidValue(field, "%s is negative%s".formatted(text, hint));
        }
        return value;
    }

    /** Reads a number, rounded to four decimals; null for null. */
    public BigDecimal parse(String field, String text) throws InvalidValue {
        return parse(field, text, SCALE);
    }

    /** Reads a number, rounded to a number of decimals; null for null. */
    public BigDecimal parse(String field, String text, int scale) throws InvalidValue {
        if (text == null) {
            return null;
        }
        if (NON_FINITE.matcher(text).matches()) {
            throw new InvalidValue(field, "%s is not a finite number".formatted(text));
        }
        var plain = isPlain(text) ? text : plain(text);
        if (!NUMBER.matcher(plain).matches()) {
            throw new InvalidValue(
                    field, "%s is not a number".formatted(text.length() <= 40 ? text : text.substring(0, 40) + "…"));
        }
        var value = new BigDecimal(plain).setScale(scale, RoundingMode.HALF_UP);
        if (value.precision() - value.scale() > INTEGER_DIGITS) {
            throw new InvalidValue(field, "%s has more than %d digits".formatted(text, INTEGER_DIGITS));
        }
        return value;
    }

    private boolean isPlain(String text) {
        return mark == '.' && text.chars().allMatch(c -> c == '.' || c == '-' || (c >= '0' && c <= '9'));
    }

    /** With a point for the mark and without anything else; what does not group thousands stays, and is no number then. */
    private String plain(String text) {
        if (mark == '.' && NUMBER.matcher(text).matches()) {
            return text;
        }
        var bare = CURRENCY.matcher(text).replaceAll("");
        var groups = grouped.matcher(bare);
        if (groups.matches()) {
            bare = bare.replace(groups.group(1), "");
        }
        return mark == '.' ? bare : bare.replace('.', '?').replace(mark, '.');
    }
}
