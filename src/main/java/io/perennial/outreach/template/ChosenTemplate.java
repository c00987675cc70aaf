package io.perennial.outreach.template;

import java.util.HashMap;
import java.util.Map;

import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Organization;

/** The variant of a template that somebody gets, before it is written to them. */
public final class ChosenTemplate {

    private final Organization organization;
    private final TemplateKey key;
    private final Variant variant;
    private final CompiledContent content;
    private final Phrasing phrasing;

    ChosenTemplate(
            Organization organization, TemplateKey key, Variant variant, CompiledContent content, Phrasing phrasing) {
        this.organization = organization;
        this.key = key;
        this.variant = variant;
        this.content = content;
        this.phrasing = phrasing;
    }

    /** Which template it is; of another language than asked for when there is none of that. */
    public TemplateKey key() {
        return key;
    }

    /** The name of the variant. */
    public String variant() {
        return variant.name();
    }

    /** Where {@link Placeholder#CTA_URL} is to lead, on the organization's site. */
    public String ctaPath() {
        return variant.content().ctaPath();
    }

    /** What the link to act says; null where there is none. */
    public String ctaText() {
        return variant.content().ctaText();
    }

    /** Whether it tells what is offered: offers that go with a template that does not reach nobody. */
    public boolean namesOffers() {
        return content.namesOffers();
    }

    /**
     * Writes it to a customer.
     *
     * @param values by the labels of placeholders: words, numbers, days (as {@link java.time.LocalDate} or in ISO 8601),
     *     addresses, a list of {@link OfferLine}. The organization's name and currency need not be given.
     * @throws ProblemException of the type {@link ProblemType#TEMPLATE_NOT_RENDERED} when a value is missing that is always
     *     there, is not of its kind, or is too long and may not be cut
     */
    public Rendered render(Map<String, Object> values) {
        var all = new HashMap<>(values);
        all.putIfAbsent(Placeholder.COMPANY_NAME.label(), organization.name());
        all.putIfAbsent(Placeholder.CURRENCY.label(), organization.currency());
        try {
            var written = content.write(all, phrasing);
            return new Rendered(
                    written.subject(),
                    written.text(),
                    written.html(),
                    variant.name(),
                    key.name(),
                    variant.revision(),
                    ctaPath());
        } catch (RenderingException e) {
            throw ProblemType.TEMPLATE_NOT_RENDERED.problem("%s: %s", key.name(), e.getMessage());
        }
    }
}
