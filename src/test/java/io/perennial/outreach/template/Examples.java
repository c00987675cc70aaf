package io.perennial.outreach.template;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Values to render templates with. */
final class Examples {

    static final DefaultTemplates DEFAULTS = new DefaultTemplates();

    private Examples() {}

    static final OfferLine DISCOUNT = OfferLine.discount(
            new BigDecimal("50"), 6, new BigDecimal("147.00"), "STAY-7K3M-9QXD-R2VH-5TBN", LocalDate.of(2026, 3, 15));
    static final OfferLine PLAN = OfferLine.paymentPlan(
            3, true, new BigDecimal("16.34"), "STAY-4H8P-2ZWC-6MJT-9EXA", LocalDate.of(2026, 3, 20));

    static TemplateKey email(Tone tone, MessageStage stage) {
        return new TemplateKey(Trigger.PAYMENT_FAILED, tone, stage, Medium.EMAIL, "en");
    }

    static TemplateKey sms() {
        return new TemplateKey(Trigger.PAYMENT_FAILED, Tone.FRIENDLY, MessageStage.DUNNING_1, Medium.SMS, "en");
    }

    /** What every message has. */
    static Map<String, Object> least() {
        var values = new HashMap<String, Object>();
        values.put("customer_name", "Alex Morgan");
        values.put("company_name", "Harbor Outfitters");
        values.put("currency", "EUR");
        values.put("amount", new BigDecimal("49.00"));
        values.put("cta_url", "https://pay.harbor.example/r/7fQ2kX9vT1mB");
        values.put("unsubscribe_url", "https://pay.harbor.example/u/7fQ2kX9vT1mB");
        return values;
    }

    /** All that a message can have. */
    static Map<String, Object> all() {
        var values = least();
        values.put("plan", "Pro");
        values.put("previous_plan", "Business");
        values.put("due_date", LocalDate.of(2026, 3, 1));
        values.put("retry_date", LocalDate.of(2026, 3, 8));
        values.put("access_ends_on", LocalDate.of(2026, 3, 15));
        values.put("attempt_count", 3);
        values.put("subscription_months", 14);
        values.put("feature_usage", 64);
        values.put("support_tickets", 3);
        values.put("preferred_contact_method", "email");
        values.put("cancellation_reason", "too_expensive");
        values.put("support_contact", "care@harbor.example");
        values.put("offers", List.of(DISCOUNT, PLAN));
        return values;
    }

    /** Every value as long as a short message lets it be. */
    static Map<String, Object> longestShort() {
        var values = all();
        values.put("customer_name", "Wilhelmina-Alexandra Featherstonehaugh");
        values.put("company_name", "€".repeat(30));
        values.put("amount", new BigDecimal("99999999.99"));
        values.put("plan", "A very long name of a plan indeed");
        values.put("previous_plan", "A very long name of another plan");
        values.put("cancellation_reason", "a_reason_that_is_long_to_tell");
        values.put("cta_url", "https://pay.harbor.example/r/" + "x".repeat(31));
        values.put("unsubscribe_url", "https://pay.harbor.example/u/" + "x".repeat(31));
        values.put(
                "offers",
                List.of(OfferLine.featureUpgrade(
                        "Premium support and advanced analytics", 365, "STAY-7K3M-9QXD-R2VH-5TBN", null)));
        return values;
    }

    static String text(TemplateKey key, String source, Map<String, Object> values) {
        var content = key.channel() == Medium.EMAIL
                ? new Content("Subject", source, "<p>x</p>", "Act", "/billing")
                : new Content(key.channel() == Medium.SMS ? null : "Title", source, null, null, "/billing");
        return CompiledContent.of(key, content, "content")
                .write(values, DEFAULTS.phrasing(key))
                .text();
    }
}
