package io.perennial.recovery.incentive;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

import io.perennial.recovery.billing.BillingSegment;

/**
 * The documentation of the incentives is printed from the code. When they differ, {@code mvn test
 * -Dtest=IncentiveDocumentationTest -Dperennial.docs.write=true} prints it again.
 */
class IncentiveDocumentationTest {

    private static final Path FILE = Path.of("docs", "incentives.md");
    private static final OfferSettings SETTINGS = DefaultOffers.SETTINGS;

    @Test
    void theDocumentationSaysWhatTheCodeDoes() throws IOException {
        if (Boolean.getBoolean("perennial.docs.write")) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, documentation());
        }
        assertThat(Files.readString(FILE)).isEqualTo(documentation());
    }

    private static String documentation() {
        return """
                # Incentives

                What a customer is offered for staying follows from their billing segment and the stage of dunning. These are \
                the offers that every organization begins with; \
                `PUT /api/v1/recovery/organizations/{org_id}/retention-offers` replaces them, and \
                `GET /api/v1/recovery/customers/{customer_id}/retention-offers/preview?stage=dunning_3` shows what a customer \
                would be offered now.

                This page is printed from the code; a test fails when they differ.

                Given are, for each segment, the first and the last figures of its range and, for the discounts of high-value \
                customers, those of the third stage. A stage between two given ones lies on the straight line between them, \
                rounded down: discounts to a multiple of five per cent, everything else to a whole number. Payment plans begin \
                with the third stage.

                ## Discounts

                Per cent of the monthly price, and for how many months. The amount of a month is rounded half up to the \
                cent, and the savings are that amount times the months.

                %s

                ## Payment plans

                The parts of what is due differ by a cent at most, the larger ones first, and add up to it. Interest is a share \
                of what is due, added once.

                %s

                ## Feature upgrades

                They end by themselves.

                %s

                ## Grace periods

                %s

                ## Triggers

                Besides the offers of the stage, customers of segments with custom offers get one for each trigger where they \
                reach both the threshold of their segment and what the offer takes.

                | Trigger | %s | Offer | From |
                |---|%s---|---|
                | Failed attempts | %s | Escalation: %s %% of what is due off, for each failed attempt, up to %s %% | %d attempts |
                | Months as a customer | %s | Loyalty: a credit of %s %% of the monthly price for each complete year, up to \
                %s %%, for %d days | %d months |
                | Feature usage | %s | Bonus: all upgrades of the segment on trial for %d days | %s %% |

                ## Budgets

                What an offer costs at most is reserved when it is made: from the budget of the month, in the time zone of the \
                organization, from the budget of the case, and from what the customer is expected to be worth. A discount that \
                does not fit is shortened, down to a single month; what does not fit otherwise is withheld, and the preview says \
                why. Reserved money is spent when the code is redeemed, and free again when the offer expires after %d days, is \
                replaced by one of a later stage, or its case ends. The code of an offer that was replaced redeems the one that \
                replaced it.
                """.formatted(
                table((segment, stage) -> {
                    var discount = SETTINGS.discount(segment, stage);
                    return "%s %%, %d".formatted(discount.discountPercent().toPlainString(), discount.durationMonths());
                }),
                table((segment, stage) -> {
                    var plan = SETTINGS.paymentPlan(segment, stage);
                    return plan == null
                            ? "none"
                            : plan.installments()
                                    + (plan.interestFree()
                                            ? ", no interest"
                                            : ", " + plan.interestPercent().toPlainString() + " % interest");
                }),
                table((segment, stage) -> {
                    var upgrade = SETTINGS.featureUpgrade(segment, stage);
                    return "%s; %d days".formatted(String.join(", ", upgrade.features()), upgrade.durationDays());
                }),
                table((segment, stage) -> {
                    var grace = SETTINGS.gracePeriod(segment, stage);
                    return "%d days, %s".formatted(grace.days(), grace.fullAccess() ? "full access" : "limited access");
                }),
                segments(BillingSegment::label),
                "---|".repeat(BillingSegment.values().length),
                segments(segment -> {
                    var trigger = SETTINGS.offerTriggers().paymentFailureCount().get(segment.label());
                    return trigger.threshold() + (trigger.escalation() ? "" : ", no offer");
                }),
                SETTINGS.extraOffers().escalationPercentPerFailure(),
                SETTINGS.extraOffers().escalationMaxPercent(),
                SETTINGS.extraOffers().escalationFromFailures(),
                segments(segment -> {
                    var trigger = SETTINGS.offerTriggers().subscriptionAge().get(segment.label());
                    return "%d, priority %s"
                            .formatted(trigger.minMonths(), trigger.priority().label());
                }),
                SETTINGS.extraOffers().loyaltyPercentPerYear(),
                SETTINGS.extraOffers().loyaltyMaxPercent(),
                SETTINGS.extraOffers().creditExpiresInDays(),
                SETTINGS.extraOffers().loyaltyFromMonths(),
                segments(segment -> {
                    var trigger = SETTINGS.offerTriggers().featureUsage().get(segment.label());
                    return trigger.minUsage() + " %" + (trigger.bonusOffer() ? "" : ", no offer");
                }),
                SETTINGS.extraOffers().bonusDays(),
                SETTINGS.extraOffers().bonusFromUsage(),
                SETTINGS.validityDays());
    }

    private static String segments(java.util.function.Function<BillingSegment, String> cell) {
        return Arrays.stream(BillingSegment.values()).map(cell).collect(joining(" | "));
    }

    private static String table(BiFunction<BillingSegment, DunningStage, String> cell) {
        return """
                | Stage | %s |
                |---|%s
                %s""".formatted(
                        segments(BillingSegment::label),
                        "---|".repeat(BillingSegment.values().length),
                        Arrays.stream(DunningStage.values())
                                .map(stage -> "| %s | %s |"
                                        .formatted(stage.label(), segments(segment -> cell.apply(segment, stage))))
                                .collect(joining("\n")));
    }
}
