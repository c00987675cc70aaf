package io.perennial.outreach.link;

import java.util.Locale;

/** What a link in a message is for. */
public enum LinkKind {
    /** Leads to where the customer can act, on the organization's site. */
    ACTION('r'),
    /** Leads to where the customer can say that they want no more of it. */
    UNSUBSCRIBE('u'),
    /** A picture of one point that tells that the message is looked at. */
    PIXEL('o');

    private final char folder;

    LinkKind(char folder) {
        this.folder = folder;
    }

    /** As the database writes it. */
    String value() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The first part of its path. */
    char folder() {
        return folder;
    }
}
