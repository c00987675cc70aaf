package io.perennial.outreach.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.parser.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DefaultTemplatesTest {

    private static final DefaultTemplates DEFAULTS = Examples.DEFAULTS;
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^}\\s]*}?");
    private static final Pattern DOUBLED = Pattern.compile(" {2,}|\\.\\.|,,| [,.!?]| {1,}\\n|\\n{3,}");

    /** Every tone, trigger, stage and channel there is, in English. */
    static Stream<TemplateKey> keys() {
        return Arrays.stream(Trigger.values())
                .flatMap(trigger -> Arrays.stream(Tone.values())
                        .flatMap(tone -> Arrays.stream(MessageStage.values())
                                .filter(stage -> stage.follows(trigger))
                                .flatMap(stage -> Arrays.stream(Medium.values())
                                        .map(channel -> new TemplateKey(trigger, tone, stage, channel, "en")))));
    }

    static Stream<TemplateKey> all() {
        return DEFAULTS.all().keySet().stream().map(TemplateKey::of);
    }

    private static CompiledContent compiled(TemplateKey key) {
        return CompiledContent.of(key, DEFAULTS.find(key).orElseThrow(), key.name());
    }

    private static List<Map<String, Object>> situations(TemplateKey key) {
        return key.channel().isShort()
                ? List.of(Examples.least(), Examples.all(), Examples.longestShort())
                : List.of(Examples.least(), Examples.all());
    }

    @Test
    void thereAreFiveStagesAfterAFailedPaymentAndFourAfterTheOthersInEveryToneForEveryChannel() {
        assertThat(keys()).hasSize(4 * 4 * (5 + 4 + 4 + 4));
        assertThat(keys().filter(key -> DEFAULTS.find(key).isEmpty())).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyDefaultRendersWithNoPlaceholderLeft(TemplateKey key) {
        for (var values : situations(key)) {
            var written = compiled(key).write(values, DEFAULTS.phrasing(key));

            assertThat(Stream.of(written.subject(), written.text()).filter(part -> part != null))
                    .allSatisfy(part -> {
                        assertThat(part).isNotBlank();
                        assertThat(PLACEHOLDER.matcher(part).results()).isEmpty();
                        assertThat(DOUBLED.matcher(part)
                                        .results()
                                        .map(found -> part.substring(
                                                Math.max(0, found.start() - 20),
                                                Math.min(part.length(), found.end() + 10))))
                                .isEmpty();
                    });
            assertThat(written.html() == null).isEqualTo(key.channel() != Medium.EMAIL);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void theHtmlPartIsADocumentThatSaysWhatTheTextSays(TemplateKey key) {
        if (key.channel() != Medium.EMAIL) {
            return;
        }
        for (var values : situations(key)) {
            var written = compiled(key).write(values, DEFAULTS.phrasing(key));
            var parser = Parser.htmlParser().setTrackErrors(100);
            var document = Jsoup.parse(written.html(), parser);

            assertThat(parser.getErrors()).isEmpty();
            assertThat(document.select("html").attr("lang")).isEqualTo(key.language());
            assertThat(document.title()).isEqualTo(written.subject());
            assertThat(document.select("a.button").attr("href")).isEqualTo(values.get("cta_url"));
            assertThat(document.select("a.button").text())
                    .isEqualTo(DEFAULTS.find(key).orElseThrow().ctaText());
            assertThat(document.select(".footer a").attr("href")).isEqualTo(values.get("unsubscribe_url"));
            assertThat(written.text()).contains((String) values.get("cta_url"), (String) values.get("unsubscribe_url"));
            var said =
                    document.select(".message > p:not(.company), .message li").eachText();
            var plain = written.text().replace('\u00a0', ' ').replaceAll("\\s+", " ");
            assertThat(said.stream()
                            .filter(paragraph -> !paragraph.equals(
                                    DEFAULTS.find(key).orElseThrow().ctaText()))
                            .filter(paragraph -> !plain.contains(paragraph.replace('\u00a0', ' '))))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void aTextMessageIsOneMessageEvenWithTheLongestValues(TemplateKey key) {
        if (key.channel() != Medium.SMS) {
            return;
        }
        for (var values : situations(key)) {
            var text = compiled(key).write(values, DEFAULTS.phrasing(key)).text();

            assertThat(Gsm7.firstOutside(text)).isEqualTo(-1);
            assertThat(Gsm7.length(text)).isLessThanOrEqualTo(160);
            assertThat(text).contains((String) values.get("cta_url"));
        }
    }

    @Test
    void theFirstPremiumMailSaysWhatTheContractSays() {
        var key = Examples.email(Tone.PREMIUM, MessageStage.DUNNING_1);
        var written = compiled(key).write(Examples.least(), DEFAULTS.phrasing(key));

        assertThat(written.subject()).isEqualTo("Important: Payment Update Required for Your Premium Account");
        assertThat(written.text().replaceAll("\\s+", " "))
                .startsWith("Dear Alex Morgan, we noticed a payment issue with your premium Harbor Outfitters account")
                .contains("As a valued customer, we want to ensure uninterrupted access to your advanced features.")
                .contains("Please update your payment method to continue enjoying premium benefits.")
                .contains("€49.00");
        assertThat(DEFAULTS.find(key).orElseThrow().ctaText()).isEqualTo("Update Payment Method");
        assertThat(DEFAULTS.find(key).orElseThrow().ctaPath()).isEqualTo("/billing/premium-update");
    }

    @Test
    void theThirdPremiumMailTellsTheOffers() {
        var key = Examples.email(Tone.PREMIUM, MessageStage.DUNNING_3);
        var written = compiled(key).write(Examples.all(), DEFAULTS.phrasing(key));

        assertThat(written.subject()).isEqualTo("Urgent: Your Premium Account Needs Attention");
        assertThat(written.text())
                .contains("- 50% off for 6 months, code STAY-7K3M-9QXD-R2VH-5TBN (until March 15, 2026)")
                .contains("- 3 interest-free payments of €16.34, code STAY-4H8P-2ZWC-6MJT-9EXA (until March 20, 2026)");
        assertThat(Jsoup.parse(written.html()).select("li").eachText())
                .containsExactly(
                        "50% off for 6 months, code STAY-7K3M-9QXD-R2VH-5TBN (until March 15, 2026)",
                        "3 interest-free payments of €16.34, code STAY-4H8P-2ZWC-6MJT-9EXA (until March 20, 2026)");
        assertThat(DEFAULTS.find(key).orElseThrow().ctaPath()).isEqualTo("/support/premium");
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyMailAboutAFailedPaymentTellsEveryOfferWithItsWholeCode(TemplateKey key) {
        if (key.channel() != Medium.EMAIL || key.trigger() != Trigger.PAYMENT_FAILED) {
            return;
        }
        var written = compiled(key).write(Examples.all(), DEFAULTS.phrasing(key));

        assertThat(compiled(key).namesOffers()).isTrue();
        assertThat(written.text()).contains(Examples.DISCOUNT.code(), Examples.PLAN.code());
        assertThat(written.html()).contains(Examples.DISCOUNT.code(), Examples.PLAN.code());
    }

    @Test
    void aMailTellsAsManyOffersAsAStageCanHave() {
        var key = Examples.email(Tone.PREMIUM, MessageStage.DUNNING_3);
        var codes = java.util.stream.IntStream.rangeClosed(1, 7)
                .mapToObj("STAY-7K3M-9QXD-R2VH-000%d"::formatted)
                .toList();
        var values = Examples.least();
        values.put(
                "offers",
                codes.stream()
                        .map(code -> OfferLine.gracePeriod(14, true, code, null))
                        .toList());

        var written = compiled(key).write(values, DEFAULTS.phrasing(key));

        assertThat(written.text()).contains(codes);
        assertThat(Jsoup.parse(written.html()).select("li strong:eq(1)").eachText())
                .isEqualTo(codes);
    }

    @Test
    void aReasonToLeaveIsAnswered() {
        var key = new TemplateKey(
                Trigger.SUBSCRIPTION_CANCELLED, Tone.FRIENDLY, MessageStage.IMMEDIATE_OFFER, Medium.EMAIL, "en");
        var values = Examples.all();

        values.put("cancellation_reason", "too_expensive");
        assertThat(compiled(key).write(values, DEFAULTS.phrasing(key)).text()).contains("Too pricey?");
        values.put("cancellation_reason", "missing_features");
        assertThat(compiled(key).write(values, DEFAULTS.phrasing(key)).text()).contains("Something missing?");
        values.remove("cancellation_reason");
        assertThat(compiled(key).write(values, DEFAULTS.phrasing(key)).text()).contains("Did we mess something up?");
    }

    @Test
    void anotherLanguageWritesDaysAndAmountsItsOwnWay() {
        var key =
                new TemplateKey(Trigger.PAYMENT_FAILED, Tone.PROFESSIONAL, MessageStage.DUNNING_1, Medium.EMAIL, "de");
        var written = compiled(key).write(Examples.all(), DEFAULTS.phrasing(key));

        assertThat(written.subject()).isEqualTo("Bitte handeln: Ihre Zahlung konnte nicht ausgeführt werden");
        assertThat(written.text().replace('\u00a0', ' ').replaceAll("\\s+", " "))
                .contains("Ihre Zahlung über 49,00 €, fällig am 1. März 2026, konnte nicht ausgeführt werden.")
                .contains("Wenn Sie dazu nichts mehr von uns hören möchten");
        assertThat(written.html()).contains("<html lang=\"de\">").contains("ausgeführt");
    }

    @Test
    void everyTypeOfOfferHasWordsInEveryLanguage() {
        var offers = List.of(
                OfferLine.fixedDiscount(new java.math.BigDecimal("20"), "A", null),
                OfferLine.featureUpgrade("Priority support", null, "B", null),
                OfferLine.gracePeriod(14, false, "C", null),
                OfferLine.credit(new java.math.BigDecimal("12.5"), "D", null),
                OfferLine.discount(new java.math.BigDecimal("15"), 1, null, "E", null));
        var values = Examples.least();
        values.put("offers", offers);
        var source =
                "{#for offer in offers}{offer.summary}{#if offer_hasNext}; {/if}{/for} {cta_url} {unsubscribe_url}";
        var english = Examples.email(Tone.PREMIUM, MessageStage.DUNNING_1);

        assertThat(Examples.text(english, source, values))
                .startsWith("€20.00 off; Priority support; 14 more days with limited access; €12.50 on your account;"
                        + " 15% off for one month ");
        assertThat(Examples.text(english.in("de"), source, values).replace('\u00a0', ' '))
                .startsWith("20,00 € Nachlass; Priority support; 14 Tage mehr mit eingeschränktem Zugang;"
                        + " 12,50 € Guthaben; 15 % Rabatt für einen Monat ");
    }
}
