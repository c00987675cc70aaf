package io.perennial.recovery.cases;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How an organization wants recovery cases to be handled. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CaseSettings(
        @NotNull
        @DecimalMin("0")
        @DecimalMax("1")
        @Digits(integer = 1, fraction = 4)
        @Schema(
                description =
                        "Share of the cases, 0..1, about which nobody gets in touch, to tell what recovery causes",
                examples = "0.1")
        BigDecimal holdoutShare,

        @NotNull @Schema(description = "Whether cases of critical risk wait for an operator's approval")
        Boolean approveCriticalCases,

        @DecimalMin("0")
        @Digits(integer = 15, fraction = 4)
        @Schema(
                description =
                        "Offers of a step that cost this much or more, in the organization's currency, wait for an"
                                + " operator's approval; none do unless given",
                examples = "250.00")
        BigDecimal approveIncentivesFrom,

        @NotNull
        @Schema(
                description =
                        "Whether any later payment of the customer ends a case as recovered; else only the payment that"
                                + " failed, or a subscription that goes on")
        Boolean anyPaymentRecovers,

        @Pattern(regexp = "medium|high|critical", message = "must be one of medium, high, critical")
        @Schema(
                description =
                        "The level of churn risk that a customer has to reach for a case to begin; none begins by churn"
                                + " risk unless given",
                examples = "critical",
                enumeration = {"medium", "high", "critical"})
        String churnRiskFrom,

        @Size(max = 500)
        @Schema(
                description =
                        "Where late answers are told, a URL of a host that the service may ask; nowhere unless given",
                examples = "https://alerts.example.com/recovery")
        String alertUrl) {

    static final String TOPIC = "recovery";

    static final CaseSettings DEFAULT = new CaseSettings(BigDecimal.ZERO, false, null, true, null, null);

    /**
     * Whether an operator has to agree to what a step offers.
     *
     * @param cost at most, in the currency of the organization
     */
    public boolean asksFor(BigDecimal cost) {
        return approveIncentivesFrom != null && cost.signum() > 0 && cost.compareTo(approveIncentivesFrom) >= 0;
    }
}
