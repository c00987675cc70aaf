package io.perennial.outreach.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.qute.Template;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.perennial.platform.ProblemException;

/** What a template may try in order to reach what it is not given. */
class AttackTest {

    private static final TemplateKey EMAIL = Examples.email(Tone.PREMIUM, MessageStage.DUNNING_1);

    private static final String[] ATTACKS = {
        // classes and methods
        "{customer_name.getClass}",
        "{customer_name.class}",
        "{customer_name.getClass().forName('java.lang.Runtime')}",
        "{customer_name.length}",
        "{customer_name.toString()}",
        "{offers.size}",
        "{offers.get(0)}",
        "{offers.0.code}",
        "{offers[0]}",
        "{#for offer in offers}{offer.getClass.name}{/for}",
        "{#for offer in offers}{offer.code.bytes}{/for}",
        "{this}",
        "{this.class}",
        "{it}",
        "{#for offer in offers}{offer}{/for}",
        "{customer_name ?: 'x'}",
        "{customer_name.or('x')}",
        "{customer_name + company_name}",
        "{customer_name.raw}",
        "{customer_name.safe}",
        "{null}",
        "{true}",
        "{1}",
        // namespaces, beans, configuration, other data
        "{inject:dataSource}",
        "{cdi:templateStore.find(null)}",
        "{config:property('perennial.admin.key')}",
        "{config:'perennial.admin.key'}",
        "{data:customer_name}",
        "{global:x}",
        "{msg:hello}",
        "{str:format('%s', customer_name)}",
        "{time:now}",
        "{uri:x}",
        "{http:request}",
        "{qute$rootContext}",
        "{io.quarkus.qute.dataMap}",
        "{content}",
        "{language}",
        "{organization_id}",
        "{customer_id}",
        "{environment.PATH}",
        "{system}",
        // sections
        "{#include other}{/include}",
        "{#include $fragment}{/include}",
        "{#insert x}{/insert}",
        "{#fragment id=x}{/fragment}",
        "{#eval customer_name}{/eval}",
        "{#let x=customer_name}{x}{/let}",
        "{#set x=customer_name}{x}{/set}",
        "{#with customer_name}{length}{/with}",
        "{#when plan}{#is 'x'}y{/when}",
        "{#switch plan}{#case 'x'}y{/switch}",
        "{#cache}x{/cache}",
        "{#customTag /}",
        "{#each offers}{it.code}{/each}",
        "{#each 1000000000}x{/each}",
        "{#for i in 2000000000}x{/for}",
        "{#for i in 2000000000l}x{/for}",
        "{#for i in customer_name}x{/for}",
        "{#for i in attempt_count}x{/for}",
        "{#for offer in offers.keySet}x{/for}",
        "{#for customer_name in offers}{customer_name}{/for}",
        "{#for offer in offers}{#for more in offers}x{/for}{/for}",
        "{#for offers}x{/for}",
        "{#for offer of offers}x{/for}",
        "{#if customer_name.length > 3}x{/if}",
        "{#if customer_name.getClass.name == 'x'}x{/if}",
        "{#if inject:dataSource}x{/if}",
        "{#if config:x == 'y'}x{/if}",
        "{#if}x{/if}",
        "{#if !}x{/if}",
        "{#if &&}x{/if}",
        "{#if plan &&}x{/if}",
        "{#if plan ==}x{/if}",
        "{#else}",
        "{/if}",
        "{#}",
        "{/}",
        "{#if plan}x{#for}y{/if}",
        // parameters
        "{@java.lang.Runtime runtime}{runtime}",
        "{@java.lang.String x='y'}{x}",
        "{@java.util.List<java.lang.Class> x}",
        // unfinished and enormous
        "{customer_name",
        "{#if plan}",
        "{" + "a".repeat(5_000) + "}",
        "{" + "a.".repeat(3_000) + "b}",
        "{" + "a(".repeat(3_000) + ")".repeat(3_000) + "}",
        "{#if " + "(".repeat(3_000) + "plan" + ")".repeat(3_000) + "}x{/if}",
        "{#if " + "!".repeat(3_000) + "plan}x{/if}",
        "{#if plan}".repeat(2_000) + "x" + "{/if}".repeat(2_000),
        "{#for offer in offers}".repeat(50) + "x" + "{/for}".repeat(50),
        "x".repeat(60_000),
    };

    static Stream<String> attacks() {
        return Stream.of(ATTACKS);
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void isRefusedWhenItIsSaved(String source) {
        for (var content : List.of(
                new Content("Subject", source, "<p>x</p>", "Act", "/billing"),
                new Content("Subject", "Text", source, "Act", "/billing"),
                new Content(source, "Text", "<p>x</p>", "Act", "/billing"))) {
            assertThatThrownBy(() -> CompiledContent.of(EMAIL, content, "content"))
                    .as(source.substring(0, Math.min(80, source.length())))
                    .isInstanceOf(ProblemException.class);
        }
    }

    /** The same past the check: the engine alone has to hold. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{customer_name.getClass}",
                "{customer_name.class}",
                "{customer_name.length}",
                "{customer_name.toString()}",
                "{customer_name.raw}",
                "{offers.size}",
                "{offers.get(0)}",
                "{this}",
                "{this.values}",
                "{this.budget}",
                "{get('customer_name')}",
                "{inject:dataSource}",
                "{config:x}",
                "{#for offer in offers}{offer}{/for}",
                "{#for offer in offers}{offer.class}{/for}",
                "{#for offer in offers}{offer.getAsync('code')}{/for}",
                "{#if customer_name.length > 3}x{/if}"
            })
    void findsNothingEvenInTheEngine(String source) {
        var values = Examples.DEFAULTS.phrasing(EMAIL).values(Examples.all(), "Act");

        for (var html : List.of(true, false)) {
            assertThatThrownBy(() -> Sandbox.render(Sandbox.parse(source, html), values, new Budget(System.nanoTime())))
                    .as(source)
                    .isInstanceOfAny(RenderingException.class, TemplateSyntaxException.class);
        }
    }

    @Test
    void theEngineKnowsNoSectionsButTwo() {
        assertThatThrownBy(() -> Sandbox.parse("{#include x}{/include}", false))
                .isInstanceOf(TemplateSyntaxException.class)
                .hasMessageContaining("no section helper found for {#include x}");
        assertThatThrownBy(() -> Sandbox.parse("{#eval customer_name}{/eval}", true))
                .isInstanceOf(TemplateSyntaxException.class);
    }

    @Test
    void aRenderingThatBecomesTooLongOrTakesTooLongIsBrokenOff() {
        var longText = Sandbox.parse("{#for i in offers}" + "x".repeat(40_000) + "{/for}", false);
        var offers = IntStream.range(0, 100)
                .mapToObj(i -> new Values(Map.of(), new Budget(System.nanoTime())))
                .toList();
        assertThatThrownBy(() -> Sandbox.render(longText, Map.of("offers", offers), new Budget(System.nanoTime())))
                .isInstanceOf(RenderingException.class)
                .hasMessageContaining("longer than 200000 characters");

        Template template = Sandbox.parse("{customer_name}", false);
        var longAgo = System.nanoTime() - Budget.LONGEST_NANOS - 1;
        assertThatThrownBy(() -> Sandbox.render(template, Map.of("customer_name", "x"), new Budget(longAgo)))
                .isInstanceOf(RenderingException.class)
                .hasMessageContaining("takes too long");
    }

    /** Whatever is put together of what templates are made of is refused as it should be, or renders within its limits. */
    @Property(tries = 2_000)
    void anythingIsRefusedOrContained(@ForAll @Size(max = 25) List<@From("pieces") String> pieces) {
        var source = String.join("", pieces);
        var content = new Content("Subject", source.isBlank() ? "x" : source, "<p>" + source, "Act", "/billing");
        CompiledContent compiled;
        try {
            compiled = CompiledContent.of(EMAIL, content, "content");
        } catch (ProblemException e) {
            assertThat(e.errors()).isNotEmpty();
            return;
        }
        var phrasing = Examples.DEFAULTS.phrasing(EMAIL);
        for (var values : List.of(Examples.least(), Examples.all())) {
            values.put("customer_name", "<i id=\"stolen\">");
            var written = compiled.write(values, phrasing);
            assertThat(written.text()).doesNotContain("java.", "io.perennial", "io.quarkus");
            assertThat(org.jsoup.Jsoup.parse(written.html()).select("#stolen")).isEmpty();
        }
    }

    @Provide
    Arbitrary<String> pieces() {
        return Arbitraries.of(
                "{customer_name}",
                "{amount}",
                "{plan}",
                "{#if plan}",
                "{#if offers && plan}",
                "{#else}",
                "{#else if due_date}",
                "{/if}",
                "{/}",
                "{#for offer in offers}",
                "{offer.code}",
                "{offer_count}",
                "{/for}",
                "{#for x in 5}",
                "{this}",
                "{x.y.z}",
                "{a:b}",
                "{",
                "}",
                "{|",
                "|}",
                "{!",
                "!}",
                "\\",
                "'",
                "\"",
                "<p>",
                "<p title=\"",
                "<p title='",
                "<a href=\"",
                "<a href=",
                "{cta_url}",
                "\">",
                "'>",
                ">",
                "<!--",
                "-->",
                "<style>",
                "</style>",
                "<",
                "=",
                " ",
                "\n",
                "text");
    }

    @Test
    void renderingsAtTheSameTimeDoNotSeeEachOther() {
        var defaults = Examples.DEFAULTS;
        var key = Examples.email(Tone.SUPPORTIVE, MessageStage.DUNNING_5);
        var compiled = CompiledContent.of(key, defaults.find(key).orElseThrow(), "content");

        IntStream.range(0, 2_000).parallel().forEach(i -> {
            var name = "Customer " + UUID.randomUUID();
            var values = Examples.all();
            values.put("customer_name", name);
            var written = compiled.write(values, defaults.phrasing(key));
            assertThat(written.text()).contains("Hi " + name + ",").doesNotContain("Alex Morgan");
            assertThat(written.text().split("Customer ", -1)).hasSize(2);
        });
    }
}
