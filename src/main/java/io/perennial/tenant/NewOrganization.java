package io.perennial.tenant;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Currency;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.InputError;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;

/** What an organization says about itself, when it is created and when it is changed. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NewOrganization(
        @NotBlank @Size(max = 200) @Schema(examples = "Harbor Outfitters")
        String name,

        @NotNull @Schema(examples = "ecommerce") OrgType orgType,

        @NotNull
        @Pattern(regexp = "[A-Z]{3}", message = "must be an ISO 4217 code such as EUR")
        @Schema(examples = "EUR")
        String currency,

        @NotNull @Schema(description = "IANA name", examples = "Europe/Lisbon")
        String timezone,

        @Min(1)
        @Max(730)
        @Schema(
                description = "Days without a sign of life until a customer counts as churned; 60 unless given",
                examples = "60")
        Integer churnHorizonDays) {

    static final int DEFAULT_CHURN_HORIZON_DAYS = 60;

    /**
     * Checks what annotations cannot.
     *
     * @throws ProblemException when the time zone or the currency does not exist
     */
    NewOrganization validated() {
        try {
            ZoneId.of(timezone);
        } catch (DateTimeException e) {
            throw invalid("timezone", "must be an IANA time zone such as Europe/Lisbon");
        }
        try {
            Currency.getInstance(currency);
        } catch (IllegalArgumentException e) {
            throw invalid("currency", "must be an ISO 4217 code such as EUR");
        }
        return this;
    }

    private static ProblemException invalid(String field, String reason) {
        return new ProblemException(
                ProblemType.INVALID_REQUEST, field + " " + reason, List.of(new InputError(null, field, reason)));
    }

    int churnHorizonDaysOrDefault() {
        return churnHorizonDays == null ? DEFAULT_CHURN_HORIZON_DAYS : churnHorizonDays;
    }
}
