package io.perennial.outreach.template;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.perennial.platform.ProblemType;
import io.perennial.tenant.Organization;
import io.perennial.tenant.Organizations;

/** Says things to customers in the words of their organization: finds the template, draws a variant, fills in the values. */
@ApplicationScoped
public class Templates {

    private static final int MOST_COMPILED = 5_000;

    private final TemplateStore store;
    private final DefaultTemplates defaults;
    private final Organizations organizations;
    private final Cache<Source, CompiledContent> compiled =
            Caffeine.newBuilder().maximumSize(MOST_COMPILED).build();

    Templates(TemplateStore store, DefaultTemplates defaults, Organizations organizations) {
        this.store = store;
        this.defaults = defaults;
        this.organizations = organizations;
    }

    /** Two organizations that say the same share what was compiled of it: it holds nothing of either. */
    private record Source(TemplateKey key, Content content) {}

    /**
     * Finds the template and draws a variant of it, so that {@link ChosenTemplate#ctaPath()} is known before there are values.
     * In a language that there is no template of, it is the one of the language without its region, or else the English one;
     * in each, the organization's own comes before the one of the service.
     *
     * @param connection of a transaction of the organization
     * @param draw decides which variant it is: the same one for the same number
     * @return fails with {@link ProblemType#UNKNOWN_ORGANIZATION} or {@link ProblemType#UNKNOWN_TEMPLATE}
     */
    public Uni<ChosenTemplate> choose(SqlConnection connection, UUID organization, TemplateKey key, long draw) {
        var keys = key.inLanguages();
        return Uni.combine()
                .all()
                .unis(
                        store.find(connection, organization, name(keys, 0), name(keys, 1), name(keys, 2)),
                        organizations
                                .find(connection, organization)
                                .onItem()
                                .ifNull()
                                .failWith(() ->
                                        ProblemType.UNKNOWN_ORGANIZATION.problem("No organization %s", organization)))
                .asTuple()
                .map(found -> chosen(found.getItem2(), keys, found.getItem1(), draw));
    }

    private static String name(List<TemplateKey> keys, int place) {
        return keys.get(Math.min(place, keys.size() - 1)).name();
    }

    private ChosenTemplate chosen(
            Organization organization, List<TemplateKey> keys, Map<String, TemplateStore.Stored> own, long draw) {
        for (var key : keys) {
            var stored = own.get(key.name());
            if (stored != null && stored.isEdited()) {
                return chosen(organization, key, Draw.choose(stored.variants(), draw, key.name()));
            }
            var content = defaults.find(key);
            if (content.isPresent()) {
                return chosen(organization, key, new Variant(Variant.DEFAULT, 1, content.get(), 0));
            }
        }
        throw ProblemType.UNKNOWN_TEMPLATE.problem("No template %s", keys.get(0).name());
    }

    /** A variant, as somebody would get it who drew it. */
    ChosenTemplate chosen(Organization organization, TemplateKey key, Variant variant) {
        var content = compiled.get(
                new Source(key, variant.content()),
                source -> CompiledContent.of(source.key(), source.content(), "content"));
        return new ChosenTemplate(organization, key, variant, content, defaults.phrasing(key));
    }
}
