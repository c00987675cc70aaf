package io.perennial.demo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

/** A demo organization of which it is known what its customers think of offers. */
public final class DemoBusiness {

    private final UUID id;
    private final Industry industry;
    private final int customers;
    private final Instant now;
    private final TrueResponse response;

    DemoBusiness(UUID id, Industry industry, int customers, Instant now) {
        this.id = id;
        this.industry = industry;
        this.customers = customers;
        this.now = now;
        var appeals = new ArrayList<>(Appeal.OF_THE_CATALOG);
        appeals.add(NEW);
        this.response = new TrueResponse(appeals);
    }

    /** An offer that is not in the catalog yet; who is there for long, buys and is content likes it best of all. */
    static final Appeal NEW = new Appeal(
            8,
            1.0,
            Map.of(
                    Disposition.NEWNESS,
                    -2.5,
                    Disposition.DECLINE,
                    -2.5,
                    Disposition.GONE,
                    -3.0,
                    Disposition.KEENNESS,
                    0.3),
            Map.of());

    public UUID id() {
        return id;
    }

    /** The end of the history. */
    public Instant now() {
        return now;
    }

    /** What the organization calls its customers from a number, counted from 1. */
    public List<String> customersFrom(int number) {
        return IntStream.rangeClosed(number, customers)
                .mapToObj(DemoCustomer::externalId)
                .toList();
    }

    /** The probability, 0..1, that a customer accepts an offer at the end of the history. */
    public double probability(String customer, int offer) {
        return response.probability(invent(customer), offer, now);
    }

    /** Whether a customer accepts an offer when it is made to them. */
    public boolean accepts(String customer, int offer, Instant at) {
        return response.accepts(invent(customer), offer, at);
    }

    private DemoCustomer invent(String customer) {
        return DemoCustomer.invent(industry, DemoCustomers.SEED, DemoCustomer.number(customer), now);
    }
}
