package io.perennial.offers.sync;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.InputError;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;

/** Where offers are to be taken over from, and how. Of {@code xiva} and {@code crm} the address is enough. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SourceDescription(
        @NotBlank
        @Size(max = 2000)
        @Schema(description = "http or https", examples = "https://crm.example.com/api/offers")
        String url,

        @Valid Paging paging,

        @Schema(
                description =
                        "By the fields of an offer, JSON pointers into an offer of the source, or constants written"
                                + " like =discount",
                examples = "{\"external_offer_id\": \"/id\", \"name\": \"/title\", \"category\": \"=discount\"}")
        Map<String, String> mapping,

        Auth auth,

        @Size(min = 1, max = 255) @Schema(description = "Of basic authentication", examples = "perennial")
        String username,

        @Pattern(
                regexp = SECRET + "[A-Z0-9_]{1,100}",
                message = "must name an environment variable that begins with " + SECRET)
        @Schema(
                description =
                        "The environment variable of the service that holds the token or password, which is stored"
                                + " nowhere; those named like it with _HOST and _ORGANIZATIONS at their ends name the only host that it is"
                                + " sent to and the only organizations that it is used for",
                examples = "PERENNIAL_OFFERS_SECRET_CRM")
        String secretReference,

        @Min(1)
        @Max(44640)
        @Schema(description = "Minutes between two synchronisations; only on request unless given", examples = "60")
        Integer everyMinutes,

        @Schema(description = "Whether it is asked on its schedule; true unless given")
        Boolean enabled) {

    /** What the names of secrets begin with, so that no other variable of the service can be sent anywhere. */
    static final String SECRET = "PERENNIAL_OFFERS_SECRET_";

    /** How the service says who it is. */
    public enum Auth {
        NONE,
        BEARER,
        BASIC;

        /** As the API and the database write it. */
        @JsonValue
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Reads what {@link #value()} writes. */
        @JsonCreator
        public static Auth of(String value) {
            return Arrays.stream(values())
                    .filter(known -> known.value().equalsIgnoreCase(value))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("must be one of none, bearer, basic"));
        }
    }

    /** Pages by number with totals, and a bearer token: as Xiva serves its catalog of campaigns. */
    private static final SourceDescription XIVA = new SourceDescription(
            null,
            new Paging(
                    Paging.Kind.PAGE,
                    "/data",
                    "page",
                    1,
                    "/meta/total_pages",
                    "per_page",
                    100,
                    "/meta/total",
                    null,
                    null),
            Map.ofEntries(
                    Map.entry("external_offer_id", "/id"),
                    Map.entry("name", "/title"),
                    Map.entry("description", "/details"),
                    Map.entry("category", "/type"),
                    Map.entry("is_active", "/active"),
                    Map.entry("lifecycle_stage", "/lifecycle_stage"),
                    Map.entry("target_segment", "/audience/segment"),
                    Map.entry("min_customer_value", "/audience/min_value"),
                    Map.entry("max_customer_value", "/audience/max_value"),
                    Map.entry("cost", "/economics/cost"),
                    Map.entry("margin", "/economics/margin"),
                    Map.entry("monthly_budget", "/economics/monthly_budget")),
            Auth.BEARER,
            null,
            SECRET + "XIVA",
            60,
            true);

    /** Pages by cursor, and a user with a password: as most systems for customer relationships serve their records. */
    private static final SourceDescription CRM = new SourceDescription(
            null,
            new Paging(
                    Paging.Kind.CURSOR, "/records", null, null, null, "limit", 200, "/total", "cursor", "/next_cursor"),
            Map.ofEntries(
                    Map.entry("external_offer_id", "/offer_code"),
                    Map.entry("name", "/offer_name"),
                    Map.entry("description", "/offer_description"),
                    Map.entry("category", "/offer_type"),
                    Map.entry("is_active", "/status"),
                    Map.entry("lifecycle_stage", "/stage"),
                    Map.entry("target_segment", "/segment"),
                    Map.entry("cost", "/unit_cost"),
                    Map.entry("redemption_limit", "/max_redemptions")),
            Auth.BASIC,
            "perennial",
            SECRET + "CRM",
            60,
            true);

    private static final Map<String, SourceDescription> READY = Map.of("xiva", XIVA, "crm", CRM);

    private static final SourceDescription PLAIN = new SourceDescription(
            null,
            new Paging(Paging.Kind.NONE, null, null, null, null, null, null, null, null, null),
            null,
            Auth.NONE,
            null,
            null,
            null,
            true);

    /**
     * This description with what was left out filled in from what is ready for the system.
     *
     * @throws ProblemException naming every field that is missing or means nothing
     */
    SourceDescription validated(String system, Addresses addresses) {
        if (!system.matches("[a-z][a-z0-9_]{0,49}")) {
            throw ProblemType.INVALID_REQUEST.problem(
                    "A system is named by up to 50 lower-case letters, digits and _, and %s is not", system);
        }
        var complete = complete(READY.getOrDefault(system, PLAIN));
        var errors = complete.errors(addresses);
        if (!errors.isEmpty()) {
            throw ProblemException.invalid(errors);
        }
        return complete;
    }

    private SourceDescription complete(SourceDescription ready) {
        var kind = auth == null ? ready.auth : auth;
        return new SourceDescription(
                url,
                paging == null ? ready.paging : paging,
                mapping == null ? ready.mapping : mapping,
                kind,
                username != null ? username : kind == Auth.BASIC ? ready.username : null,
                secretReference != null ? secretReference : kind == Auth.NONE ? null : ready.secretReference,
                everyMinutes == null ? ready.everyMinutes : everyMinutes,
                enabled == null || enabled);
    }

    private List<InputError> errors(Addresses addresses) {
        var errors = new ArrayList<InputError>();
        addresses.refusal(url, auth != Auth.NONE).ifPresent(reason -> errors.add(error("url", reason)));
        if (mapping == null) {
            errors.add(error("mapping", "is needed"));
        } else {
            errors.addAll(new Mapping(mapping).errors());
        }
        errors.addAll(paging.errors());
        if (auth == Auth.BASIC && username == null) {
            errors.add(error("username", "is needed for basic authentication"));
        }
        if (auth != Auth.NONE && secretReference == null) {
            errors.add(error("secret_reference", "is needed for authentication"));
        }
        if (auth == Auth.NONE && secretReference != null) {
            errors.add(error("secret_reference", "is not sent without authentication"));
        }
        return errors;
    }

    private static InputError error(String field, String reason) {
        return new InputError(null, field, reason);
    }
}
