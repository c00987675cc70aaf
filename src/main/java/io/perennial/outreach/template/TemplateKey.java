package io.perennial.outreach.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;

/**
 * Which template it is.
 *
 * @param language a language tag (BCP 47) in lower case, such as {@code en} or {@code pt-br}
 */
public record TemplateKey(Trigger trigger, Tone tone, MessageStage stage, Medium channel, String language) {

    /** The language that every template is there in. */
    public static final String FALLBACK_LANGUAGE = "en";

    private static final String LANGUAGE = "[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}";

    /** @throws IllegalArgumentException when the stage does not follow the trigger or the language is no tag of one */
    public TemplateKey {
        if (!stage.follows(trigger)) {
            throw new IllegalArgumentException(
                    "There is no stage %s after %s".formatted(stage.value(), trigger.value()));
        }
        language = language.toLowerCase(Locale.ROOT);
        if (!language.matches(LANGUAGE)) {
            throw new IllegalArgumentException(
                    "%s is not the tag of a language, such as en or pt-br".formatted(language));
        }
    }

    /** Its name in paths and in the database, such as {@code payment_failed.premium.dunning_1.email.en}. */
    public String name() {
        return String.join(".", trigger.value(), tone.value(), stage.value(), channel.value(), language);
    }

    /**
     * Reads what {@link #name()} writes.
     *
     * @throws ProblemException of the type {@link ProblemType#UNKNOWN_TEMPLATE} for any other name
     */
    public static TemplateKey of(String name) {
        var parts = name.split("\\.", -1);
        try {
            if (parts.length == 5) {
                var key = new TemplateKey(
                        Trigger.of(parts[0]),
                        Tone.of(parts[1]),
                        MessageStage.of(parts[2]),
                        Medium.of(parts[3]),
                        parts[4]);
                if (key.name().equals(name)) {
                    return key;
                }
            }
        } catch (IllegalArgumentException e) {
            throw ProblemType.UNKNOWN_TEMPLATE.problem("No template %s: %s", name, e.getMessage());
        }
        throw ProblemType.UNKNOWN_TEMPLATE.problem(
                "No template %s: its name has the form trigger.tone.stage.channel.language", name);
    }

    /** The same in the languages to try, the first one first: with its region, without, and the one that is always there. */
    List<TemplateKey> inLanguages() {
        var keys = new ArrayList<TemplateKey>();
        keys.add(this);
        var base = language.split("-", 2)[0];
        if (!base.equals(language)) {
            keys.add(in(base));
        }
        if (!base.equals(FALLBACK_LANGUAGE)) {
            keys.add(in(FALLBACK_LANGUAGE));
        }
        return keys;
    }

    /** The same in another language. */
    TemplateKey in(String other) {
        return new TemplateKey(trigger, tone, stage, channel, other);
    }

    /** How the language writes dates and amounts. */
    Locale locale() {
        return Locale.forLanguageTag(language);
    }
}
