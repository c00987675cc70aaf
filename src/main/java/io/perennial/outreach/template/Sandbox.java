package io.perennial.outreach.template;

import io.quarkus.qute.Engine;
import io.quarkus.qute.EvalContext;
import io.quarkus.qute.Expression;
import io.quarkus.qute.IfSectionHelper;
import io.quarkus.qute.LoopSectionHelper;
import io.quarkus.qute.Mapper;
import io.quarkus.qute.ResultMapper;
import io.quarkus.qute.Results;
import io.quarkus.qute.Template;
import io.quarkus.qute.TemplateException;
import io.quarkus.qute.TemplateNode;
import io.quarkus.qute.ValueResolver;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * The engines that templates are parsed and rendered by. They are not the one of the application: they know no beans, no
 * namespaces, no other templates, no methods and no fields of Java, because the only resolver they have looks names up in
 * the {@link Values} of the rendering; and of sections they know {@code if} and {@code for}. The templates of Perennial
 * itself are held to the same.
 */
final class Sandbox {

    /** The most characters of a source. */
    static final int LONGEST_SOURCE = 50_000;

    private static final Engine TEXT = engine(false);
    private static final Engine HTML = engine(true);

    private Sandbox() {}

    /** Text that is HTML already: what a layout puts around. No template can make one. */
    record Ready(String html) {}

    private static Engine engine(boolean escaping) {
        return Engine.builder()
                .addSectionHelper(new IfSectionHelper.Factory())
                .addSectionHelper(new LoopSectionHelper.Factory())
                .addValueResolver(new OnlyGivenValues())
                .addResultMapper(new Writing(escaping))
                .strictRendering(true)
                .useAsyncTimeout(false)
                .build();
    }

    /** Looks names up, and does nothing else: no parameters, no methods. */
    private static final class OnlyGivenValues implements ValueResolver {

        @Override
        public boolean appliesTo(EvalContext context) {
            return context.getBase() instanceof Mapper && context.getParams().isEmpty();
        }

        @Override
        public CompletionStage<Object> resolve(EvalContext context) {
            return context.getBase() instanceof Mapper values
                    ? values.getAsync(context.getName())
                    : Results.notFound(context);
        }
    }

    /** Writes values, in HTML with everything escaped that could end a text or a quoted value. */
    private record Writing(boolean escaping) implements ResultMapper {

        @Override
        public String map(Object value, Expression expression) {
            if (value instanceof Ready ready) {
                return ready.html();
            }
            if (value instanceof String || value instanceof Number || value instanceof Boolean) {
                return escaping ? escaped(value.toString()) : value.toString();
            }
            throw new IllegalStateException("{%s} has no value".formatted(expression.toOriginalString()));
        }
    }

    /** The text with the five characters that mean something in HTML as references. */
    static String escaped(String text) {
        var escaped = new StringBuilder(text.length() + 16);
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }

    /**
     * Parses a source. What it names is not looked at; that is {@link TemplateCheck}'s part.
     *
     * @throws TemplateSyntaxException when it is too large or no template
     */
    static Template parse(String source, boolean html) {
        if (source.length() > LONGEST_SOURCE) {
            throw new TemplateSyntaxException(
                    List.of(new TemplateError(1, 1, "has more than %d characters".formatted(LONGEST_SOURCE))));
        }
        Tags.tooLarge(source).ifPresent(error -> {
            throw new TemplateSyntaxException(List.of(error));
        });
        try {
            return (html ? HTML : TEXT).parse(source);
        } catch (TemplateException e) {
            throw new TemplateSyntaxException(List.of(error(e)));
        } catch (IndexOutOfBoundsException
                | IllegalArgumentException
                | IllegalStateException
                | NullPointerException e) {
            // What the parser lets through of tags that it did not expect, such as {#if !}.
            throw new TemplateSyntaxException(List.of(new TemplateError(1, 1, "holds a tag that cannot be read")));
        }
    }

    private static TemplateError error(TemplateException e) {
        var reason = String.valueOf(e.getMessage()).replaceFirst("^Parser error( in[^:]*)?: ", "");
        return new TemplateError(line(e.getOrigin()), column(e.getOrigin()), reason);
    }

    static int line(TemplateNode.Origin origin) {
        return origin == null ? 1 : Math.max(1, origin.getLine());
    }

    static int column(TemplateNode.Origin origin) {
        return origin == null ? 1 : Math.max(1, origin.getLineCharacterStart());
    }

    /**
     * Writes a template with values.
     *
     * @param values by name; what is missing there fails where it is used
     * @return fails with {@link RenderingException}
     */
    static String render(Template template, Map<String, Object> values, Budget budget) {
        var written = new StringBuilder();
        try {
            template.instance()
                    .data(new Values(values, budget))
                    .consume(text -> {
                        budget.write(text.length());
                        written.append(text);
                    })
                    .toCompletableFuture()
                    .join();
            return written.toString();
        } catch (CompletionException e) {
            throw new RenderingException(e.getCause() == null ? e : e.getCause());
        } catch (TemplateException | IllegalStateException | Budget.Spent e) {
            throw new RenderingException(e);
        }
    }
}
