package io.perennial.outreach.link;

import static org.assertj.core.api.Assertions.assertThat;

import org.jsoup.Jsoup;
import org.jsoup.parser.Parser;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PagesTest {

    private static final Pages PAGES = new Pages();

    @ParameterizedTest
    @EnumSource(PageKind.class)
    void everyPageIsWholeInItselfInEveryLanguage(PageKind kind) {
        for (var language : new String[] {"en", "de"}) {
            var parser = Parser.htmlParser().setTrackErrors(100);
            var page = PAGES.write(kind, new Pages.Reader("Ada & Söhne", "care@harbor.example", language, null));
            var document = Jsoup.parse(page, parser);

            assertThat(parser.getErrors()).isEmpty();
            assertThat(document.select("html").attr("lang")).isEqualTo(language);
            assertThat(document.title())
                    .isNotBlank()
                    .isEqualTo(document.select("h1").text());
            assertThat(document.select(".company").text()).isEqualTo("Ada & Söhne");
            assertThat(document.select(".contact").text()).contains("care@harbor.example");
            assertThat(document.body().text()).doesNotContain("{", "&amp;");
            assertThat(document.select("button").isEmpty()).isEqualTo(kind != PageKind.UNSUBSCRIBE);
            assertThat(document.select("[src], [href], script")).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "de, en, de",
                "de-AT, en, de",
                "de_CH, en, de",
                "fr, de, de",
                "fr, 'fr;q=0.9, en;q=0.8, de;q=0.7', en",
                "fr, fr, en",
                "-, de, de",
                "-, -, en",
                "'', '', en",
                "'<script>', '*', en"
            })
    void theCustomersLanguageComesBeforeTheBrowsers(String language, String accepted, String expected) {
        var page = PAGES.write(PageKind.EXPIRED, new Pages.Reader(null, null, language, accepted));

        assertThat(Jsoup.parse(page).select("html").attr("lang")).isEqualTo(expected);
        assertThat(Jsoup.parse(page).select(".company, .contact")).isEmpty();
    }
}
