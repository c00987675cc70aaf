package io.perennial.outreach.template;

import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What stands in a template for something of the customer who is written to. */
public enum Placeholder implements Reference {
    CUSTOMER_NAME(
            Kind.TEXT, Given.ALWAYS, 60, 20, "Alex Morgan", "The customer's name; \"customer\" where it is unknown"),
    COMPANY_NAME(Kind.TEXT, Given.ALWAYS, 60, 20, "Harbor Outfitters", "The organization's name"),
    AMOUNT(
            Kind.MONEY,
            Given.AFTER_A_FAILED_PAYMENT,
            30,
            16,
            new BigDecimal("49.00"),
            "The amount that could not be charged, with its currency"),
    CURRENCY(Kind.TEXT, Given.ALWAYS, 3, 3, "EUR", "The currency (ISO 4217)"),
    PLAN(Kind.TEXT, Given.SOMETIMES, 40, 20, "Pro", "The plan of the subscription"),
    PREVIOUS_PLAN(Kind.TEXT, Given.SOMETIMES, 40, 20, "Business", "The plan before a downgrade"),
    DUE_DATE(Kind.DATE, Given.SOMETIMES, 40, 14, LocalDate.of(2026, 3, 1), "When the payment was due"),
    RETRY_DATE(Kind.DATE, Given.SOMETIMES, 40, 14, LocalDate.of(2026, 3, 8), "When the payment is tried again"),
    ACCESS_ENDS_ON(
            Kind.DATE,
            Given.SOMETIMES,
            40,
            14,
            LocalDate.of(2026, 3, 15),
            "The last day that the subscription can be used"),
    ATTEMPT_COUNT(Kind.NUMBER, Given.SOMETIMES, 4, 4, 2, "How often the payment was tried"),
    SUBSCRIPTION_MONTHS(Kind.NUMBER, Given.SOMETIMES, 4, 4, 14, "How long there has been a subscription, in months"),
    FEATURE_USAGE(Kind.NUMBER, Given.SOMETIMES, 5, 5, 64, "How much of what can be used is used, in percent"),
    SUPPORT_TICKETS(Kind.NUMBER, Given.SOMETIMES, 6, 6, 1, "How many support tickets the customer opened"),
    PREFERRED_CONTACT_METHOD(Kind.TEXT, Given.SOMETIMES, 20, 10, "email", "How the customer prefers to be contacted"),
    CANCELLATION_REASON(
            Kind.TEXT,
            Given.SOMETIMES,
            80,
            20,
            "too_expensive",
            "Why the customer cancelled, as the billing system says it, such as too_expensive, missing_features, not_used"),
    SUPPORT_CONTACT(Kind.TEXT, Given.SOMETIMES, 80, 30, "care@harbor.example", "An address or a number of the support"),
    OFFERS(
            Kind.OFFERS,
            Given.SOMETIMES,
            0,
            0,
            List.of(OfferLine.EXAMPLE),
            "What is offered, to go over with {#for offer in offers}"),
    OFFER_SUMMARY(Kind.TEXT, Given.SOMETIMES, 120, 40, null, "The first offer in words"),
    OFFER_CODE(Kind.CODE, Given.SOMETIMES, 30, 24, null, "The code of the first offer"),
    CTA_TEXT(Kind.TEXT, Given.ALWAYS, 60, 30, null, "What the link to act says: the template's own cta_text"),
    CTA_URL(
            Kind.URL,
            Given.ALWAYS,
            2000,
            60,
            "https://pay.harbor.example/r/7fQ2kX9vT1mB",
            "Where the customer can act: the template's own cta_path behind a signed link"),
    UNSUBSCRIBE_URL(
            Kind.URL,
            Given.IN_MAIL,
            2000,
            60,
            "https://pay.harbor.example/u/7fQ2kX9vT1mB",
            "Where the customer can unsubscribe");

    /**
     * The most offers that a message shows: as many as a stage of dunning makes at most, four of its own and one by each
     * trigger.
     */
    public static final int MOST_OFFERS = 7;

    private static final Map<String, Placeholder> BY_LABEL =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Placeholder::label, Function.identity()));

    /** When a value is certain to be there. Where it is not, a template has to ask for it first. */
    private enum Given {
        ALWAYS,
        AFTER_A_FAILED_PAYMENT,
        IN_MAIL,
        SOMETIMES
    }

    private final Kind kind;
    private final Given given;
    private final int longest;
    private final int longestInShort;
    private final Object example;
    private final String meaning;

    Placeholder(Kind kind, Given given, int longest, int longestInShort, Object example, String meaning) {
        this.kind = kind;
        this.given = given;
        this.longest = longest;
        this.longestInShort = longestInShort;
        this.example = example;
        this.meaning = meaning;
    }

    /** The placeholder that a template writes like this. */
    static Optional<Placeholder> named(String label) {
        return Optional.ofNullable(BY_LABEL.get(label));
    }

    @Override
    @JsonValue
    public String label() {
        return Labels.of(this);
    }

    @Override
    public Kind kind() {
        return kind;
    }

    @Override
    public int longest(Medium medium) {
        return medium.isShort() ? longestInShort : longest;
    }

    /** What it stands for. */
    public String meaning() {
        return meaning;
    }

    /** Something that it can stand for; null when it follows from another. */
    public Object example() {
        return example;
    }

    /** When it is certain to have a value, as the API writes it. */
    String given() {
        return Labels.of(given);
    }

    /** Whether every message of such a template has a value for it. */
    public boolean isGiven(TemplateKey key) {
        return switch (given) {
            case ALWAYS -> true;
            case AFTER_A_FAILED_PAYMENT -> key.trigger() == Trigger.PAYMENT_FAILED;
            case IN_MAIL -> key.channel() == Medium.EMAIL;
            case SOMETIMES -> false;
        };
    }

    /** Whether it tells something of what is offered. */
    boolean isOfOffers() {
        return this == OFFERS || this == OFFER_SUMMARY || this == OFFER_CODE;
    }

    /** What is there where this is there. */
    List<Placeholder> implies() {
        return isOfOffers() ? List.of(OFFERS, OFFER_SUMMARY, OFFER_CODE) : List.of(this);
    }
}
