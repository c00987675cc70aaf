package io.perennial.outreach.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.perennial.platform.InputError;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;

class TemplateCheckTest {

    private static final TemplateKey EMAIL = Examples.email(Tone.PREMIUM, MessageStage.DUNNING_1);

    private static List<InputError> errors(TemplateKey key, Content content) {
        var refused = catchThrowableOfType(ProblemException.class, () -> CompiledContent.of(key, content, "content"));
        assertThat(refused).as(content.toString()).isNotNull();
        assertThat(refused.type()).isEqualTo(ProblemType.INVALID_TEMPLATE);
        return refused.errors();
    }

    private static List<InputError> inText(String source) {
        return errors(EMAIL, new Content("Subject", source, "<p>x</p>", "Act", "/billing"));
    }

    private static List<InputError> inHtml(String source) {
        return errors(EMAIL, new Content("Subject", "Text", source, "Act", "/billing"));
    }

    private static List<InputError> inSms(String source) {
        return errors(Examples.sms(), new Content(null, source, null, null, "/billing"));
    }

    @Test
    void everyUnknownPlaceholderIsToldWithItsLineAndColumn() {
        var errors = inText("Dear {custmer_name},\n\nyour {plann} and {amount}.\n  {offer.code}");

        assertThat(errors)
                .extracting(InputError::field, InputError::line, InputError::column)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("content.text", 1L, 6L),
                        org.assertj.core.groups.Tuple.tuple("content.text", 3L, 6L),
                        org.assertj.core.groups.Tuple.tuple("content.text", 4L, 3L));
        assertThat(errors.get(0).reason()).startsWith("{custmer_name} is no placeholder");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
            Your {plan}.                                            ~ {plan} is not always there
            {#if plan}x{#else}{plan}{/if}                           ~ {plan} is not always there
            {#if !plan}{plan}{/if}                                  ~ {plan} is not always there
            {#if plan || due_date}{plan}{/if}                       ~ {plan} is not always there
            {#if plan != 'x'}{plan}{/if}                            ~ {plan} is not always there
            {#for offer in offers}{offer.savings}{/for}             ~ {offer.savings} is not always there
            {#if feature_usage > 50}x{/if}                          ~ compares feature_usage, which is not always there
            {#if plan > 5}x{/if}                                    ~ compares plan otherwise
            {#if plan == company_name}x{/if}                        ~ compares plan otherwise
            {#if amount > 5}x{/if}                                  ~ compares amount, which can only be asked for
            {#if attempt_count && attempt_count > 'x'}x{/if}        ~ compares the number attempt_count
            {#if plan && due_date || retry_date}x{/if}              ~ mixes && and ||
            {#if (plan || due_date) && retry_date}x{/if}            ~ asks for (plan
            {#if (plan)}x{/if}                                      ~ asks for (plan)
            {#if plann}x{/if}                                       ~ asks for plann
            {#if plan}x{#else if plann}y{/if}                       ~ asks for plann
            {#if plan}x                                             ~ unterminated section
            {#for offer in offers}{#for other in offers}x{/for}{/for} ~ {#for} may not stand within another
            {offers}                                                ~ go over them
            {#for offer in offers}{offer.interest_free}{/for}       ~ can be asked for
            """)
    void whatWouldGoWrongForSomeCustomersIsRefused(String source, String reason) {
        assertThat(inText(source))
                .anySatisfy(error -> assertThat(error.reason()).contains(reason));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{#if plan}{plan}{/if}",
                "{#if plan && due_date}{plan} {due_date}{/if}",
                "{#if plan == 'Pro'}{plan}{#else if feature_usage && feature_usage >= 50}{feature_usage}{#else}x{/if}",
                "{#if offers}{offer_summary} {offer_code}{/if}",
                "{#if offer_code}{offer_summary}{/if}",
                "{#if !offers}None{#else}Some{/if}",
                "{#for offer in offers}{offer_count}. {offer.summary}{#if offer.savings}: {offer.savings}{/if}{#if offer_hasNext}, {/if}{/for}",
                "{#for offer in offers}{#if offer.type == 'discount'}{offer.code}{/if}{#else}None{/for}",
                "{! a remark !}Braces \\{ are { fine },{| and {so} |} on",
                "{amount} {attempt_count} {due_date}"
            })
    void whatIsAlwaysThereOrAskedForIsTaken(String source) {
        if (source.contains("attempt_count")) {
            assertThat(inText(source)).hasSize(2);
        } else {
            assertThat(Examples.text(EMAIL, source, Examples.all())).isNotEmpty();
            assertThat(Examples.text(EMAIL, source, Examples.least())).isNotNull();
        }
    }

    @Test
    void theAmountIsOnlyThereAfterAFailedPayment() {
        var cancelled = new TemplateKey(
                Trigger.SUBSCRIPTION_CANCELLED, Tone.PREMIUM, MessageStage.FINAL_ATTEMPT, Medium.PHONE, "en");

        assertThat(errors(cancelled, new Content("Title", "{amount}", null, null, "/billing")))
                .extracting(InputError::reason)
                .containsExactly("{amount} is not always there: write it within {#if amount} … {/if}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
            <p class={customer_name}>x</p>                         ~ may only stand between tags and within quotes
            <p {customer_name}>x</p>                               ~ may only stand between tags and within quotes
            <{customer_name}>                                      ~ may only stand between tags and within quotes
            <a href="{customer_name}">x</a>                        ~ may not stand in href
            <a href="https://x.example/{cta_url}">x</a>            ~ may not stand in href
            <img src="https://x.example/?{customer_name}">         ~ may not stand in src
            <p style="color: {plan}">x</p>                         ~ is not always there
            <p style="color: {company_name}">x</p>                 ~ may not stand in a style
            <style>p {|{|}color: {company_name}}</style>           ~ may only stand between tags and within quotes
            <!-- {customer_name} -->                               ~ may only stand between tags and within quotes
            <script>alert(1)</script>                              ~ <script> has no place
            <p onclick="x()">x</p>                                 ~ onclick would run a script
            <a href="javascript:alert(1)">x</a>                    ~ href may only be an address
            <a href=" java&#9;script:alert(1)">x</a>               ~ href may only be an address
            <iframe src="https://x.example"></iframe>              ~ <iframe> has no place
            <form action="https://x.example"></form>               ~ <form> has no place
            <p {#if plan}class="a{#else}class='b{/if}>x</p>        ~ leaves a tag or a quote open
            <p                                                     ~ ends within a tag
            """)
    void inHtmlValuesStandOnlyWhereTheyAreHarmless(String source, String reason) {
        assertThat(inHtml(source))
                .anySatisfy(error -> assertThat(error.reason()).contains(reason));
    }

    @Test
    void whatCustomersCallThemselvesIsEscapedInHtmlAndOneLineEverywhere() {
        var values = Examples.least();
        values.put("customer_name", "<b onload=\"x\">O'Neil & Co</b>\r\nBcc: all@example.com");
        var content = new Content(
                "{customer_name}, welcome",
                "Dear {customer_name}",
                "<p title=\"{customer_name}\">{customer_name}</p>",
                "Act",
                "/billing");

        var written = CompiledContent.of(EMAIL, content, "content").write(values, Examples.DEFAULTS.phrasing(EMAIL));

        assertThat(written.subject()).isEqualTo("<b onload=\"x\">O'Neil & Co</b> Bcc: all@example.com, welcome");
        assertThat(written.text()).startsWith("Dear <b onload=\"x\">O'Neil & Co</b> Bcc: all@example.com\n");
        var document = org.jsoup.Jsoup.parse(written.html());
        assertThat(document.select("b")).isEmpty();
        assertThat(document.select("p[title]").text())
                .isEqualTo("<b onload=\"x\">O'Neil & Co</b> Bcc: all@example.com");
        assertThat(document.select("p[title]").attr("title"))
                .isEqualTo("<b onload=\"x\">O'Neil & Co</b> Bcc: all@example.com");
    }

    @Test
    void theLongestTextMessageThatCanBecomeOfATemplateCounts() {
        var room = 160 - 60 - 20;
        assertThat(Examples.text(Examples.sms(), "x".repeat(room) + "{customer_name}{cta_url}", Examples.least()))
                .hasSizeLessThanOrEqualTo(160);

        assertThat(inSms("x".repeat(room + 1) + "{customer_name}{cta_url}"))
                .extracting(InputError::reason)
                .containsExactly("can become 161 characters with the longest values; 160 are the most, of GSM-7");
        assertThat(inSms("€".repeat(room / 2) + "x{customer_name}{cta_url}")).hasSize(1);
        assertThat(inSms("x".repeat(140) + "{#if plan}{plan}{#else}" + "x".repeat(21) + "{/if}"))
                .extracting(InputError::reason)
                .containsExactly("can become 161 characters with the longest values; 160 are the most, of GSM-7");
        assertThat(inSms("{#for offer in offers}{offer.summary}{/for}"))
                .extracting(InputError::reason)
                .containsExactly("can become 280 characters with the longest values; 160 are the most, of GSM-7");
    }

    @Test
    void aCharacterThatWouldTurnATextMessageIntoAShorterOneIsToldWithItsPlace() {
        assertThat(inSms("Hello\n{customer_name}, it’s us"))
                .containsExactly(
                        new InputError(2L, 20L, "content.text", "’ is not in the alphabet of text messages (GSM-7)"));
    }

    @Test
    void eachChannelHasItsParts() {
        assertThat(errors(EMAIL, new Content(null, "x", null, null, null)))
                .extracting(InputError::field)
                .containsExactly("content.subject", "content.html", "content.cta_text", "content.cta_path");
        assertThat(errors(Examples.sms(), new Content("x", "x", "<p>x</p>", "x", "/x")))
                .extracting(InputError::field)
                .containsExactly("content.subject", "content.html", "content.cta_text");
    }

    @Test
    void aWholeDocumentIsTakenAsItIsButHasToSayHowToUnsubscribe() {
        var document = "<!DOCTYPE html><html><body><p>{customer_name}</p></body></html>";
        assertThat(inHtml(document))
                .extracting(InputError::reason)
                .containsExactly("is a whole document without {unsubscribe_url}");

        var whole = document.replace("</body>", "<a href=\"{unsubscribe_url}\">x</a></body>");
        assertThat(CompiledContent.of(EMAIL, new Content("S", "T", whole, "Act", "/billing"), "content")
                        .write(Examples.least(), Examples.DEFAULTS.phrasing(EMAIL))
                        .html())
                .isEqualTo("<!DOCTYPE html><html><body><p>Alex Morgan</p>"
                        + "<a href=\"https://pay.harbor.example/u/7fQ2kX9vT1mB\">x</a></body></html>");
    }

    @Test
    void aMissingValueFailsInsteadOfLeavingAGap() {
        var values = Examples.least();
        values.remove("amount");

        assertThatThrownBy(() -> Examples.text(EMAIL, "{amount}", values))
                .isInstanceOf(RenderingException.class)
                .hasMessage("{amount} has no value");
    }

    @Test
    void aCustomerWithoutANameIsCalledWhatTheLanguageCallsOne() {
        var values = Examples.least();
        values.remove("customer_name");

        assertThat(Examples.text(EMAIL, "Dear {customer_name}", values)).startsWith("Dear customer\n");
        assertThat(Examples.text(EMAIL.in("de"), "Guten Tag {customer_name}", values))
                .startsWith("Guten Tag Kunde\n");
    }

    @Test
    void namesAreCutAtAWordAndAmountsAndAddressesNever() {
        var values = Examples.least();
        values.put("customer_name", "Wilhelmina Alexandra Featherstonehaugh");
        assertThat(Examples.text(Examples.sms(), "{customer_name}!", values)).isEqualTo("Wilhelmina Alexandra!");

        values.put("amount", new BigDecimal("123456789012.34"));
        assertThatThrownBy(() -> Examples.text(Examples.sms(), "{amount}", values))
                .isInstanceOf(RenderingException.class)
                .hasMessageContaining("amount is longer than the 16 characters");

        values.put("amount", BigDecimal.TEN);
        values.put("cta_url", "https://pay.harbor.example/" + "x".repeat(60));
        assertThatThrownBy(() -> Examples.text(Examples.sms(), "{cta_url}", values))
                .isInstanceOf(RenderingException.class)
                .hasMessageContaining("cta_url is longer than the 60 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{#if offer_code}{offer_code}{/if}", "{#for offer in offers}{offer.code}{/for}"})
    void aCodeIsWrittenWholeOrNotAtAll(String source) {
        var push = new TemplateKey(Trigger.PAYMENT_FAILED, Tone.FRIENDLY, MessageStage.DUNNING_3, Medium.PUSH, "en");
        var values = Examples.least();
        values.put("offers", List.of(OfferLine.credit(BigDecimal.TEN, "STAY-7K3M-9QXD-R2VH-5TBN", null)));
        assertThat(Examples.text(push, source, values)).isEqualTo("STAY-7K3M-9QXD-R2VH-5TBN");
        assertThat(Examples.text(Examples.sms(), "{#if offer_code}{offer_code}{/if}", values))
                .isEqualTo("STAY-7K3M-9QXD-R2VH-5TBN");

        values.put("offers", List.of(OfferLine.credit(BigDecimal.TEN, "STAY-7K3M-9QXD-R2VH-5TBN7", null)));
        assertThatThrownBy(() -> Examples.text(push, source, values))
                .isInstanceOf(RenderingException.class)
                .hasMessageContaining("code is longer than the 24 characters");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
            Hello {customer_name}                                   ~ false
            {#if plan}{plan}{/if}                                   ~ false
            {#if offers}We have something for you{/if}              ~ true
            {#if plan}x{#else if offer_code}y{/if}                  ~ true
            {#if offer_summary}{offer_summary}{/if}                 ~ true
            {#for item in offers}{item.code}{/for}                  ~ true
            """)
    void aTemplateKnowsWhetherItNamesOffersInAnyOfItsParts(String source, boolean namesOffers) {
        var inEach = List.of(
                new Content(source, "Text", "<p>x</p>", "Act", "/billing"),
                new Content("Subject", source, "<p>x</p>", "Act", "/billing"),
                new Content("Subject", "Text", "<p>" + source + "</p>", "Act", "/billing"));

        assertThat(inEach)
                .allSatisfy(content -> assertThat(
                                CompiledContent.of(EMAIL, content, "content").namesOffers())
                        .isEqualTo(namesOffers));
    }

    @ParameterizedTest
    @CsvSource({"USD,1234.5,'$1,234.50'", "JPY,500,¥500", "EUR,0.005,€0.005", "INR,12,INR 12.00", "PLN,12,PLN 12.00"})
    void amountsAreWrittenExactlyAndInAnAlphabetThatTextMessagesHave(String currency, String amount, String written) {
        var values = Examples.least();
        values.put("currency", currency);
        values.put("amount", new BigDecimal(amount));

        assertThat(Examples.text(Examples.sms(), "{amount}", values)).isEqualTo(written);
    }
}
