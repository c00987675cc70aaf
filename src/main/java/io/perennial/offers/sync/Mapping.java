package io.perennial.offers.sync;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;

import io.perennial.insight.lifecycle.Stage;
import io.perennial.offers.TargetSegments;
import io.perennial.platform.Amounts;
import io.perennial.platform.InputError;
import io.perennial.tenant.OrgType;

/**
 * Where the fields of the catalog are in an offer of an outside system: for each a JSON pointer (RFC 6901), or a constant,
 * written like {@code =discount}.
 */
final class Mapping {

    static final String EXTERNAL_ID = "external_offer_id";

    private static final String CONSTANT = "=";
    private static final int SCALE = 4;
    private static final int PRECISION = 19;

    /** What is wrong with a value, in the words of an answer. */
    private static final class Unusable extends Exception {
        Unusable(String reason) {
            super(reason, null, false, false);
        }
    }

    /** Makes a value of the catalog from one of the source. */
    private interface Reading {
        Object of(JsonNode value) throws Unusable;
    }

    private static final Map<String, Reading> READINGS = Map.ofEntries(
            Map.entry("name", value -> text(value, 255)),
            Map.entry("description", value -> text(value, 4000)),
            Map.entry("category", value -> text(value, 50)),
            Map.entry("is_active", Mapping::flag),
            Map.entry("lifecycle_stage", Mapping::stage),
            Map.entry("target_segment", Mapping::segment),
            Map.entry("min_customer_value", Mapping::amount),
            Map.entry("max_customer_value", Mapping::amount),
            Map.entry("cost", Mapping::amount),
            Map.entry("margin", Mapping::decimal),
            Map.entry("monthly_budget", Mapping::amount),
            Map.entry("redemption_limit", Mapping::count),
            Map.entry("consent_needed", Mapping::flag),
            Map.entry("contact_limit", Mapping::count),
            Map.entry("contact_limit_days", Mapping::count),
            Map.entry("industries", Mapping::industries));

    /** What a source may say nothing about but not take away. */
    private static final Set<String> NEVER_NULL =
            Set.of("name", "description", "category", "is_active", "cost", "margin", "consent_needed", "industries");

    private final Map<String, String> places;

    Mapping(Map<String, String> places) {
        this.places = places;
    }

    /** The mapping of a file whose columns are named like those of the catalog. */
    static Mapping ofFile() {
        var places = new LinkedHashMap<String, String>();
        places.put(EXTERNAL_ID, "/" + EXTERNAL_ID);
        READINGS.keySet().forEach(column -> places.put(column, "/" + column));
        return new Mapping(places);
    }

    static boolean isPointer(String text) {
        try {
            JsonPointer.compile(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** What is missing, unknown, or neither pointer nor constant. */
    List<InputError> errors() {
        var errors = new ArrayList<InputError>();
        for (var needed : List.of(EXTERNAL_ID, "name")) {
            if (!places.containsKey(needed)) {
                errors.add(new InputError(null, "mapping." + needed, "is needed"));
            }
        }
        places.forEach((column, place) -> {
            if (!column.equals(EXTERNAL_ID) && !READINGS.containsKey(column)) {
                errors.add(new InputError(null, "mapping." + column, "is not a field of an offer"));
            } else if (place == null || !place.startsWith(CONSTANT) && !isPointer(place)) {
                errors.add(new InputError(
                        null,
                        "mapping." + column,
                        "must be a JSON pointer such as /title, or a constant such as =discount"));
            }
        });
        return errors;
    }

    /**
     * Reads an offer.
     *
     * @param errors takes what cannot be used
     * @return null when it has no id
     */
    ForeignOffer read(long number, JsonNode item, List<InputError> errors) {
        var id = place(item, EXTERNAL_ID);
        if (!item.isObject() || !id.isValueNode() || id.isNull() || id.asText().isBlank()) {
            errors.add(new InputError(number, EXTERNAL_ID, "is missing"));
            return null;
        }
        var values = new LinkedHashMap<String, Object>();
        for (var column : places.keySet()) {
            if (!column.equals(EXTERNAL_ID)) {
                read(number, item, column, values, errors);
            }
        }
        values.putIfAbsent("is_active", true);
        return new ForeignOffer(number, id.asText().strip(), values);
    }

    private void read(long number, JsonNode item, String column, Map<String, Object> values, List<InputError> errors) {
        var value = place(item, column);
        if (value.isMissingNode()) {
            return;
        }
        if (value.isNull() || value.isTextual() && value.asText().isBlank()) {
            if (!NEVER_NULL.contains(column)) {
                values.put(column, null);
            }
            return;
        }
        try {
            values.put(column, READINGS.get(column).of(value));
        } catch (Unusable e) {
            errors.add(new InputError(number, column, e.getMessage()));
        }
    }

    private JsonNode place(JsonNode item, String column) {
        var place = places.get(column);
        return place.startsWith(CONSTANT) ? TextNode.valueOf(place.substring(CONSTANT.length())) : item.at(place);
    }

    private static String text(JsonNode value, int longest) throws Unusable {
        if (!value.isValueNode()) {
            throw new Unusable("is not a text");
        }
        var text = value.asText().strip();
        if (text.length() > longest) {
            throw new Unusable("is longer than %d characters".formatted(longest));
        }
        return text;
    }

    private static Boolean flag(JsonNode value) throws Unusable {
        return switch (value.asText().strip().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "1", "active", "enabled" -> true;
            case "false", "no", "0", "inactive", "disabled" -> false;
            default -> throw new Unusable("is neither true nor false");
        };
    }

    private static String stage(JsonNode value) throws Unusable {
        try {
            return Stage.of(text(value, 50)).label();
        } catch (IllegalArgumentException e) {
            throw new Unusable(e.getMessage());
        }
    }

    private static String segment(JsonNode value) throws Unusable {
        var segment = TargetSegments.written(text(value, 50));
        if (!TargetSegments.NAMES.contains(segment)) {
            throw new Unusable("must be one of " + String.join(", ", TargetSegments.NAMES));
        }
        return segment;
    }

    private static BigDecimal amount(JsonNode value) throws Unusable {
        var amount = decimal(value);
        if (amount.signum() < 0) {
            throw new Unusable("is negative");
        }
        return amount;
    }

    private static BigDecimal decimal(JsonNode value) throws Unusable {
        try {
            var decimal = value.isNumber() ? value.decimalValue() : new BigDecimal(text(value, 40));
            var plain = Amounts.plain(decimal);
            if (plain.scale() > SCALE || plain.precision() - plain.scale() > PRECISION - SCALE) {
                throw new Unusable("has more than 15 digits before or 4 after the point");
            }
            return plain;
        } catch (NumberFormatException e) {
            throw new Unusable("is not a number");
        }
    }

    private static Integer count(JsonNode value) throws Unusable {
        try {
            var count = decimal(value).intValueExact();
            if (count < 1) {
                throw new Unusable("must be 1 or more");
            }
            return count;
        } catch (ArithmeticException e) {
            throw new Unusable("is not a whole number");
        }
    }

    private static List<String> industries(JsonNode value) throws Unusable {
        var names = value.isArray()
                ? StreamSupport.stream(value.spliterator(), false)
                        .map(JsonNode::asText)
                        .toList()
                : List.of(text(value, 255).split("[,;|]"));
        try {
            return names.stream()
                    .map(String::strip)
                    .filter(name -> !name.isEmpty())
                    .map(name -> OrgType.of(name).value())
                    .distinct()
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new Unusable(e.getMessage());
        }
    }
}
