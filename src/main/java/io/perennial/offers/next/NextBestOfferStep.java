package io.perennial.offers.next;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.perennial.models.lifetime.Blocks;
import io.perennial.offers.EligibilitySql;
import io.perennial.offers.Offer;
import io.perennial.offers.next.AcceptanceModel.Question;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/**
 * Decides for a range of customers. Blocks of them come by cursor, so however many there are, a block is all that is in
 * memory.
 */
@ApplicationScoped
class NextBestOfferStep implements RunStep {

    /** Customers in a block: as many rows for the model as they have offers. */
    private static final int BLOCK = 256;

    private static final String CUSTOMERS =
            CustomerContext.sql(EligibilitySql.ofRange(), "customer_id between $2 and $3") + "order by c.customer_id";

    private final ActiveOffers catalog;
    private final Popularities popularities;
    private final AcceptanceModel model;
    private final DecisionMaker maker;
    private final Clock clock;

    NextBestOfferStep(
            ActiveOffers catalog, Popularities popularities, AcceptanceModel model, DecisionMaker maker, Clock clock) {
        this.popularities = popularities;
        this.catalog = catalog;
        this.model = model;
        this.maker = maker;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "decide";
    }

    /** Yields how many customers were decided about, held out and had nothing to be offered, and who got which offer. */
    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        var counts = new JsonObject();
        catalog.forget(part.organization());
        popularities.forget(part.organization());
        var parameters = Tuple.of(
                part.organization(),
                part.firstCustomer(),
                part.lastCustomer(),
                clock.instant().atOffset(ZoneOffset.UTC));
        return catalog.of(part.organization())
                .chain(active -> Blocks.read(connection, CUSTOMERS, parameters, BLOCK)
                        .onItem()
                        .transformToUniAndConcatenate(
                                rows -> decideBlock(connection, part, customers(rows.getDelegate()), active, counts))
                        .collect()
                        .last())
                .map(done -> new JsonObject().put("decisions", counts));
    }

    /** Decides about some customers, counts what was decided and logs it. */
    private Uni<Void> decideBlock(
            SqlConnection connection,
            RunPart part,
            List<CustomerContext> customers,
            Map<Integer, Offer> active,
            JsonObject counts) {
        return decide(part, customers, active)
                .invoke(decisions -> decisions.forEach(decision -> count(counts, decision)))
                .call(decisions -> decisions.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : Decisions.log(connection, part.organization(), decisions))
                .replaceWithVoid();
    }

    private static List<CustomerContext> customers(Iterable<Row> rows) {
        var customers = new ArrayList<CustomerContext>();
        rows.forEach(row -> customers.add(CustomerContext.of(row)));
        return customers;
    }

    private Uni<List<Decision>> decide(RunPart part, List<CustomerContext> customers, Map<Integer, Offer> active) {
        var now = clock.instant();
        var decisions = new ArrayList<Decision>();
        var asked = new ArrayList<CustomerContext>();
        var questions = new ArrayList<Question>();
        for (var customer : customers) {
            var offers = DecisionMaker.offers(customer, active);
            if (offers.isEmpty() || maker.holdsOut(customer.customer())) {
                decisions.add(maker.nothing(customer, now, part.runId()));
            } else {
                asked.add(customer);
                questions.add(new Question(customer.features(), offers));
            }
        }
        return questions.isEmpty()
                ? Uni.createFrom().item(decisions)
                : model.ofMany(part.organization(), questions).map(acceptances -> {
                    decisions.addAll(choices(part, asked, questions, acceptances, now));
                    return decisions;
                });
    }

    private List<Decision> choices(
            RunPart part,
            List<CustomerContext> customers,
            List<Question> questions,
            List<Acceptance> acceptances,
            Instant now) {
        var choices = new ArrayList<Decision>();
        for (var i = 0; i < customers.size(); i++) {
            choices.add(
                    maker.choose(customers.get(i), questions.get(i).offers(), acceptances.get(i), now, part.runId()));
        }
        return choices;
    }

    private static void count(JsonObject counts, Decision decision) {
        add(counts, "decided");
        if (decision.offer() != null) {
            add(counts, Integer.toString(decision.offer().offerId()));
        } else if (decision.choice() != null) {
            add(counts, "nothing_worthwhile");
        } else {
            add(counts, decision.heldOut() ? "held_out" : "nothing_eligible");
        }
    }

    private static void add(JsonObject counts, String name) {
        counts.put(name, counts.getLong(name, 0L) + 1);
    }
}
