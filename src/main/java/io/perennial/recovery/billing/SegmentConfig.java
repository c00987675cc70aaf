package io.perennial.recovery.billing;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.outreach.template.Tone;

/**
 * Who is in a billing segment, and how they are treated.
 *
 * @param segmentCriteria by the names of {@link SegmentMetric}
 * @param escalationThreshold failed payments from which a person looks after the customer
 */
public record SegmentConfig(
        @NotEmpty
        @Schema(
                description = "By metric: monthly_revenue, subscription_length_months, feature_usage, support_tickets,"
                        + " payment_failures_last_3_months")
        Map<String, @NotNull @Valid SegmentCriterion> segmentCriteria,

        @NotNull
        @Schema(
                type = SchemaType.STRING,
                examples = "premium",
                enumeration = {"premium", "professional", "friendly", "supportive"})
        Tone messagingTone,

        @NotNull
        @Schema(
                type = SchemaType.STRING,
                examples = "high",
                enumeration = {"high", "medium", "standard", "low"})
        PriorityLevel priorityLevel,

        @NotNull @Schema(description = "Whether offers of escalation, loyalty and bonus are made")
        Boolean customOffers,

        @NotNull @Schema(description = "Whether a person is named to whom the customer can turn")
        Boolean dedicatedSupport,

        @NotNull
        @Min(1)
        @Max(1000)
        @Schema(description = "Failed payments from which a person looks after the customer", examples = "2")
        Integer escalationThreshold) {}
