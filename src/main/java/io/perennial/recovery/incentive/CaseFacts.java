package io.perennial.recovery.incentive;

import java.math.BigDecimal;
import java.util.UUID;

/**
 * What offers to a customer in trouble are made of.
 *
 * @param caseId the recovery case that the offers belong to
 * @param subscription the subscription that is to be kept, by the billing system's id; null when not known
 * @param amountDue what was to be paid and was not; null when nothing is due, as after a cancellation
 * @param currency of the amount, ISO 4217; null for that of the organization
 * @param failedAttempts attempts to collect the payment that failed
 */
public record CaseFacts(
        UUID organization,
        UUID customer,
        UUID caseId,
        String subscription,
        BigDecimal amountDue,
        String currency,
        int failedAttempts) {}
