package io.perennial.intake;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;

/** Reads CSV whose first line names the columns. The delimiter is found from that line. */
final class CsvRecordReader implements RecordReader {

    private static final char[] DELIMITERS = {',', ';', '\t', '|'};

    private final CsvReader<CsvRecord> csv;
    private final LineErrors errors;
    private final List<Field> fields;
    private final String[] header;
    /** For each column of the file, the field it became, or −1 for an attribute. */
    private final int[] fieldOfColumn;

    private final Understood understood;

    CsvRecordReader(TextBody body, List<Field> fields, LineErrors errors) throws IOException {
        this.errors = errors;
        this.fields = fields;
        var delimiter = delimiter(body.reader());
        this.csv = CsvReader.builder()
                .fieldSeparator(delimiter)
                .maxBufferSize(MAX_RECORD)
                .allowMissingFields(true)
                .allowExtraFields(true)
                .trimWhitespacesAroundQuotes(true)
                .allowUnclosedQuote(false)
                .build(
                        CsvRecordHandler.builder()
                                .maxFieldSize(MAX_RECORD)
                                .maxRecordSize(MAX_RECORD)
                                .build(),
                        body.reader());
        var first = read();
        if (first == null) {
            throw ProblemType.INVALID_FILE.problem("The file is empty; its first line names the columns");
        }
        this.header = first.getFields().stream().map(String::strip).toArray(String[]::new);
        this.fieldOfColumn = new int[header.length];
        this.understood = understand(delimiter, body.charset());
    }

    /** The most frequent of the usual delimiters in the first line, outside of quotes. */
    private static char delimiter(BufferedReader reader) throws IOException {
        var limit = 1 << 15;
        reader.mark(limit);
        var counts = new int[DELIMITERS.length];
        var quoted = false;
        var begun = false;
        for (var read = 0; read < limit - 1; read++) {
            var c = reader.read();
            var endOfLine = !quoted && (c == '\n' || c == '\r');
            if (c == -1 || (endOfLine && begun)) {
                break;
            }
            begun |= !endOfLine;
            quoted ^= c == '"';
            for (var i = 0; !quoted && i < DELIMITERS.length; i++) {
                counts[i] += c == DELIMITERS[i] ? 1 : 0;
            }
        }
        reader.reset();
        var best = 0;
        for (var i = 1; i < counts.length; i++) {
            best = counts[i] > counts[best] ? i : best;
        }
        return DELIMITERS[best];
    }

    private Understood understand(char delimiter, Charset charset) {
        Map<String, String> columns = new LinkedHashMap<>();
        List<String> attributes = new ArrayList<>();
        for (var column = 0; column < header.length; column++) {
            fieldOfColumn[column] = fieldNamed(header[column], columns);
            if (fieldOfColumn[column] >= 0) {
                columns.put(header[column], fields.get(fieldOfColumn[column]).name());
            } else {
                attributes.add(header[column]);
            }
        }
        for (var field : fields) {
            if (field.required() && !columns.containsValue(field.name())) {
                throw ProblemType.INVALID_FILE.problem(
                        "No column of the file is a %s. Its columns are: %s. Known names: %s",
                        field.name(), abbreviated(String.join(", ", header)), String.join(", ", field.aliases()));
            }
        }
        return new Understood("csv", String.valueOf(delimiter), charset.name(), columns, attributes, null, null, null);
    }

    /** A field is taken by the first column that names it, the field's own name before an alias. */
    private int fieldNamed(String column, Map<String, String> taken) {
        for (var i = 0; i < fields.size(); i++) {
            var field = fields.get(i);
            if (field.isNamed(column) && !taken.containsValue(field.name()) && !isOutranked(column, field)) {
                return i;
            }
        }
        return -1;
    }

    private boolean isOutranked(String column, Field field) {
        if (column.equalsIgnoreCase(field.name())) {
            return false;
        }
        for (var other : header) {
            if (other.equalsIgnoreCase(field.name())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public InputRecord next() throws IOException {
        for (var record = read(); record != null; record = read()) {
            if (record.getFieldCount() == header.length) {
                return sortOut(record);
            }
            errors.add(
                    record.getStartingLineNumber(),
                    null,
                    "has %d fields instead of %d".formatted(record.getFieldCount(), header.length));
        }
        return null;
    }

    private InputRecord sortOut(CsvRecord record) {
        var values = new String[fields.size()];
        JsonObject attributes = null;
        for (var column = 0; column < header.length; column++) {
            var value = record.getField(column).strip();
            if (value.isEmpty()) {
                continue;
            }
            if (fieldOfColumn[column] >= 0) {
                values[fieldOfColumn[column]] = value;
            } else {
                attributes = attributes == null ? new JsonObject() : attributes;
                attributes.put(header[column], value);
            }
        }
        return new InputRecord(record.getStartingLineNumber(), values, attributes);
    }

    private CsvRecord read() throws IOException {
        try {
            var records = csv.iterator();
            return records.hasNext() ? records.next() : null;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (CsvParseException e) {
            if (e.getCause() instanceof ProblemException problem) {
                throw problem;
            }
            throw ProblemType.INVALID_FILE.problem("%s. Nothing was kept.", e.getMessage());
        }
    }

    private static String abbreviated(String text) {
        return text.length() <= 300 ? text : text.substring(0, 300) + "…";
    }

    @Override
    public Understood understood() {
        return understood;
    }

    @Override
    public void close() throws IOException {
        csv.close();
    }
}
