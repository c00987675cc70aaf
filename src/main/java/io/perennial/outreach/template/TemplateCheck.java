package io.perennial.outreach.template;

import io.quarkus.qute.Expression;
import io.quarkus.qute.ExpressionNode;
import io.quarkus.qute.SectionBlock;
import io.quarkus.qute.SectionNode;
import io.quarkus.qute.Template;
import io.quarkus.qute.TemplateNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Goes over a parsed part of a template before anything is made of it: whether everything it names is there to be named,
 * and certain to have a value where it is written; whether it asks and repeats only what it may; in HTML, whether its values
 * stand where escaping makes them harmless; and how long it can become.
 */
final class TemplateCheck {

    private static final String MAIN = "$main";
    private static final String NO_ALIAS = "";
    private static final Set<String> OF_AN_ITERATION =
            Set.of("count", "index", "hasNext", "isFirst", "isLast", "isOdd", "isEven", "odd", "even");

    private static final int LONGEST_QUOTE = 60;
    private static final int LONGEST_COUNT = 2;

    private final TemplateKey key;
    private final String source;
    private final Set<String> more;
    private final List<TemplateError> errors = new ArrayList<>();
    private HtmlPosition html;
    private boolean namesOffers;

    private TemplateCheck(TemplateKey key, String source, boolean html, Set<String> more) {
        this.key = key;
        this.source = source;
        this.more = more;
        this.html = html ? HtmlPosition.START : null;
    }

    /**
     * What was found out about a part.
     *
     * @param longest the most characters that it can become, septets where they count
     * @param namesOffers whether it tells or asks for anything of what is offered
     */
    record Findings(int longest, boolean namesOffers) {}

    /**
     * Checks a part.
     *
     * @param source what the template was parsed from
     * @param more what it may name besides: only for the templates of Perennial itself
     * @throws TemplateSyntaxException with everything that is wrong
     */
    static Findings check(Template template, TemplateKey key, String source, boolean html, Set<String> more) {
        var check = new TemplateCheck(key, source, html, more);
        var longest = check.nodes(template.getNodes(), Set.of(), NO_ALIAS);
        if (!template.getParameterDeclarations().isEmpty()) {
            check.errors.add(new TemplateError(1, 1, "declares a parameter, which no template can have"));
        }
        if (html && check.errors.isEmpty() && check.html.state() != HtmlPosition.State.TEXT) {
            check.errors.add(new TemplateError(1, 1, "ends within a tag"));
        }
        if (!check.errors.isEmpty()) {
            throw new TemplateSyntaxException(check.errors);
        }
        return new Findings(longest, check.namesOffers);
    }

    private int nodes(List<TemplateNode> nodes, Set<String> there, String alias) {
        var longest = 0;
        for (var node : nodes) {
            longest += switch (node.kind()) {
                case TEXT -> text(node);
                case EXPRESSION -> expression((ExpressionNode) node, there, alias);
                case SECTION -> section(node.asSection(), there, alias);
                case PARAM_DECLARATION -> refuse(node.getOrigin(), "declares a parameter, which no template can have");
            };
        }
        return longest;
    }

    private int text(TemplateNode node) {
        var text = node.asText().getValue();
        if (html != null) {
            try {
                html = html.after(text);
            } catch (HtmlPosition.Refused e) {
                refuse(node, e);
            }
        }
        return key.channel() == Medium.SMS ? Gsm7.length(text) : text.length();
    }

    private int expression(ExpressionNode node, Set<String> there, String alias) {
        var expression = node.getExpressions().get(0);
        var name = name(expression, alias);
        if (name == null) {
            return 0;
        }
        if (more.contains(name)) {
            return 0;
        }
        if (isOfIteration(name, alias)) {
            return LONGEST_COUNT;
        }
        var reference = reference(name, alias);
        if (reference.kind() == Kind.OFFERS) {
            return refuse(node.getOrigin(), "{offers} are several: go over them with {#for offer in offers}");
        }
        if (reference.kind() == Kind.YES_OR_NO) {
            return refuse(node.getOrigin(), "{%s} can be asked for with {#if %s}, not written".formatted(name, name));
        }
        if (!isGiven(name, alias) && !there.contains(name)) {
            return refuse(
                    node.getOrigin(),
                    "{%s} is not always there: write it within {#if %s} … {/if}".formatted(name, name));
        }
        if (html != null) {
            html.refusal(reference.kind())
                    .ifPresent(refusal -> refuse(node.getOrigin(), "{%s} %s".formatted(name, refusal)));
            html = html.afterValue();
        }
        return reference.longest(key.channel());
    }

    /** What an expression names; null, and noted, when that is nothing that can be named. */
    private String name(Expression expression, String alias) {
        var written = quoted(expression);
        if (expression.hasNamespace()) {
            refuse(
                    expression.getOrigin(),
                    "{%s} reaches for a namespace; only placeholders can be named".formatted(written));
            return null;
        }
        if (expression.isLiteral()) {
            refuse(expression.getOrigin(), "{%s} is no placeholder; write it without braces".formatted(written));
            return null;
        }
        if (expression.getParts().stream().anyMatch(Expression.Part::isVirtualMethod)) {
            refuse(expression.getOrigin(), "{%s} calls a method; only placeholders can be named".formatted(written));
            return null;
        }
        var name = String.join(
                ".",
                expression.getParts().stream().map(Expression.Part::getName).toList());
        if (more.contains(name) || isOfIteration(name, alias) || reference(name, alias) != null) {
            return name;
        }
        refuse(
                expression.getOrigin(),
                "{%s} is no placeholder; GET /api/v1/recovery/templates/placeholders lists them".formatted(written));
        return null;
    }

    /** What a name stands for; null when it is nothing. That something of offers was named is noted. */
    private Reference reference(String name, String alias) {
        if (!alias.equals(NO_ALIAS) && name.startsWith(alias + ".")) {
            return OfferField.named(name.substring(alias.length() + 1)).orElse(null);
        }
        var placeholder = Placeholder.named(name);
        namesOffers |= placeholder.filter(Placeholder::isOfOffers).isPresent();
        return placeholder.orElse(null);
    }

    private boolean isGiven(String name, String alias) {
        var reference = reference(name, alias);
        return reference instanceof OfferField field
                ? field.isGiven()
                : reference instanceof Placeholder placeholder && placeholder.isGiven(key);
    }

    private static boolean isOfIteration(String name, String alias) {
        return !alias.equals(NO_ALIAS)
                && name.startsWith(alias + "_")
                && OF_AN_ITERATION.contains(name.substring(alias.length() + 1));
    }

    private int section(SectionNode section, Set<String> there, String alias) {
        return switch (section.getName()) {
            case "if" -> choice(section, there, alias);
            case "for" -> iteration(section, there, alias);
            default ->
                refuse(
                        section.getOrigin(),
                        "{#%s} is no section that can be used; {#if} and {#for} are".formatted(section.getName()));
        };
    }

    /** Each way through it begins at the same place in HTML and has to end at the same. */
    private int choice(SectionNode section, Set<String> there, String alias) {
        var before = html;
        HtmlPosition after = null;
        var longest = 0;
        var hasElse = false;
        for (var block : section.getBlocks()) {
            html = before;
            var words = new ArrayList<>(block.parameters.values());
            var isElse = !block.label.equals(MAIN) && words.isEmpty();
            hasElse |= isElse;
            if (!block.label.equals(MAIN) && !isElse && !words.remove(0).equals("if")) {
                refuse(block.getOrigin(), "is neither {#else} nor {#else if}");
            }
            var certain = isElse ? there : condition(block, words, there, alias);
            longest = Math.max(longest, nodes(block.nodes, certain, alias));
            after = agreed(section, after, html);
        }
        html = hasElse ? after : agreed(section, after, before);
        return longest;
    }

    private HtmlPosition agreed(SectionNode section, HtmlPosition one, HtmlPosition other) {
        if (one != null
                && other != null
                && (one.state() != other.state() || !one.attribute().equals(other.attribute()))) {
            refuse(section.getOrigin(), "leaves a tag or a quote open in some cases and not in others");
        }
        return other;
    }

    /** What is certain to be there in a block. */
    private Set<String> condition(SectionBlock block, List<String> words, Set<String> there, String alias) {
        var certain = new HashSet<>(there);
        try {
            var condition = Condition.of(
                    words,
                    name -> known(name, alias),
                    name -> isOfIteration(name, alias) || there.contains(name) || isGiven(name, alias));
            if (!block.expressions.values().stream()
                    .filter(expression -> !expression.isLiteral())
                    .map(expression -> expression.toOriginalString().strip())
                    .allMatch(condition.names()::contains)) {
                throw new Condition.Refused("is not a condition that can be used here");
            }
            for (var name : condition.there()) {
                certain.add(name);
                Placeholder.named(name)
                        .ifPresent(
                                placeholder -> placeholder.implies().forEach(implied -> certain.add(implied.label())));
            }
        } catch (Condition.Refused e) {
            refuse(block.getOrigin(), "{#if %s} %s".formatted(shortened(String.join(" ", words)), e.getMessage()));
        }
        return certain;
    }

    private Reference known(String name, String alias) {
        if (isOfIteration(name, alias)) {
            return name.endsWith("count") || name.endsWith("index") ? OfferField.MONTHS : OfferField.FULL_ACCESS;
        }
        var reference = reference(name, alias);
        if (reference == null) {
            throw new Condition.Refused("asks for %s, which is no placeholder", shortened(name));
        }
        return reference;
    }

    private int iteration(SectionNode section, Set<String> there, String outerAlias) {
        var main = section.getBlocks().get(0);
        var iterable = main.expressions.get("iterable");
        var alias = main.parameters.get("alias");
        if (!outerAlias.equals(NO_ALIAS)) {
            return refuse(section.getOrigin(), "{#for} may not stand within another");
        }
        if (iterable == null
                || alias == null
                || !"in".equals(main.parameters.get("in"))
                || !iterable.toOriginalString().strip().equals("offers")
                || !alias.matches("[a-z]{1,20}")
                || Placeholder.named(alias).isPresent()) {
            return refuse(section.getOrigin(), "is not {#for offer in offers}, the only {#for} there is");
        }
        namesOffers = true;
        var before = html;
        var longest = Placeholder.MOST_OFFERS * nodes(main.nodes, there, alias);
        html = agreed(section, html, before);
        for (var block : section.getBlocks().subList(1, section.getBlocks().size())) {
            longest = Math.max(longest, nodes(block.nodes, there, NO_ALIAS));
            html = agreed(section, html, before);
        }
        return longest;
    }

    private int refuse(TemplateNode.Origin origin, String reason) {
        errors.add(new TemplateError(Sandbox.line(origin), Sandbox.column(origin), reason));
        return 0;
    }

    /** The parser does not say where in a text something is. */
    private void refuse(TemplateNode node, HtmlPosition.Refused refused) {
        var at = source.toLowerCase(Locale.ROOT).indexOf(refused.written().toLowerCase(Locale.ROOT));
        if (at < 0) {
            refuse(node.getOrigin(), refused.getMessage());
        } else {
            errors.add(TemplateError.at(source, at, refused.getMessage()));
        }
    }

    private static String quoted(Expression expression) {
        return shortened(expression.toOriginalString());
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "…";
    }
}
