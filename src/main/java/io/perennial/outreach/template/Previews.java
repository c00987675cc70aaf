package io.perennial.outreach.template;

import io.quarkus.arc.All;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.perennial.platform.ProblemType;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.Organization;
import io.perennial.tenant.TenantDatabase;

/** Shows templates as a customer would see them: a real one of the organization, or an example of one. */
@ApplicationScoped
class Previews {

    private final TenantDatabase database;
    private final Templates templates;
    private final List<CustomerValues> sources;

    Previews(TenantDatabase database, Templates templates, @All List<CustomerValues> sources) {
        this.database = database;
        this.templates = templates;
        this.sources = sources;
    }

    /**
     * Shows a template.
     *
     * @return fails with {@link ProblemType#UNKNOWN_CUSTOMER}, with {@link ProblemType#INVALID_TEMPLATE} for a content that
     *     cannot be used, and with {@link ProblemType#TEMPLATE_NOT_RENDERED}
     */
    Uni<Preview> of(Organization organization, MessageTemplate template, NewPreview asked) {
        var variant = variant(template, asked);
        return known(organization, asked).map(known -> preview(organization, template.key(), variant, asked, known));
    }

    private static Variant variant(MessageTemplate template, NewPreview asked) {
        if (asked.content() != null) {
            return new Variant("draft", 1, asked.content(), template.version());
        }
        return template.variants().stream()
                .filter(variant -> asked.variant() == null || variant.name().equals(asked.variant()))
                .findFirst()
                .orElseThrow(() -> ProblemType.INVALID_REQUEST.problem(
                        "variant %s is none of template %s", asked.variant(), template.template()));
    }

    private Preview preview(
            Organization organization, TemplateKey key, Variant variant, NewPreview asked, Map<String, Object> known) {
        var values = new HashMap<>(known);
        if (asked.values() != null) {
            values.putAll(asked.values());
        }
        if (asked.offers() != null) {
            values.put(Placeholder.OFFERS.label(), asked.offers());
        }
        values.put(Placeholder.COMPANY_NAME.label(), organization.name());
        values.put(Placeholder.CURRENCY.label(), organization.currency());
        var examples = Arrays.stream(Placeholder.values())
                .filter(placeholder -> placeholder.example() != null && !values.containsKey(placeholder.label()))
                .toList();
        examples.forEach(placeholder -> values.put(placeholder.label(), placeholder.example()));
        var rendered = templates.chosen(organization, key, variant).render(values);
        return new Preview(
                rendered.template(),
                rendered.variant(),
                rendered.subject(),
                rendered.text(),
                rendered.html(),
                key.channel() == Medium.SMS ? Gsm7.length(rendered.text()) : null,
                examples.stream().map(Placeholder::label).toList());
    }

    /** What is known of the customer; nothing of an example. */
    private Uni<Map<String, Object>> known(Organization organization, NewPreview asked) {
        if (asked.customerId() == null) {
            return Uni.createFrom().item(Map.of());
        }
        var reference = CustomerReference.of(organization.id(), asked.customerId());
        return database.query(
                        organization.id(),
                        "select customer_id, name, attributes ->> 'plan' as plan from customers"
                                + " where organization_id = $1 and customer_id in ($2, $3)",
                        reference.parameters())
                .chain(rows -> {
                    for (Row row : rows) {
                        return completed(organization.id(), row);
                    }
                    throw reference.unknown();
                });
    }

    private Uni<Map<String, Object>> completed(UUID organization, Row row) {
        Map<String, Object> known = new HashMap<>();
        // A customer whose name is unknown is called what the language calls one, not by the name of the example.
        known.put(Placeholder.CUSTOMER_NAME.label(), row.getString("name"));
        if (row.getString("plan") != null) {
            known.put(Placeholder.PLAN.label(), row.getString("plan"));
        }
        var all = Uni.createFrom().item(known);
        for (var source : sources) {
            all = all.chain(before -> source.of(organization, row.getUUID("customer_id"))
                    .map(more -> {
                        before.putAll(more);
                        return before;
                    }));
        }
        return all;
    }
}
