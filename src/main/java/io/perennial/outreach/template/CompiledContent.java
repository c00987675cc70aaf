package io.perennial.outreach.template;

import io.quarkus.qute.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.perennial.platform.InputError;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;

/** A content that has been parsed and checked and can be said to customers. */
final class CompiledContent {

    private static final int LONGEST_PUSH_TITLE = 80;
    private static final int LONGEST_PUSH_BODY = 240;

    private final TemplateKey key;
    private final Content content;
    private final Template subject;
    private final Template text;
    private final Template html;

    private final boolean namesOffers;

    private CompiledContent(TemplateKey key, Content content, Part subject, Part text, Part html) {
        this.key = key;
        this.content = content;
        this.subject = subject.template();
        this.text = text.template();
        this.html = html.template();
        this.namesOffers = subject.namesOffers() || text.namesOffers() || html.namesOffers();
    }

    /** A part that was parsed and checked; without a template where there is none. */
    private record Part(Template template, boolean namesOffers) {

        private static final Part NONE = new Part(null, false);
    }

    /** The parts as they were written for one customer. */
    record Written(String subject, String text, String html) {}

    /**
     * Parses and checks a content.
     *
     * @param field what the errors' fields begin with, such as {@code variants[0]}
     * @throws ProblemException of the type {@link ProblemType#INVALID_TEMPLATE} with every error and where it is
     */
    static CompiledContent of(TemplateKey key, Content content, String field) {
        var errors = new ArrayList<InputError>();
        missingOrTooMuch(key.channel(), content).forEach(error -> errors.add(prefixed(field, error)));
        var subject = part(key, content.subject(), false, field + ".subject", errors);
        var text = part(key, content.text(), false, field + ".text", errors);
        var html = part(key, content.html(), true, field + ".html", errors);
        if (content.ctaText() != null && content.ctaText().indexOf('{') >= 0) {
            errors.add(new InputError(null, null, field + ".cta_text", "is written as it is and may hold no braces"));
        }
        if (!errors.isEmpty()) {
            throw new ProblemException(
                    ProblemType.INVALID_TEMPLATE,
                    "The template has %d %s".formatted(errors.size(), errors.size() == 1 ? "error" : "errors"),
                    errors);
        }
        return new CompiledContent(key, content, subject, text, html);
    }

    private static InputError prefixed(String field, InputError error) {
        return new InputError(null, null, field + "." + error.field(), error.reason());
    }

    private static List<InputError> missingOrTooMuch(Medium channel, Content content) {
        var errors = new ArrayList<InputError>();
        require(errors, "subject", content.subject(), channel != Medium.SMS, channel);
        require(errors, "html", content.html(), channel == Medium.EMAIL, channel);
        require(errors, "cta_text", content.ctaText(), channel == Medium.EMAIL, channel);
        if (content.ctaPath() == null) {
            errors.add(new InputError(null, "cta_path", "is missing"));
        }
        if (content.subject() != null && content.subject().chars().anyMatch(Character::isISOControl)) {
            errors.add(new InputError(null, "subject", "must be one line"));
        }
        if (isDocument(content) && !content.html().contains("{unsubscribe_url}")) {
            errors.add(new InputError(null, "html", "is a whole document without {unsubscribe_url}"));
        }
        return errors;
    }

    private static void require(List<InputError> errors, String field, String part, boolean needed, Medium channel) {
        if (needed && (part == null || part.isBlank())) {
            errors.add(new InputError(null, field, "is missing"));
        } else if (!needed && part != null && !(field.equals("cta_text") && channel != Medium.SMS)) {
            errors.add(new InputError(null, field, "is no part of a message by " + channel.value()));
        }
    }

    private static boolean isDocument(Content content) {
        return content.html() != null
                && content.html().stripLeading().toLowerCase(Locale.ROOT).matches("(?s)(<!doctype|<html).*");
    }

    private static Part part(TemplateKey key, String source, boolean html, String field, List<InputError> errors) {
        if (source == null) {
            return Part.NONE;
        }
        try {
            var template = Sandbox.parse(source.strip(), html);
            var found = TemplateCheck.check(template, key, source.strip(), html, Set.of());
            tooLong(key.channel(), field, source.strip(), found.longest())
                    .forEach(error -> errors.add(located(field, error)));
            return new Part(template, found.namesOffers());
        } catch (TemplateSyntaxException e) {
            e.errors().forEach(error -> errors.add(located(field, error)));
            return Part.NONE;
        }
    }

    private static InputError located(String field, TemplateError error) {
        return new InputError((long) error.line(), (long) error.column(), field, error.reason());
    }

    private static List<TemplateError> tooLong(Medium channel, String field, String source, int longest) {
        if (channel == Medium.SMS) {
            var outside = Gsm7.firstOutside(source);
            if (outside >= 0) {
                return List.of(TemplateError.at(
                        source,
                        outside,
                        "%s is not in the alphabet of text messages (GSM-7)"
                                .formatted(Character.toString(source.codePointAt(outside)))));
            }
        }
        var limit = limit(channel, field);
        return longest <= limit
                ? List.of()
                : List.of(new TemplateError(
                        1,
                        1,
                        "can become %d characters with the longest values; %d are the most%s"
                                .formatted(longest, limit, channel == Medium.SMS ? ", of GSM-7" : "")));
    }

    private static int limit(Medium channel, String field) {
        return switch (channel) {
            case SMS -> Gsm7.ONE_MESSAGE;
            case PUSH -> field.endsWith("subject") ? LONGEST_PUSH_TITLE : LONGEST_PUSH_BODY;
            default -> Integer.MAX_VALUE;
        };
    }

    Content content() {
        return content;
    }

    /** Whether it names anything of what is offered, in any of its parts. */
    boolean namesOffers() {
        return namesOffers;
    }

    /**
     * Says it to somebody.
     *
     * @param given by the labels of placeholders
     * @return fails with {@link RenderingException}
     */
    Written write(Map<String, Object> given, Phrasing phrasing) {
        var values = phrasing.values(given, content.ctaText());
        var budget = new Budget(System.nanoTime());
        var writtenSubject = subject == null ? null : oneLine(Sandbox.render(subject, values, budget));
        var writtenText = Sandbox.render(text, values, budget).strip();
        if (key.channel() == Medium.SMS) {
            requireOneMessage(writtenText);
        }
        if (key.channel() != Medium.EMAIL) {
            return new Written(writtenSubject, writtenText, null);
        }
        var writtenHtml = Sandbox.render(html, values, budget);
        return new Written(
                writtenSubject,
                phrasing.layout().text(values, writtenText, budget),
                isDocument(content)
                        ? writtenHtml
                        : phrasing.layout().html(values, writtenSubject, writtenHtml, budget));
    }

    /** Values are cut to what was counted on, so this finds what was wrong about the counting. */
    private static void requireOneMessage(String text) {
        var septets = Gsm7.length(text);
        if (Gsm7.firstOutside(text) >= 0 || septets > Gsm7.ONE_MESSAGE) {
            throw new RenderingException(
                    "The text became %d characters of GSM-7; %d are the most".formatted(septets, Gsm7.ONE_MESSAGE));
        }
    }

    private static String oneLine(String subject) {
        return subject.replaceAll("\\s+", " ").strip();
    }
}
