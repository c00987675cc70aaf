package io.perennial.outreach.template;

import io.quarkus.qute.Template;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What stands around the content of every e-mail in a language: the organization's name above, the footer below. */
final class Layout {

    private static final String CONTENT = "content";
    private static final String SUBJECT = "subject";
    private static final String LANGUAGE = "language";
    private static final Set<String> MORE = Set.of(CONTENT, SUBJECT, LANGUAGE);

    private final String language;
    private final Template text;
    private final Template html;

    /** @throws TemplateSyntaxException when one of them is no template */
    Layout(String language, String text, String html) {
        this.language = language;
        this.text = checked(text, false);
        this.html = checked(html, true);
    }

    private Template checked(String source, boolean isHtml) {
        var template = Sandbox.parse(source, isHtml);
        var any = new TemplateKey(
                Trigger.SUBSCRIPTION_CANCELLED, Tone.PREMIUM, MessageStage.FINAL_ATTEMPT, Medium.EMAIL, language);
        TemplateCheck.check(template, any, source, isHtml, MORE);
        return template;
    }

    /** The text part of an e-mail. */
    String text(Map<String, Object> values, String content, Budget budget) {
        return Sandbox.render(text, with(values, Map.of(CONTENT, content)), budget);
    }

    /** The HTML part of an e-mail, a whole document. */
    String html(Map<String, Object> values, String subject, String content, Budget budget) {
        return Sandbox.render(
                html,
                with(values, Map.of(CONTENT, new Sandbox.Ready(content), SUBJECT, subject, LANGUAGE, language)),
                budget);
    }

    private static Map<String, Object> with(Map<String, Object> values, Map<String, Object> more) {
        var all = new HashMap<>(values);
        all.putAll(more);
        return all;
    }
}
