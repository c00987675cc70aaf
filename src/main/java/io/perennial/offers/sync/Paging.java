package io.perennial.offers.sync;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.InputError;

/**
 * How the pages of a source follow each other. Places in a page are JSON pointers (RFC 6901).
 *
 * @param items where the list of offers is; the empty pointer where the page itself is the list
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Paging(
        @NotNull Kind kind,

        @Schema(description = "Where the list of offers is in a page; the page itself unless given", examples = "/data")
        String items,

        @Schema(description = "Of kind page: the query parameter of the number", examples = "page")
        String pageParameter,

        @Min(0) @Max(1) @Schema(description = "Of kind page: the number of the first; 1 unless given", examples = "1")
        Integer firstPage,

        @Schema(description = "Of kind page: where a page says how many there are", examples = "/meta/total_pages")
        String totalPages,

        @Schema(description = "The query parameter of the size of pages", examples = "per_page")
        String sizeParameter,

        @Min(1) @Max(1000) @Schema(examples = "100") Integer pageSize,

        @Schema(description = "Where a page says how many offers there are in all", examples = "/meta/total")
        String totalItems,

        @Schema(description = "Of kind cursor: the query parameter of the cursor", examples = "cursor")
        String cursorParameter,

        @Schema(description = "Of kind cursor: where a page has the cursor of the next", examples = "/next_cursor")
        String nextCursor) {

    /** What leads from a page to the next: nothing, its number, a cursor in it, or its header {@code Link} (RFC 8288). */
    public enum Kind {
        NONE,
        PAGE,
        CURSOR,
        LINK;

        /** As the API and the database write it. */
        @JsonValue
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Reads what {@link #value()} writes. */
        @JsonCreator
        public static Kind of(String value) {
            return Arrays.stream(values())
                    .filter(known -> known.value().equalsIgnoreCase(value))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("must be one of none, page, cursor, link"));
        }
    }

    int firstPageOrDefault() {
        return firstPage == null ? 1 : firstPage;
    }

    /** What is missing or no pointer. */
    List<InputError> errors() {
        var errors = new ArrayList<InputError>();
        if (kind == Kind.PAGE && pageParameter == null) {
            errors.add(new InputError(null, "paging.page_parameter", "is needed for pages by number"));
        }
        if (kind == Kind.CURSOR && (cursorParameter == null || nextCursor == null)) {
            errors.add(new InputError(
                    null, "paging.cursor_parameter", "is needed for pages by cursor, and next_cursor with it"));
        }
        if ((sizeParameter == null) != (pageSize == null)) {
            errors.add(new InputError(null, "paging.page_size", "is needed where size_parameter is, and only there"));
        }
        check(errors, "items", items);
        check(errors, "total_pages", totalPages);
        check(errors, "total_items", totalItems);
        check(errors, "next_cursor", nextCursor);
        return errors;
    }

    private static void check(List<InputError> errors, String field, String pointer) {
        if (pointer != null && !Mapping.isPointer(pointer)) {
            errors.add(new InputError(null, "paging." + field, "must be a JSON pointer such as /data"));
        }
    }
}
