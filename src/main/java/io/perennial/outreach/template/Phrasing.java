package io.perennial.outreach.template;

import java.math.BigDecimal;
import java.text.NumberFormat;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes values as a language writes them and as a channel has room for: amounts with their currency, days, numbers, words
 * that are one line and not too long, and for text messages in their alphabet.
 */
final class Phrasing {

    private final Locale locale;
    private final Medium medium;
    private final Words words;
    private final Layout layout;

    Phrasing(Locale locale, Medium medium, Words words, Layout layout) {
        this.locale = locale;
        this.medium = medium;
        this.words = words;
        this.layout = layout;
    }

    Layout layout() {
        return layout;
    }

    /**
     * What a template of the key sees: every placeholder, {@link Absent} where there is no value.
     *
     * @param given by the labels of placeholders: words, numbers, days (as {@link LocalDate} or in ISO 8601), a list of
     *     {@link OfferLine}; null for what is not there
     * @return fails with {@link RenderingException} when a value is not of its kind, and when one is too long that may not be
     *     cut
     */
    Map<String, Object> values(Map<String, Object> given, String ctaText) {
        for (var name : given.keySet()) {
            if (Placeholder.named(name).isEmpty()) {
                throw new RenderingException("%s is no placeholder".formatted(name));
            }
        }
        var values = new HashMap<String, Object>();
        var currency = currency(given.get(Placeholder.CURRENCY.label()));
        for (var placeholder : Placeholder.values()) {
            var value = given.get(placeholder.label());
            values.put(placeholder.label(), value == null ? Absent.VALUE : value(placeholder, value, currency));
        }
        values.replace(Placeholder.CUSTOMER_NAME.label(), Absent.VALUE, words.customer());
        if (ctaText != null) {
            values.put(Placeholder.CTA_TEXT.label(), value(Placeholder.CTA_TEXT, ctaText, currency));
        }
        addFirstOffer(values, offers(given.get(Placeholder.OFFERS.label()), currency));
        return values;
    }

    private static void addFirstOffer(Map<String, Object> values, List<Map<String, Object>> offers) {
        var budget = new Budget(System.nanoTime());
        values.put(
                Placeholder.OFFERS.label(),
                offers.stream().map(offer -> new Values(offer, budget)).toList());
        if (!offers.isEmpty()) {
            values.put(Placeholder.OFFER_SUMMARY.label(), offers.get(0).get(OfferField.SUMMARY.label()));
            values.put(Placeholder.OFFER_CODE.label(), offers.get(0).get(OfferField.CODE.label()));
        }
    }

    private List<Map<String, Object>> offers(Object given, Currency currency) {
        var offers = new ArrayList<Map<String, Object>>();
        if (given instanceof List<?> some) {
            for (var offer : some.subList(0, Math.min(some.size(), Placeholder.MOST_OFFERS))) {
                if (!(offer instanceof OfferLine line)) {
                    throw new RenderingException("offers are no offers");
                }
                offers.add(fields(line, currency));
            }
        } else if (given != null) {
            throw new RenderingException("offers are no offers");
        }
        return offers;
    }

    private Map<String, Object> fields(OfferLine offer, Currency currency) {
        var fields = new HashMap<String, Object>();
        put(fields, OfferField.TYPE, offer.type().value(), currency);
        put(fields, OfferField.CODE, offer.code(), currency);
        put(fields, OfferField.SAVINGS, offer.savings(), currency);
        put(fields, OfferField.AMOUNT, offer.amount(), currency);
        put(fields, OfferField.VALID_UNTIL, offer.validUntil(), currency);
        put(fields, OfferField.PERCENT, offer.percent(), currency);
        put(fields, OfferField.MONTHS, offer.months(), currency);
        put(fields, OfferField.INSTALLMENTS, offer.installments(), currency);
        put(fields, OfferField.INTEREST_FREE, offer.interestFree(), currency);
        put(fields, OfferField.DAYS, offer.days(), currency);
        put(fields, OfferField.FULL_ACCESS, offer.fullAccess(), currency);
        put(fields, OfferField.FEATURE, offer.feature(), currency);
        var summary = words.summary(offer.type(), fields, new Budget(System.nanoTime()));
        put(fields, OfferField.SUMMARY, summary, currency);
        return fields;
    }

    private void put(Map<String, Object> fields, OfferField field, Object value, Currency currency) {
        fields.put(field.label(), value == null ? Absent.VALUE : value(field, value, currency));
    }

    private Object value(Reference reference, Object value, Currency currency) {
        return switch (reference.kind()) {
            case TEXT -> words(reference, value.toString());
            case CODE -> code(reference, oneLine(value.toString()));
            case MONEY -> whole(reference, money(number(reference, value), currency));
            case DATE -> whole(reference, day(reference, value));
            case NUMBER -> shown(reference, number(reference, value));
            case YES_OR_NO -> Boolean.TRUE.equals(value);
            case URL -> whole(reference, address(reference, value.toString()));
            case OFFERS -> Absent.VALUE;
        };
    }

    /** What is written in letters that the channel does not have is not there. */
    private CharSequence words(Reference reference, String value) {
        var words = cut(oneLine(value), reference.longest(medium));
        return words.isEmpty() ? Absent.VALUE : words;
    }

    /** Half a code is good for nothing. */
    private CharSequence code(Reference reference, String code) {
        return code.isEmpty() ? Absent.VALUE : whole(reference, code);
    }

    /** Nothing that a customer calls itself may begin another line, least of all of a mail's head. */
    private static String oneLine(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}]+", " ").strip();
    }

    /** As many whole words as there is room for, or as much of the first. */
    private String cut(String text, int longest) {
        var written = medium == Medium.SMS ? Gsm7.closest(text).strip() : text;
        if (length(written) <= longest) {
            return written;
        }
        var beginning = medium == Medium.SMS ? Gsm7.cut(written, longest) : beginning(written, longest);
        var lastSpace = beginning.lastIndexOf(' ');
        return (written.charAt(beginning.length()) == ' ' || lastSpace <= 0
                        ? beginning
                        : beginning.substring(0, lastSpace))
                .strip();
    }

    private static String beginning(String text, int characters) {
        return text.substring(0, Character.isHighSurrogate(text.charAt(characters - 1)) ? characters - 1 : characters);
    }

    private int length(String text) {
        return medium == Medium.SMS ? Gsm7.length(text) : text.length();
    }

    /** What says something else when it is cut is not cut. */
    private String whole(Reference reference, String text) {
        if (length(text) > reference.longest(medium)) {
            throw new RenderingException("%s is longer than the %d characters that it may have: %s"
                    .formatted(reference.label(), reference.longest(medium), text));
        }
        return text;
    }

    private static BigDecimal number(Reference reference, Object value) {
        try {
            return new BigDecimal(value.toString());
        } catch (NumberFormatException e) {
            throw new RenderingException("%s is no number".formatted(reference.label()));
        }
    }

    private Object shown(Reference reference, BigDecimal number) {
        var plain = number.stripTrailingZeros();
        whole(reference, plain.toPlainString());
        return plain.scale() <= 0 && plain.precision() - plain.scale() <= 9 ? (Object) plain.intValueExact() : plain;
    }

    /** As the language writes amounts; never with fewer decimals than the amount has. */
    private String money(BigDecimal amount, Currency currency) {
        if (currency == null) {
            throw new RenderingException("There is no currency");
        }
        var format = NumberFormat.getCurrencyInstance(locale);
        format.setCurrency(currency);
        var decimals = Math.max(
                Math.max(0, currency.getDefaultFractionDigits()),
                amount.stripTrailingZeros().scale());
        format.setMinimumFractionDigits(Math.min(decimals, Math.max(0, currency.getDefaultFractionDigits())));
        format.setMaximumFractionDigits(decimals);
        var written = format.format(amount).replaceAll("(?<=\\p{L})(?=\\d)", "\u00a0");
        if (medium != Medium.SMS) {
            return written;
        }
        var symbol = currency.getSymbol(locale);
        return Gsm7.firstOutside(symbol) < 0
                ? Gsm7.closest(written)
                : Gsm7.closest(written.replace(symbol, " " + currency.getCurrencyCode() + " "))
                        .strip();
    }

    private String day(Reference reference, Object value) {
        try {
            var day = value instanceof LocalDate date ? date : LocalDate.parse(value.toString());
            var style = medium.isShort() ? FormatStyle.MEDIUM : FormatStyle.LONG;
            var written = day.format(DateTimeFormatter.ofLocalizedDate(style).withLocale(locale));
            return medium == Medium.SMS && Gsm7.firstOutside(written) >= 0 ? day.toString() : written;
        } catch (DateTimeException e) {
            throw new RenderingException("%s is no day in ISO 8601".formatted(reference.label()));
        }
    }

    private static String address(Reference reference, String value) {
        if (!value.matches("https?://[!-~]+") || value.chars().anyMatch(c -> "\"'<>`\\".indexOf(c) >= 0)) {
            throw new RenderingException("%s is no address on the web".formatted(reference.label()));
        }
        return value;
    }

    private static Currency currency(Object code) {
        try {
            return code == null ? null : Currency.getInstance(code.toString());
        } catch (IllegalArgumentException e) {
            throw new RenderingException("%s is no currency (ISO 4217)".formatted(code));
        }
    }
}
