package io.perennial.outreach.template;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

import io.perennial.recovery.billing.Billing;
import io.perennial.recovery.incentive.CaseFacts;
import io.perennial.recovery.incentive.DunningStage;
import io.perennial.recovery.incentive.RetentionOffers;
import io.perennial.tenant.TenantDatabase;
import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

/** Codes as they are made, read in short messages by customers who want what they were offered. */
@ServiceTest
class OfferCodesInMessagesTest {

    private static final Pattern CODE = Pattern.compile("STAY[-0-9A-Z]*");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Inject
    RetentionOffers offers;

    @Inject
    TenantDatabase database;

    private static String said(TemplateKey key, Map<String, Object> values) {
        var content = Examples.DEFAULTS.find(key).orElseThrow();
        return CompiledContent.of(key, content, key.name())
                .write(values, Examples.DEFAULTS.phrasing(key))
                .text();
    }

    private static boolean namesCodes(TemplateKey key) {
        return key.channel().isShort()
                && Examples.DEFAULTS.find(key).orElseThrow().text().contains("{offer_code}");
    }

    @Test
    void theCodeInEveryShortMessageCanBeRedeemed() throws SQLException {
        var organization = Api.organization("ecommerce");
        var ada = Billing.customer(organization, "ada");
        Billing.subscription(organization, ada, "sub-ada", "640.00", "month", Billing.ago(750));
        var facts = new CaseFacts(organization, ada, UUID.randomUUID(), "sub-ada", new BigDecimal("640.00"), "EUR", 1);
        var offer = database.transaction(
                        organization, connection -> offers.generate(connection, facts, DunningStage.DUNNING_4))
                .await()
                .atMost(PATIENCE)
                .get(0);
        var values = Examples.longestShort();
        values.put(
                "offers",
                List.of(OfferLine.discount(
                        offer.discountPercent(),
                        offer.durationMonths(),
                        offer.savingsTotal(),
                        offer.offerCode(),
                        null)));

        var named = DefaultTemplatesTest.all()
                .filter(OfferCodesInMessagesTest::namesCodes)
                .collect(Collectors.toMap(
                        TemplateKey::name,
                        key -> CODE.matcher(said(key, values))
                                .results()
                                .map(MatchResult::group)
                                .toList()));

        assertThat(named).hasSize(38);
        assertThat(named.values()).containsOnly(List.of(offer.offerCode()));
        Api.asAdmin()
                .contentType("application/json")
                .body(Map.of(
                        "offer_code",
                        named.get("payment_failed.premium.dunning_4.sms.en").get(0)))
                .post("/api/v1/recovery/organizations/{org_id}/offer-redemptions", organization)
                .then()
                .statusCode(200);
    }
}
