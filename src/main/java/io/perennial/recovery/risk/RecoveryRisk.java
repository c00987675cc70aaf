package io.perennial.recovery.risk;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * How likely it is that a customer has to be won back: {@code 0.5 × payment + 0.3 × behavioral + 0.2 × account risk}. The risk
 * of a part is the sum of its factors, each with its weight, up to 1. What the factors contribute adds up to the score.
 */
public record RecoveryRisk(
        UUID customerId,
        UUID organizationId,

        @Schema(description = "Only data up to this instant count")
        Instant asOf,

        @Schema(description = "0..1: 0.5 × payment + 0.3 × behavioral + 0.2 × account risk", examples = "0.6425")
        BigDecimal score,

        @Schema(
                type = SchemaType.STRING,
                description = "critical from 0.8, high from 0.6, medium from 0.4, else low",
                examples = "high",
                enumeration = {"low", "medium", "high", "critical"})
        RecoveryRiskLevel level,

        @Schema(description = "0..1", examples = "0.9") BigDecimal paymentRisk,
        @Schema(description = "0..1", examples = "0.5") BigDecimal behavioralRisk,
        @Schema(description = "0..1", examples = "0.2125") BigDecimal accountRisk,
        List<FactorFound> factors,
        RecoveryStrategy strategy) {

    private static final int DECIMALS = 6;

    /** A factor as it was found. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record FactorFound(
            @Schema(
                    type = SchemaType.STRING,
                    examples = "payment",
                    enumeration = {"payment", "behavioral", "account"})
            RiskPart part,

            @Schema(examples = "failed_payment_attempts") String factor,

            @Schema(description = "What was measured; absent when nothing is known", examples = "3")
            BigDecimal measure,

            @Schema(description = "How bad it is, 0..1", examples = "0.75")
            BigDecimal risk,

            @Schema(description = "How much of the score it makes up", examples = "0.375")
            BigDecimal contribution,

            @Schema(examples = "3 attempts to collect a payment failed in the last three months")
            String explanation) {}

    static RecoveryRisk of(UUID customer, UUID organization, Instant asOf, RiskFacts facts) {
        var score = rounded(Arrays.stream(RiskPart.values())
                .mapToDouble(part -> part.weight() * risk(part, facts))
                .sum());
        var level = RecoveryRiskLevel.of(score);
        return new RecoveryRisk(
                customer,
                organization,
                asOf,
                score,
                level,
                rounded(risk(RiskPart.PAYMENT, facts)),
                rounded(risk(RiskPart.BEHAVIORAL, facts)),
                rounded(risk(RiskPart.ACCOUNT, facts)),
                Arrays.stream(RiskFactor.values())
                        .map(factor -> found(factor, facts))
                        .toList(),
                level.strategy());
    }

    private static FactorFound found(RiskFactor factor, RiskFacts facts) {
        var measure = factor.measure(facts);
        return new FactorFound(
                factor.part(),
                factor.label(),
                measure == null ? null : rounded(measure),
                rounded(factor.risk(facts)),
                rounded(contribution(factor, facts)),
                factor.words(facts));
    }

    /** The risk of a part, 0..1. */
    static double risk(RiskPart part, RiskFacts facts) {
        return Math.min(1, sum(part, facts));
    }

    /** What a factor adds to the score: where the factors of a part add up to more than 1, each is scaled down alike. */
    static double contribution(RiskFactor factor, RiskFacts facts) {
        return factor.part().weight() * factor.weight() * factor.risk(facts) / Math.max(1, sum(factor.part(), facts));
    }

    private static double sum(RiskPart part, RiskFacts facts) {
        return Arrays.stream(RiskFactor.values())
                .filter(factor -> factor.part() == part)
                .mapToDouble(factor -> factor.weight() * factor.risk(facts))
                .sum();
    }

    /** Six decimals, half up, so that 0.8 is 0.8 however it was added up. */
    private static BigDecimal rounded(double number) {
        var rounded = BigDecimal.valueOf(number)
                .setScale(DECIMALS, RoundingMode.HALF_UP)
                .stripTrailingZeros();
        return rounded.scale() < 0 ? rounded.setScale(0) : rounded;
    }
}
