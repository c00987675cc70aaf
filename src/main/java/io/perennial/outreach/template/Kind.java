package io.perennial.outreach.template;

/** What a value is, which says how it is written and what it can be compared with. */
public enum Kind {
    /** Words; too many of them are cut off. */
    TEXT,
    /** What somebody types in to get something; never shortened. */
    CODE,
    /** An amount of money with its currency, as the language writes it. */
    MONEY,
    /** A day, as the language writes it. */
    DATE,
    /** A number; the only kind that is more or less than another. */
    NUMBER,
    /** Yes or no: to ask for, not to write. */
    YES_OR_NO,
    /** An address on the web; never shortened. */
    URL,
    /** Offers, to go over with {@code for}. */
    OFFERS
}
