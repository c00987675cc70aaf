package io.perennial.outreach.template;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a template can name of an offer that it goes over. */
enum OfferField implements Reference {
    TYPE(Kind.TEXT, true, 20, 20),
    SUMMARY(Kind.TEXT, true, 120, 40),
    CODE(Kind.CODE, true, 30, 24),
    SAVINGS(Kind.MONEY, false, 30, 16),
    AMOUNT(Kind.MONEY, false, 30, 16),
    VALID_UNTIL(Kind.DATE, false, 40, 14),
    PERCENT(Kind.NUMBER, false, 6, 6),
    MONTHS(Kind.NUMBER, false, 4, 4),
    INSTALLMENTS(Kind.NUMBER, false, 4, 4),
    INTEREST_FREE(Kind.YES_OR_NO, false, 0, 0),
    DAYS(Kind.NUMBER, false, 4, 4),
    FULL_ACCESS(Kind.YES_OR_NO, false, 0, 0),
    FEATURE(Kind.TEXT, false, 80, 30);

    private static final Map<String, OfferField> BY_LABEL =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(OfferField::label, Function.identity()));

    private final Kind kind;
    private final boolean given;
    private final int longest;
    private final int longestInShort;

    OfferField(Kind kind, boolean given, int longest, int longestInShort) {
        this.kind = kind;
        this.given = given;
        this.longest = longest;
        this.longestInShort = longestInShort;
    }

    static Optional<OfferField> named(String label) {
        return Optional.ofNullable(BY_LABEL.get(label));
    }

    @Override
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

    /** Whether every offer has it. */
    boolean isGiven() {
        return given;
    }
}
