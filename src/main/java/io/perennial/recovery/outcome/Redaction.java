package io.perennial.recovery.outcome;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Leaves out of what was noted whatever somebody could use: codes of offers, links and secrets, by their names and looks. */
final class Redaction {

    private static final Pattern NAME = Pattern.compile(
            "(?i)(^|.*_)(code|codes|token|tokens|secret|secrets|password|url|urls|link|links|key|signature)$");
    private static final Pattern CODE = Pattern.compile("STAY(-[0-9A-Z]{4}){4}", Pattern.CASE_INSENSITIVE);
    private static final Pattern ADDRESS = Pattern.compile("https?://\\S+", Pattern.CASE_INSENSITIVE);
    private static final String LEFT_OUT = "…";

    private Redaction() {}

    /** The same without them, in the same order. */
    static Map<String, Object> of(JsonObject noted) {
        var clean = new LinkedHashMap<String, Object>();
        noted.forEach(entry -> {
            if (!NAME.matcher(entry.getKey()).matches()) {
                clean.put(entry.getKey(), value(entry.getValue()));
            }
        });
        return clean;
    }

    private static Object value(Object value) {
        if (value instanceof JsonObject object) {
            return of(object);
        }
        if (value instanceof JsonArray array) {
            return array.stream().map(Redaction::value).toList();
        }
        return value instanceof String text ? text(text) : value;
    }

    /** A text without codes and addresses; null stays null. */
    static String text(String text) {
        return text == null
                ? null
                : ADDRESS.matcher(CODE.matcher(text).replaceAll(LEFT_OUT)).replaceAll(LEFT_OUT);
    }
}
