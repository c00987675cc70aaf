package io.perennial.outreach.template;

/**
 * What is said to one customer.
 *
 * @param subject of an e-mail; the title of a push message or a task; null of a text message
 * @param html null but of an e-mail
 * @param variant which of the template's variants it is
 * @param template the name of the template that was used, which may be of another language than asked for
 * @param revision the version of the template since which the variant says this
 */
public record Rendered(
        String subject, String text, String html, String variant, String template, int revision, String ctaPath) {}
