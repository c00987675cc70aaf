package io.perennial.outreach.link;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quarkus.qute.Engine;
import io.quarkus.qute.HtmlEscaper;
import io.quarkus.qute.Template;
import io.quarkus.qute.Variant;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Writes the small pages that links lead to: whole in themselves, in the customer's language, or else in the browser's. */
@Startup
@Singleton
class Pages {

    private static final List<String> LANGUAGES = List.of("en", "de");
    private static final String HTML = "text/html";

    private final Engine engine = Engine.builder()
            .addDefaults()
            .addResultMapper(new HtmlEscaper(List.of(HTML)))
            .build();
    private final Template page =
            engine.parse(read("page.html"), new Variant(Locale.ENGLISH, StandardCharsets.UTF_8, HTML));
    private final Map<String, JsonNode> words = new HashMap<>();

    Pages() {
        var yaml = new YAMLMapper();
        for (var language : LANGUAGES) {
            try {
                words.put(language, yaml.readTree(read(language + "/pages.yaml")));
            } catch (IOException e) {
                throw new UncheckedIOException(language, e);
            }
        }
    }

    private static String read(String name) {
        try (var file = Pages.class.getClassLoader().getResourceAsStream("outreach/" + name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    /**
     * Who a page is for.
     *
     * @param company the name of the organization; null where it is unknown
     * @param contact of its support; may be null
     * @param language of the customer, such as {@code de} or {@code de-AT}; may be null
     * @param accepted the languages that the browser asks for, as {@code Accept-Language} carries them; may be null
     */
    record Reader(String company, String contact, String language, String accepted) {}

    /** A page, a whole HTML document. */
    String write(PageKind kind, Reader reader) {
        var language = language(reader);
        var said = words.get(language).get("pages").get(kind.label());
        var company = reader.company() == null ? "" : reader.company();
        var values = new HashMap<String, Object>();
        values.put("language", language);
        values.put("company", company);
        values.put("title", said.get("title").asText());
        values.put("text", filled(said.get("text"), "company", company));
        values.put("button", said.path("button").asText(""));
        values.put(
                "contact",
                reader.contact() == null
                        ? ""
                        : filled(words.get(language).get("contact"), "contact", reader.contact()));
        return page.instance().data(values).render();
    }

    private String filled(JsonNode text, String name, String value) {
        return engine.parse(text.asText()).data(name, value).render();
    }

    /** The first language there are words in. */
    private static String language(Reader reader) {
        return Stream.concat(ranges(reader.language()), ranges(reader.accepted()))
                .map(range -> range.split("-", 2)[0])
                .filter(LANGUAGES::contains)
                .findFirst()
                .orElse(LANGUAGES.get(0));
    }

    private static Stream<String> ranges(String languages) {
        try {
            return languages == null
                    ? Stream.empty()
                    : Locale.LanguageRange.parse(languages.strip().replace('_', '-')).stream()
                            .map(Locale.LanguageRange::getRange);
        } catch (IllegalArgumentException e) {
            return Stream.empty();
        }
    }
}
