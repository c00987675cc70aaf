package io.perennial.intake;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How a file was read, so that nobody has to guess. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Understood(
        @Schema(examples = "csv") String format,

        @Schema(description = "Between the fields of a CSV file", examples = ";")
        String delimiter,

        @Schema(examples = "UTF-8") String encoding,

        @Schema(description = "Which column of the file became which field")
        Map<String, String> columns,

        @Schema(description = "Columns that became attributes")
        List<String> attributes,

        @Schema(description = "The order of day, month and year", examples = "ymd")
        String dateFormat,

        @Schema(description = "Between the units and the decimals of an amount", examples = ".")
        String decimalMark,

        @Schema(description = "In which dates without an offset were read", examples = "Europe/Lisbon")
        String timezone) {

    Understood with(String newDateFormat, String newDecimalMark, String newTimezone) {
        return new Understood(
                format, delimiter, encoding, columns, attributes, newDateFormat, newDecimalMark, newTimezone);
    }
}
