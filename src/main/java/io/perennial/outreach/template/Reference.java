package io.perennial.outreach.template;

/** Something that a template can name. There is nothing else it can. */
sealed interface Reference permits Placeholder, OfferField {

    /** As a template writes it. */
    String label();

    Kind kind();

    /** The most characters that are written for it: of a short message, septets (see {@link Gsm7}). */
    int longest(Medium medium);
}
