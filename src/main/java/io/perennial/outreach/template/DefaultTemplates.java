package io.perennial.outreach.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is said unless an organization says it otherwise: {@code outreach/<language>/<trigger>/<tone>.yaml} with a content for
 * each stage and channel, and the words and layouts of each language beside them. In {@link TemplateKey#FALLBACK_LANGUAGE}
 * there is all of it; in the others there is what somebody has written.
 */
@Startup
@Singleton
class DefaultTemplates {

    private static final List<String> LANGUAGES = List.of("en", "de");

    private final NavigableMap<String, Content> contents = new TreeMap<>();
    private final Map<String, Words> words = new HashMap<>();
    private final Map<String, Layout> layouts = new HashMap<>();

    DefaultTemplates() {
        var yaml = new YAMLMapper();
        for (var language : LANGUAGES) {
            words.put(language, words(read(yaml, language + "/words.yaml").orElseThrow()));
            layouts.put(
                    language,
                    new Layout(
                            language,
                            text(language + "/layout.txt").orElseThrow(),
                            text(language + "/layout.html").orElseThrow()));
            for (var trigger : Trigger.values()) {
                for (var tone : Tone.values()) {
                    read(yaml, "%s/%s/%s.yaml".formatted(language, trigger.value(), tone.value()))
                            .ifPresent(stages -> add(language, trigger, tone, stages));
                }
            }
        }
    }

    private void add(String language, Trigger trigger, Tone tone, JsonNode stages) {
        for (var stage : stages.properties()) {
            for (var channel : stage.getValue().properties()) {
                var key = new TemplateKey(
                        trigger, tone, MessageStage.of(stage.getKey()), Medium.of(channel.getKey()), language);
                contents.put(key.name(), content(channel.getValue()));
            }
        }
    }

    private static Content content(JsonNode parts) {
        return new Content(
                part(parts, "subject"),
                part(parts, "text"),
                part(parts, "html"),
                part(parts, "cta_text"),
                part(parts, "cta_path"));
    }

    private static String part(JsonNode parts, String name) {
        return parts.hasNonNull(name) ? parts.get(name).asText().strip() : null;
    }

    private static Words words(JsonNode words) {
        var summaries = new EnumMap<OfferLine.Type, String>(OfferLine.Type.class);
        words.get("offers")
                .properties()
                .forEach(offer -> summaries.put(
                        OfferLine.Type.of(offer.getKey()), offer.getValue().asText()));
        return new Words(words.get("customer").asText(), summaries);
    }

    private static Optional<JsonNode> read(YAMLMapper yaml, String name) {
        try (var file = open(name)) {
            return file == null ? Optional.empty() : Optional.of(yaml.readTree(file));
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    private static Optional<String> text(String name) {
        try (var file = open(name)) {
            return file == null
                    ? Optional.empty()
                    : Optional.of(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    private static InputStream open(String name) {
        return DefaultTemplates.class.getClassLoader().getResourceAsStream("outreach/" + name);
    }

    /** What is said by default for a key, in its language and no other. */
    Optional<Content> find(TemplateKey key) {
        return Optional.ofNullable(contents.get(key.name()));
    }

    /** All of them by their names. */
    NavigableMap<String, Content> all() {
        return Collections.unmodifiableNavigableMap(contents);
    }

    /** How a template's values are written: as its language writes them, in the words of the closest one there are words in. */
    Phrasing phrasing(TemplateKey key) {
        var closest = key.inLanguages().stream()
                .map(TemplateKey::language)
                .filter(words::containsKey)
                .findFirst()
                .orElseThrow();
        return new Phrasing(key.locale(), key.channel(), words.get(closest), layouts.get(closest));
    }
}
