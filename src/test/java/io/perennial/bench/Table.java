package io.perennial.bench;

import de.siegmar.fastcsv.reader.CsvReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.perennial.models.learn.FeatureSchema;
import io.perennial.models.learn.FeatureSchema.Feature;
import io.perennial.models.learn.LabelledRows;
import io.perennial.models.learn.Objective;
import io.perennial.models.learn.Rows;
import io.perennial.models.learn.Task;

/**
 * A file with a header, a line for each row and a column that says what became of it. A column is a number when all of its
 * values are, blank ones aside, which are missing; otherwise each of its values is a category.
 *
 * @param file with comma, semicolon, … separated values
 * @param target the column that is predicted
 * @param positive its value where it happened
 * @param dropped columns that are not looked at
 * @param categorical columns of numbers that are names all the same
 * @param distinct whether a row that repeats another one is left out
 */
record Table(
        String name,
        Path file,
        char separator,
        String target,
        String positive,
        Set<String> dropped,
        Set<String> categorical,
        boolean distinct) {

    /** What can be learned from it. */
    record Content(Task task, LabelledRows rows) {}

    Content read() throws IOException {
        var lines = lines();
        var header = lines.remove(0);
        var features = new ArrayList<Feature>();
        var columns = new ArrayList<Integer>();
        for (var column = 0; column < header.size(); column++) {
            var title = header.get(column);
            if (!title.equals(target) && !dropped.contains(title)) {
                columns.add(column);
                features.add(feature(title, column, lines));
            }
        }
        var schema = new FeatureSchema(features);
        var values = new float[lines.size() * columns.size()];
        var labels = new float[lines.size()];
        var targetColumn = header.indexOf(target);
        for (var line = 0; line < lines.size(); line++) {
            labels[line] = lines.get(line).get(targetColumn).equals(positive) ? 1 : 0;
            for (var i = 0; i < columns.size(); i++) {
                values[line * columns.size() + i] =
                        value(features.get(i), lines.get(line).get(columns.get(i)));
            }
        }
        return new Content(
                Task.of(Objective.BINARY, schema), new LabelledRows(new Rows(schema, lines.size(), values), labels));
    }

    private List<List<String>> lines() throws IOException {
        var lines = new ArrayList<List<String>>();
        var seen = new HashSet<List<String>>();
        try (var reader = CsvReader.builder().fieldSeparator(separator).ofCsvRecord(file)) {
            for (var record : reader) {
                var line = record.getFields().stream().map(String::strip).toList();
                if (!distinct || seen.add(line)) {
                    lines.add(line);
                }
            }
        }
        return lines;
    }

    private Feature feature(String title, int column, List<List<String>> lines) {
        var values = new TreeSet<String>();
        lines.forEach(line -> values.add(line.get(column)));
        values.remove("");
        return categorical.contains(title) || !values.stream().allMatch(Table::isNumber)
                ? new Feature(title, List.copyOf(values))
                : Feature.numeric(title);
    }

    private static boolean isNumber(String text) {
        try {
            Float.parseFloat(text);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static float value(Feature feature, String text) {
        if (text.isEmpty()) {
            return Float.NaN;
        }
        return feature.isCategorical() ? feature.categories().indexOf(text) : Float.parseFloat(text);
    }
}
