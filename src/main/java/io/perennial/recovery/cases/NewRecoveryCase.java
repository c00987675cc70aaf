package io.perennial.recovery.cases;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.recovery.risk.RecoveryRiskLevel;

/** What somebody begins a case with. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NewRecoveryCase(
        @NotBlank
        @Size(max = 255)
        @Schema(
                description = "Perennial's UUID of the customer or, with a key of the organization, its own id",
                examples = "CUST_00042")
        String customerId,

        @NotNull
        @Schema(
                type = SchemaType.STRING,
                examples = "payment_failed",
                enumeration = {"payment_failed", "subscription_cancelled", "downgrade", "churn_risk"})
        CaseTrigger triggerType,

        @Schema(
                type = SchemaType.STRING,
                description = "The least that the case is taken for, whatever the score says",
                examples = "medium",
                enumeration = {"low", "medium", "high", "critical"})
        RecoveryRiskLevel riskLevel,

        @DecimalMin("0")
        @Digits(integer = 15, fraction = 4)
        @Schema(
                description =
                        "What is at stake; that of the failure or the monthly price of the subscription unless given",
                examples = "49.00")
        BigDecimal amount,

        @Pattern(regexp = "[A-Z]{3}", message = "must be a code of three capital letters")
        @Schema(description = "ISO 4217; that of the organization unless given", examples = "EUR")
        String currency,

        @Size(max = 500) @Schema(examples = "insufficient_funds")
        String reason,

        @Schema(
                description =
                        "The payment failure in question; the latest open one of the customer unless given, when the"
                                + " trigger is payment_failed")
        UUID failureId,

        @Size(max = 255) @Schema(examples = "sub_1MowQVLkdIwHu7ixeRlqHVzs")
        String subscriptionId) {}
