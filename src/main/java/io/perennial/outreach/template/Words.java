package io.perennial.outreach.template;

import io.quarkus.qute.Template;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The words of a language for what no template spells out: offers, and customers whose name is unknown. */
final class Words {

    private static final Set<String> FIELDS =
            Arrays.stream(OfferField.values()).map(OfferField::label).collect(Collectors.toUnmodifiableSet());

    private final Map<OfferLine.Type, Template> summaries = new EnumMap<>(OfferLine.Type.class);
    private final String customer;

    /**
     * @param customer what a customer is called whose name is unknown
     * @param summaries the template of each type of offer, over the fields of the offer
     * @throws TemplateSyntaxException when one of them is no template
     */
    Words(String customer, Map<OfferLine.Type, String> summaries) {
        this.customer = customer;
        summaries.forEach((type, source) -> this.summaries.put(type, Sandbox.parse(source, false)));
        for (var type : OfferLine.Type.values()) {
            if (!this.summaries.containsKey(type)) {
                throw new IllegalArgumentException("There are no words for " + type.value());
            }
        }
    }

    String customer() {
        return customer;
    }

    /**
     * An offer in words.
     *
     * @param fields what is there of it, ready to be written
     */
    String summary(OfferLine.Type type, Map<String, Object> fields, Budget budget) {
        var all = new HashMap<>(fields);
        FIELDS.forEach(field -> all.putIfAbsent(field, Absent.VALUE));
        return Sandbox.render(summaries.get(type), all, budget).strip();
    }
}
