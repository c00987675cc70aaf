package io.perennial.offers.sync;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.perennial.platform.ProblemType;

/** Reads offers from a file: CSV whose first line names the fields, or JSON, one offer a line or all in a list. */
@ApplicationScoped
class OfferFile {

    private final ObjectMapper json;
    private final SyncConfig config;

    OfferFile(ObjectMapper json, SyncConfig config) {
        this.json = json;
        this.config = config;
    }

    /**
     * Reads all of them.
     *
     * @param mediaType tells the format; CSV unless it names JSON
     */
    List<JsonNode> read(InputStream body, String mediaType) {
        try {
            var bytes = body.readNBytes(config.maxFileBytes() + 1);
            if (bytes.length > config.maxFileBytes()) {
                throw ProblemType.INVALID_FILE.problem("The file is larger than %d bytes", config.maxFileBytes());
            }
            var text = new String(bytes, StandardCharsets.UTF_8);
            var type = mediaType == null ? "" : mediaType.toLowerCase(Locale.ROOT);
            var offers = type.contains("json") ? json(text) : csv(text);
            if (offers.isEmpty()) {
                throw ProblemType.INVALID_FILE.problem("The file holds no offers");
            }
            return offers;
        } catch (JsonProcessingException e) {
            throw ProblemType.INVALID_FILE.problem(
                    "Line %d is not JSON",
                    e.getLocation() == null ? 1 : e.getLocation().getLineNr());
        } catch (CsvParseException e) {
            throw ProblemType.INVALID_FILE.problem("The file is not CSV: %s", e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<JsonNode> json(String text) throws IOException {
        var offers = new ArrayList<JsonNode>();
        try (MappingIterator<JsonNode> documents =
                json.readerFor(JsonNode.class).readValues(text)) {
            while (documents.hasNextValue()) {
                take(offers, documents.nextValue());
            }
        }
        return offers;
    }

    private void take(List<JsonNode> offers, JsonNode document) {
        if (document.isArray()) {
            document.forEach(offer -> add(offers, offer));
        } else {
            add(offers, document);
        }
    }

    private List<JsonNode> csv(String text) throws IOException {
        var withoutMark = text.startsWith("\uFEFF") ? text.substring(1) : text;
        var firstLine = withoutMark.lines().findFirst().orElse("");
        var separator = firstLine.chars().filter(c -> c == ';').count()
                        > firstLine.chars().filter(c -> c == ',').count()
                ? ';'
                : ',';
        var offers = new ArrayList<JsonNode>();
        try (var records = CsvReader.builder()
                .fieldSeparator(separator)
                .allowMissingFields(true)
                .allowUnclosedQuote(false)
                .ofNamedCsvRecord(withoutMark)) {
            for (NamedCsvRecord record : records) {
                var offer = JsonNodeFactory.instance.objectNode();
                record.getFieldsAsMap().forEach((field, value) -> offer.put(field.strip(), value));
                add(offers, offer);
            }
        }
        return offers;
    }

    private void add(List<JsonNode> offers, JsonNode offer) {
        if (offers.size() == config.maxOffers()) {
            throw ProblemType.INVALID_FILE.problem("The file holds more than %d offers", config.maxOffers());
        }
        offers.add(offer);
    }
}
