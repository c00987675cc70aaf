package io.perennial.recovery.dunning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

import io.perennial.outreach.template.OfferLine;
import io.perennial.recovery.incentive.RetentionOffer;

class OfferLinesTest {

    private static final ObjectMapper JSON = new ObjectMapper()
            .registerModule(new JavaTimeModule())
            .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

    private static final LocalDate LAST_DAY = LocalDate.of(2026, 3, 15);

    /** An offer as the database has it. */
    private static RetentionOffer offer(String fields) throws Exception {
        return JSON.readValue("""
                {"occasion": "stage", "segment": "high_value", "stage": "dunning_3", "priority": "high", "currency": "EUR",
                 "cost": 0, "valid_until": "2026-03-16T10:00:00Z", %s}""".formatted(fields), RetentionOffer.class);
    }

    private static OfferLine line(String fields) throws Exception {
        return OfferLines.of(List.of(offer("\"offer_code\": \"STAY-1\", " + fields)), ZoneOffset.UTC)
                .get(0);
    }

    @Test
    void everyTypeOfOfferIsToldInItsOwnWords() throws Exception {
        assertThat(line("""
                        "type": "discount", "incentive_type": "percentage", "discount_percent": 50, "discount_amount": 100.00,
                        "duration_months": 6, "savings_total": 600.00"""))
                .isEqualTo(OfferLine.discount(new BigDecimal("50"), 6, new BigDecimal("600.00"), "STAY-1", LAST_DAY));
        assertThat(line("""
                        "type": "discount", "incentive_type": "fixed_amount", "discount_amount": 20.00, "savings_total": 20.00""")).isEqualTo(OfferLine.fixedDiscount(new BigDecimal("20.00"), "STAY-1", LAST_DAY));
        assertThat(line("""
                        "type": "payment_plan", "installments": 3, "interest_free": true,
                        "installment_amounts": [66.67, 66.66, 66.66]""")).isEqualTo(OfferLine.paymentPlan(3, true, new BigDecimal("66.67"), "STAY-1", LAST_DAY));
        assertThat(line("\"type\": \"grace_period\", \"grace_days\": 22, \"access\": \"limited\""))
                .isEqualTo(OfferLine.gracePeriod(22, false, "STAY-1", LAST_DAY));
        assertThat(line("\"type\": \"account_credit\", \"credit_amount\": 40.00"))
                .isEqualTo(OfferLine.credit(new BigDecimal("40.00"), "STAY-1", LAST_DAY));
        assertThat(line("""
                        "type": "feature_upgrade", "features": ["premium_support", "advanced_analytics"], "duration_days": 60"""))
                .isEqualTo(OfferLine.featureUpgrade("premium support, advanced analytics", 60, "STAY-1", LAST_DAY));
    }

    @Test
    void asManyFeaturesAreToldAsThereIsRoomFor() throws Exception {
        assertThat(line("""
                        "type": "feature_upgrade", "duration_days": 60,
                        "features": ["%s", "%s", "chat"]""".formatted("a".repeat(60), "b".repeat(30))).feature())
                .isEqualTo("a".repeat(60) + ", chat");
        assertThat(line("\"type\": \"feature_upgrade\", \"features\": [\"%s\"]".formatted("a".repeat(100)))
                        .feature())
                .isEqualTo("a".repeat(80));
    }

    @Test
    void anOfferIsSaidToBeValidForNoLongerThanItIsWhereTheCustomerLives() throws Exception {
        var offers = List.of(offer("""
                "offer_code": "STAY-1", "type": "grace_period", "grace_days": 22, "access": "full\""""));

        assertThat(OfferLines.of(offers, ZoneId.of("Pacific/Auckland")).get(0).validUntil())
                .isEqualTo("2026-03-15");
        assertThat(OfferLines.of(offers, ZoneId.of("Pacific/Honolulu")).get(0).validUntil())
                .isEqualTo("2026-03-15");
        assertThat(OfferLines.of(offers, ZoneId.of("Pacific/Kiritimati")).get(0).validUntil())
                .isEqualTo("2026-03-16");
    }

    @Test
    void whatHasNoCodeIsNotTold() throws Exception {
        var calculated = offer("\"type\": \"account_credit\", \"credit_amount\": 40.00");

        assertThat(OfferLines.of(List.of(calculated), ZoneOffset.UTC)).isEmpty();
        assertThat(OfferLines.withCode(List.of(calculated), "STAY-XXXX", ZoneOffset.UTC))
                .extracting(OfferLine::code)
                .containsExactly("STAY-XXXX");
    }
}
