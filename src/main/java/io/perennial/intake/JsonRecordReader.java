package io.perennial.intake;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.perennial.platform.ProblemType;

/** Reads JSON objects: the elements of one array, one object alone, or one object on each line (NDJSON). */
final class JsonRecordReader implements RecordReader {

    private static final int MAX_DIGITS = 1_000;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    static {
        JSON.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxStringLength(MAX_RECORD)
                        .maxNestingDepth(50)
                        .build());
    }

    /** Some files use ids for names; those are looked at each time. */
    private static final int REMEMBERED_NAMES = 1_000;

    private final List<Field> fields;
    private final LineErrors errors;
    private final String format;
    private final String encoding;
    private final Source source;
    private final Map<String, Integer> fieldOfName = new HashMap<>();
    private final Map<String, String> columns = new LinkedHashMap<>();
    private final List<String> attributeNames = new ArrayList<>();

    /** Where the objects come from. */
    private sealed interface Source permits Lines, Elements {

        /** The next object, or null at the end; anything that is no object is reported. */
        JsonNode next(LineErrors errors) throws IOException;

        long line();

        void close() throws IOException;
    }

    JsonRecordReader(TextBody body, boolean lines, List<Field> fields, LineErrors errors) throws IOException {
        this.fields = fields;
        this.errors = errors;
        this.format = lines ? "ndjson" : "json";
        this.encoding = body.charset().name();
        this.source = lines ? new Lines(body.reader()) : new Elements(body.reader());
    }

    @Override
    public InputRecord next() throws IOException {
        for (var object = source.next(errors); object != null; object = source.next(errors)) {
            if (!holdsHugeNumber(object)) {
                return sortOut(object);
            }
            errors.add(source.line(), null, "holds a number of more than %d digits".formatted(MAX_DIGITS));
        }
        return null;
    }

    /** A few characters such as 1e999999 are more digits than the database takes. */
    private static boolean holdsHugeNumber(JsonNode node) {
        if (node.isBigDecimal()) {
            var number = node.decimalValue();
            return Math.abs((long) number.precision() - number.scale()) > MAX_DIGITS;
        }
        for (var child : node) {
            if (holdsHugeNumber(child)) {
                return true;
            }
        }
        return false;
    }

    private InputRecord sortOut(JsonNode object) {
        var values = new String[fields.size()];
        var attributes = new JsonObject();
        object.fields().forEachRemaining(entry -> {
            if (entry.getValue().isNull()) {
                return;
            }
            var field = field(object, entry.getKey());
            if (entry.getKey().equals("attributes") && entry.getValue().isObject()) {
                attributes.mergeIn(new JsonObject(entry.getValue().toString()));
            } else if (field < 0 || values[field] != null) {
                attributes.put(entry.getKey(), JSON.convertValue(entry.getValue(), Object.class));
            } else {
                var text = entry.getValue().isValueNode()
                        ? entry.getValue().asText()
                        : entry.getValue().toString();
                values[field] = text.isBlank() ? null : text.strip();
            }
        });
        return new InputRecord(source.line(), values, attributes.isEmpty() ? null : attributes);
    }

    /** A field is taken by its own name before an alias. */
    private int field(JsonNode object, String name) {
        var known = fieldOfName.get(name);
        var field = known == null ? fieldNamed(name) : known;
        if (known == null && fieldOfName.size() < REMEMBERED_NAMES) {
            fieldOfName.put(name, field);
        }
        var isOutranked = field >= 0
                && !name.equals(fields.get(field).name())
                && object.has(fields.get(field).name());
        return isOutranked ? -1 : field;
    }

    private int fieldNamed(String name) {
        for (var i = 0; i < fields.size(); i++) {
            if (fields.get(i).isNamed(name)) {
                columns.put(name, fields.get(i).name());
                return i;
            }
        }
        if (attributeNames.size() < ImportReport.ERRORS_SHOWN && !name.equals("attributes")) {
            attributeNames.add(name);
        }
        return -1;
    }

    @Override
    public Understood understood() {
        return new Understood(format, null, encoding, columns, attributeNames, null, null, null);
    }

    @Override
    public void close() throws IOException {
        source.close();
    }

    /** NDJSON: a bad line costs that line only. */
    private static final class Lines implements Source {

        private final BufferedReader reader;
        private long line;
        private boolean empty = true;

        Lines(BufferedReader reader) {
            this.reader = reader;
        }

        @Override
        public JsonNode next(LineErrors errors) throws IOException {
            for (var text = readLine(); text != null; text = readLine()) {
                if (text.isBlank()) {
                    continue;
                }
                empty = false;
                try {
                    var node = JSON.readTree(text);
                    if (node.isObject()) {
                        return node;
                    }
                    errors.add(line, null, "is not a JSON object");
                } catch (JsonProcessingException e) {
                    errors.add(line, null, "is not JSON: " + e.getOriginalMessage());
                }
            }
            if (empty) {
                throw ProblemType.INVALID_FILE.problem("The file is empty");
            }
            return null;
        }

        private String readLine() throws IOException {
            line++;
            var text = new StringBuilder();
            for (var c = reader.read(); c != '\n'; c = reader.read()) {
                if (c == -1) {
                    return text.isEmpty() ? null : text.toString();
                }
                if (text.length() == MAX_RECORD) {
                    throw ProblemType.INVALID_FILE.problem(
                            "Line %d is longer than %d characters. Nothing was kept.", line, MAX_RECORD);
                }
                text.append((char) c);
            }
            return text.toString();
        }

        @Override
        public long line() {
            return line;
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }

    /** The elements of an array, read one at a time; or a single object. */
    private static final class Elements implements Source {

        private final JsonParser parser;
        private long charactersOfRecord;
        private long line;
        private boolean started;
        private boolean ended;

        Elements(Reader reader) throws IOException {
            this.parser = JSON.createParser(new FilterReader(reader) {
                @Override
                public int read(char[] buffer, int offset, int length) throws IOException {
                    var read = super.read(buffer, offset, length);
                    count(read);
                    return read;
                }
            });
        }

        private void count(int characters) {
            charactersOfRecord += characters;
            if (charactersOfRecord > MAX_RECORD) {
                throw ProblemType.INVALID_FILE.problem(
                        "The record of line %d is longer than %d characters. Nothing was kept.", line, MAX_RECORD);
            }
        }

        @Override
        public JsonNode next(LineErrors errors) throws IOException {
            try {
                return nextObject(errors);
            } catch (JsonProcessingException e) {
                throw ProblemType.INVALID_FILE.problem(
                        "Line %d is not JSON: %s. Nothing was kept.",
                        e.getLocation() == null ? line : e.getLocation().getLineNr(), e.getOriginalMessage());
            }
        }

        private JsonNode nextObject(LineErrors errors) throws IOException {
            for (var token = nextToken(); token != null; token = nextToken()) {
                charactersOfRecord = 0;
                line = parser.currentTokenLocation().getLineNr();
                var node = parser.<JsonNode>readValueAsTree();
                if (node.isObject()) {
                    return node;
                }
                errors.add(line, null, "is not a JSON object");
            }
            return null;
        }

        /** The first token of the next element; null at the end of the document, after which there may be nothing. */
        private JsonToken nextToken() throws IOException {
            if (ended) {
                return null;
            }
            var token = parser.nextToken();
            if (!started && token == null) {
                throw ProblemType.INVALID_FILE.problem("The file is empty");
            }
            if (!started && token == JsonToken.START_ARRAY) {
                token = parser.nextToken();
            }
            started = true;
            if (token == JsonToken.END_ARRAY) {
                ended = true;
                if (parser.nextToken() != null) {
                    throw new JsonParseException(parser, "Something follows the array");
                }
                return null;
            }
            return token;
        }

        @Override
        public long line() {
            return line;
        }

        @Override
        public void close() throws IOException {
            parser.close();
        }
    }
}
