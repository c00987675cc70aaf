package io.perennial.platform;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A part of a list. The next part begins after {@code next}.
 *
 * @param next what to pass as {@code after} to go on; null at the end
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Page<T>(
        List<T> items,

        @Schema(description = "Pass it as `after` for the next page; absent on the last")
        String next) {

    /** The largest page. */
    public static final int MAX_LIMIT = 1000;

    /**
     * Makes a page from one row more than was asked for, which tells whether there is a next one.
     *
     * @param rows at most {@code limit + 1}
     * @param key what the list is ordered by
     */
    public static <T> Page<T> of(List<T> rows, int limit, Function<T, String> key) {
        if (rows.size() <= limit) {
            return new Page<>(rows, null);
        }
        var items = rows.subList(0, limit);
        return new Page<>(items, key.apply(items.get(limit - 1)));
    }
}
