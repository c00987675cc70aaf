package io.perennial.outreach.link;

import java.util.Locale;

/** What a page says to somebody who has followed a link. */
enum PageKind {
    INVALID,
    EXPIRED,
    NO_SITE,
    UNSUBSCRIBE,
    UNSUBSCRIBED,
    UNAVAILABLE;

    /** As the file of its words names it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
