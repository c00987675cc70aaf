package io.perennial.recovery.dunning;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.outreach.template.ChosenTemplate;
import io.perennial.outreach.template.Rendered;

/** What an e-mail says to one customer. Codes of offers and links are shown as such, not as they are sent. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PersonalizedMessage(
        @Schema(examples = "Urgent: Your Premium Account Needs Attention")
        String subject,

        @Schema(description = "The text part", examples = "Dear Ada Lovelace, your premium account requires …")
        String message,

        @Schema(description = "The same in HTML") String html,
        @Schema(examples = "Contact Dedicated Support") String ctaText,

        @Schema(description = "Where the link leads on the organization's site", examples = "/support/premium")
        String ctaUrl,

        @Schema(description = "Whether a person is named to whom the customer can turn")
        boolean personalTouch,

        @Schema(description = "Whether the message tells an offer")
        boolean retentionOffer,

        @Schema(description = "Which template it is", examples = "payment_failed.premium.dunning_3.email.en")
        String template,

        @Schema(examples = "default") String variant,
        SubscriptionDetails subscriptionDetails,
        UsageStatistics usageStatistics,
        SupportHistory supportHistory,

        @Schema(description = "Absent when not known", examples = "email")
        String preferredContactMethod) {

    /** What the customer pays for. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record SubscriptionDetails(
            @Schema(examples = "Team, monthly") String plan,
            @Schema(examples = "640.00") BigDecimal monthlyRevenue,

            @Schema(description = "ISO 4217", examples = "EUR")
            String currency,

            @Schema(description = "Complete months", examples = "16")
            int subscriptionLengthMonths) {}

    /** What the customer does with it. */
    public record UsageStatistics(
            @Schema(description = "Per cent of the features", examples = "85.71")
            BigDecimal featureUsage,

            @Schema(description = "Sessions in a month", examples = "18.33")
            BigDecimal sessionFrequency,

            @Schema(examples = "[\"dashboards\", \"exports\"]")
            List<String> featureAdoption) {}

    /** What the customer asked for. */
    public record SupportHistory(
            @Schema(description = "Of the last three months", examples = "1")
            int supportTickets,

            @Schema(description = "How often what was asked or complained of")
            Map<String, Integer> supportInteractions) {}

    static PersonalizedMessage of(
            Wording.Addressee addressee, ChosenTemplate template, Rendered rendered, boolean isOffered) {
        var customer = addressee.customer();
        var metrics = addressee.segment().customerMetrics();
        return new PersonalizedMessage(
                rendered.subject(),
                rendered.text(),
                rendered.html(),
                template.ctaText(),
                rendered.ctaPath(),
                addressee.segment().segmentConfig().dedicatedSupport(),
                isOffered,
                rendered.template(),
                rendered.variant(),
                new SubscriptionDetails(
                        customer.plan(),
                        metrics.monthlyRevenue(),
                        metrics.currency(),
                        metrics.subscriptionLengthMonths()),
                new UsageStatistics(metrics.featureUsage(), metrics.sessionFrequency(), metrics.featureAdoption()),
                new SupportHistory(metrics.supportTickets(), metrics.supportInteractions()),
                customer.preferredContactMethod());
    }
}
