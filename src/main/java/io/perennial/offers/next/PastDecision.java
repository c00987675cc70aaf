package io.perennial.offers.next;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.data.Numeric;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

import io.perennial.models.lifetime.Blocks;
import io.perennial.offers.Offer;

/**
 * A decision that is over: the offer was accepted, or it was declined or ignored.
 *
 * @param value what keeping the customer was worth; null when not known
 * @param eligible the offers that could have been chosen
 * @param propensities the probability of each of them where one was chosen at all; they add up to 1
 * @param costs what each of them cost then; null of a decision that is older than that is logged
 * @param margins what each of them earned then before its cost; null of such a decision
 * @param features as {@link OfferSchema#CUSTOMER}; NaN where missing
 */
record PastDecision(
        UUID customer,
        OffsetDateTime decidedAt,
        int offer,
        boolean accepted,
        Double value,
        double cost,
        List<Integer> eligible,
        double[] propensities,
        BigDecimal[] costs,
        BigDecimal[] margins,
        float[] features) {

    private static final int BLOCK = 2_048;

    private static final String NEWEST = """
            select customer_id, decided_at, offer_id, outcome, value::float8 as value, cost::float8 as cost, eligible,
                propensities, costs, margins, features
            from offer_decisions
            where organization_id = $1 and offer_id is not null and outcome in ('accepted', 'declined', 'ignored')
                and feature_schema = $2 and decided_at > $3
            order by decided_at desc, decision_id
            limit $4""";

    private static final OffsetDateTime EVER = OffsetDateTime.parse("1970-01-01T00:00:00Z");

    /**
     * Reads the newest.
     *
     * @param connection in a transaction of the organization
     * @param after only those after this instant; null for all
     * @param limit how many at most
     * @return in the order of time
     */
    static Uni<List<PastDecision>> newest(
            SqlConnection connection, UUID organization, OffsetDateTime after, int limit) {
        var parameters = Tuple.of(organization, OfferSchema.CUSTOMER_HASH, after == null ? EVER : after, limit);
        return Blocks.read(connection, NEWEST, parameters, BLOCK)
                .onItem()
                .transformToIterable(PastDecision::all)
                .collect()
                .asList()
                .map(PastDecision::reversed);
    }

    private static List<PastDecision> all(RowSet<io.vertx.mutiny.sqlclient.Row> rows) {
        var decisions = new ArrayList<PastDecision>();
        rows.forEach(row -> decisions.add(of(row.getDelegate())));
        return decisions;
    }

    private static List<PastDecision> reversed(List<PastDecision> newestFirst) {
        var decisions = new ArrayList<>(newestFirst);
        Collections.reverse(decisions);
        return decisions;
    }

    private static PastDecision of(Row row) {
        return new PastDecision(
                row.getUUID("customer_id"),
                row.getOffsetDateTime("decided_at"),
                row.getInteger("offer_id"),
                row.getString("outcome").equals("accepted"),
                row.getDouble("value"),
                row.getDouble("cost"),
                Arrays.asList(row.getArrayOfIntegers("eligible")),
                ofOffers(row.getArrayOfDoubles("propensities")),
                amounts(row, "costs"),
                amounts(row, "margins"),
                CustomerContext.features(row));
    }

    /** What they lack of 1 was the probability of offering nothing, and something was. */
    private static double[] ofOffers(Double[] propensities) {
        var sum = Arrays.stream(propensities).mapToDouble(Double::doubleValue).sum();
        return Arrays.stream(propensities)
                .mapToDouble(propensity -> propensity / sum)
                .toArray();
    }

    private static BigDecimal[] amounts(Row row, String column) {
        var amounts = row.getArrayOfNumerics(column);
        return amounts == null
                ? null
                : Arrays.stream(amounts).map(Numeric::bigDecimalValue).toArray(BigDecimal[]::new);
    }

    /** The offer that was made, at what it cost and earned then. */
    Offer offer(Map<Integer, Offer> known) {
        return offer(known, chosen());
    }

    /** The offers that could have been chosen and still are known, at what they cost and earned then. */
    List<Offer> offers(Map<Integer, Offer> known) {
        return IntStream.range(0, eligible.size())
                .filter(i -> known.containsKey(eligible.get(i)))
                .mapToObj(i -> offer(known, i))
                .toList();
    }

    private Offer offer(Map<Integer, Offer> known, int place) {
        var offer = known.get(eligible.get(place));
        return costs == null ? offer : offer.priced(costs[place], margins[place]);
    }

    /** The place of the offer among the eligible ones. */
    int chosen() {
        return eligible.indexOf(offer);
    }

    /** The probability with which it was going to be chosen. */
    double propensity() {
        return Math.min(1, propensities[chosen()]);
    }
}
