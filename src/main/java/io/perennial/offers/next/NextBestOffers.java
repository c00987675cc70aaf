package io.perennial.offers.next;

import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

import io.perennial.models.learn.Rows;
import io.perennial.models.registry.ModelVersions;
import io.perennial.models.serve.Inference;
import io.perennial.models.serve.InferenceFailure;
import io.perennial.models.serve.ModelVersion;
import io.perennial.offers.Offer;
import io.perennial.offers.Offers;
import io.perennial.offers.next.AcceptanceModel.Question;
import io.perennial.offers.next.AcceptanceModel.Version;
import io.perennial.offers.next.NextBestOffer.Contribution;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.CustomerReference;

/** Decides which offer a customer is made, logs it, and says why. */
@ApplicationScoped
class NextBestOffers {

    /** Customers who are decided about at the same time, of those asked for together. */
    private static final int CONCURRENCY = 32;

    private final Decisions decisions;
    private final DecisionMaker maker;
    private final AcceptanceModel model;
    private final ActiveOffers catalog;
    private final Offers offers;
    private final ModelVersions versions;
    private final Inference inference;
    private final Clock clock;

    NextBestOffers(
            Decisions decisions,
            DecisionMaker maker,
            AcceptanceModel model,
            ActiveOffers catalog,
            Offers offers,
            ModelVersions versions,
            Inference inference,
            Clock clock) {
        this.decisions = decisions;
        this.maker = maker;
        this.model = model;
        this.catalog = catalog;
        this.offers = offers;
        this.versions = versions;
        this.inference = inference;
        this.clock = clock;
    }

    /** Decides and logs; fails with {@link ProblemType#UNKNOWN_CUSTOMER}. */
    Uni<NextBestOffer> decide(CustomerReference customer, boolean explain) {
        var organization = customer.organization();
        return decisions
                .context(customer)
                .chain(context -> decided(organization, context))
                .chain(decision -> answer(organization, decision, explain));
    }

    /**
     * Decides for several customers of an organization, once for each whatever they are called by, in their order; fails like
     * {@link #decide(CustomerReference, boolean)}, and then nothing is decided for any of them.
     */
    Uni<List<NextBestOffer>> decide(UUID organization, List<CustomerReference> customers) {
        return each(customers, decisions::context)
                .chain(contexts -> each(distinct(contexts), context -> decided(organization, context))
                        .map(decided -> {
                            var byCustomer = new HashMap<UUID, NextBestOffer>();
                            decided.forEach(decision ->
                                    byCustomer.put(decision.customer().customer(), decision.toAnswer(true)));
                            return contexts.stream()
                                    .map(context -> byCustomer.get(context.customer()))
                                    .toList();
                        }));
    }

    private static <T, R> Uni<List<R>> each(Collection<T> items, Function<T, Uni<R>> work) {
        return Uni.join()
                .all(items.stream().map(work).toList())
                .usingConcurrencyOf(CONCURRENCY)
                .andFailFast();
    }

    private static Collection<CustomerContext> distinct(List<CustomerContext> contexts) {
        var byId = new LinkedHashMap<UUID, CustomerContext>();
        contexts.forEach(context -> byId.put(context.customer(), context));
        return byId.values();
    }

    private Uni<Decision> decided(UUID organization, CustomerContext context) {
        return catalog.of(organization)
                .chain(active -> decide(organization, context, active))
                .call(decision -> decisions.log(organization, decision));
    }

    private Uni<Decision> decide(UUID organization, CustomerContext customer, Map<Integer, Offer> active) {
        var eligible = DecisionMaker.offers(customer, active);
        var now = clock.instant();
        if (eligible.isEmpty() || maker.holdsOut(customer.customer())) {
            return Uni.createFrom().item(maker.nothing(customer, now, null));
        }
        return model.of(organization, List.of(new Question(customer.features(), eligible)))
                .map(acceptances -> maker.choose(customer, eligible, acceptances.get(0), now, null));
    }

    private Uni<NextBestOffer> answer(UUID organization, Decision decision, boolean explain) {
        var answer = decision.toAnswer(true);
        return !explain || decision.offer() == null
                ? Uni.createFrom().item(answer)
                : why(organization, decision.version(), decision.customer().features(), decision.offer())
                        .map(answer::withContributions);
    }

    /** A logged decision, and what moved it; fails with {@link ProblemType#UNKNOWN_DECISION}. */
    Uni<LoggedDecision> logged(CustomerReference customer, UUID id) {
        return decisions.find(customer, id).chain(row -> told(customer.organization(), row));
    }

    private Uni<LoggedDecision> told(UUID organization, Row row) {
        var decision = LoggedDecision.of(row);
        if (decision.recommendedOffer() == null) {
            return Uni.createFrom().item(decision);
        }
        var id = decision.recommendedOffer();
        return offers.find(organization, id)
                .chain(offer -> (offer == null || row.getInteger("feature_schema") != OfferSchema.CUSTOMER_HASH
                                ? Uni.createFrom().<List<Contribution>>nullItem()
                                : why(organization, decision.modelVersion(), CustomerContext.features(row), offer))
                        .map(why -> decision.with(OfferDetails.of(id, offer), why)));
    }

    /** What moved the probability of an offer, most first; null when no model has said it, or it no longer can. */
    private Uni<List<Contribution>> why(UUID organization, String version, float[] customer, Offer offer) {
        if (!version.startsWith(AcceptanceModel.KIND + "-")) {
            return Uni.createFrom().nullItem();
        }
        var number = Integer.parseInt(version.substring(AcceptanceModel.KIND.length() + 1));
        return version(organization, number)
                .chain(known -> known.schema().knows(offer)
                        ? why(known, customer, offer)
                        : Uni.createFrom().nullItem())
                .onFailure(InferenceFailure.class)
                .recoverWithNull();
    }

    private Uni<List<Contribution>> why(Version version, float[] customer, Offer offer) {
        var schema = version.schema().features();
        var row = new float[schema.size()];
        version.schema().fill(row, 0, customer, offer);
        return inference.explain(version.version(), new Rows(schema, 1, row)).map(parts -> {
            var why = new ArrayList<Contribution>();
            for (var i = 0; i < row.length; i++) {
                why.add(new Contribution(
                        schema.features().get(i).name(), Float.isNaN(row[i]) ? null : (double) row[i], parts[i]));
            }
            why.sort(Comparator.comparingDouble(part -> -Math.abs(part.contribution())));
            return why;
        });
    }

    /** A version of the model; fails with {@link ProblemType#UNKNOWN_MODEL}. */
    Uni<Version> version(UUID organization, int number) {
        return versions.get(organization, AcceptanceModel.KIND, number)
                .map(details -> new Version(
                        new ModelVersion(organization, AcceptanceModel.KIND, number),
                        OfferSchema.of(details.features(), details.choices())));
    }

    /**
     * A change of the catalog that is only thought of.
     *
     * @param cost null to leave it
     */
    record Change(int offerId, boolean inactive, BigDecimal cost) {}

    /** What is best for a customer as the catalog is, and as it would be. */
    record Compared(NextBestOffer now, NextBestOffer then) {}

    /**
     * What would be best if the catalog were another; nothing is logged and nothing explored.
     *
     * @return fails with {@link ProblemType#UNKNOWN_CUSTOMER}, and with {@link ProblemType#INVALID_REQUEST} when a changed offer
     *     is not active
     */
    Uni<Compared> simulate(CustomerReference customer, List<Change> changes) {
        var organization = customer.organization();
        return decisions
                .context(customer)
                .chain(context -> catalog.of(organization)
                        .chain(active -> best(organization, context, active)
                                .chain(now -> best(organization, context, changed(active, changes))
                                        .map(then -> new Compared(now, then)))));
    }

    private static Map<Integer, Offer> changed(Map<Integer, Offer> active, List<Change> changes) {
        var changed = new HashMap<>(active);
        for (var change : changes) {
            if (!active.containsKey(change.offerId())) {
                throw ProblemType.INVALID_REQUEST.problem("There is no active offer %d", change.offerId());
            }
            if (change.inactive()) {
                changed.remove(change.offerId());
            } else if (change.cost() != null) {
                changed.computeIfPresent(change.offerId(), (id, offer) -> offer.priced(change.cost(), offer.margin()));
            }
        }
        return changed;
    }

    private Uni<NextBestOffer> best(UUID organization, CustomerContext customer, Map<Integer, Offer> active) {
        var eligible = DecisionMaker.offers(customer, active);
        var now = clock.instant();
        return eligible.isEmpty()
                ? Uni.createFrom().item(maker.nothing(customer, now, null).toAnswer(false))
                : model.of(organization, List.of(new Question(customer.features(), eligible)))
                        .map(acceptances -> maker.best(customer, eligible, acceptances.get(0), now)
                                .toAnswer(false));
    }
}
