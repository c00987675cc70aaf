package io.perennial.offers.next;

import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

import io.perennial.offers.Offer;
import io.perennial.tenant.CustomerId;

/** Chooses offers, and knows who gets none. */
@ApplicationScoped
class DecisionMaker {

    private static final String HOLD_OUT = "hold-out";
    private static final double HASHES = 1L << 32;

    private final OfferPolicyConfig config;
    private final Randomness randomness;

    DecisionMaker(OfferPolicyConfig config, Randomness randomness) {
        this.config = config;
        this.randomness = randomness;
    }

    /** Whether a customer is of the hold-out group, today as ever. */
    boolean holdsOut(UUID customer) {
        return place(customer) < config.holdOut();
    }

    /** Where a customer stands among all, 0..1: the first ones are the hold-out group. */
    static double place(UUID customer) {
        return (CustomerId.derive(customer, HOLD_OUT).getMostSignificantBits() >>> 32) / HASHES;
    }

    /** The active offers that a customer may get. */
    static List<Offer> offers(CustomerContext customer, Map<Integer, Offer> catalog) {
        return customer.eligible().stream()
                .map(catalog::get)
                .filter(Objects::nonNull)
                .toList();
    }

    /** How much what says this explores. */
    Exploration exploration(String version) {
        return new Exploration(
                version.equals(Popularity.VERSION) ? config.coldStartExploration() : config.exploration(),
                config.evenShare());
    }

    /** That nothing is offered. */
    Decision nothing(CustomerContext customer, Instant now, UUID run) {
        return new Decision(
                newId(), customer, now, run, Popularity.VERSION, holdsOut(customer.customer()), List.of(), null, null);
    }

    /** Chooses one of several offers. */
    Decision choose(CustomerContext customer, List<Offer> offers, Acceptance acceptance, Instant now, UUID run) {
        return choose(customer, offers, acceptance, exploration(acceptance.version()), now, run);
    }

    /** The same without exploration. */
    Decision best(CustomerContext customer, List<Offer> offers, Acceptance acceptance, Instant now) {
        return choose(customer, offers, acceptance, Exploration.NONE, now, null);
    }

    private Decision choose(
            CustomerContext customer,
            List<Offer> offers,
            Acceptance acceptance,
            Exploration exploration,
            Instant now,
            UUID run) {
        var choice = exploration.choose(
                acceptance.worth(offers, customer.value()),
                acceptance.worthByMember(offers, customer.value()),
                randomness.generator());
        return new Decision(newId(), customer, now, run, acceptance.version(), false, offers, acceptance, choice);
    }

    /** Chance decides the order in which decisions of one instant are learned from, too. */
    private UUID newId() {
        var bits = new byte[16];
        randomness.generator().nextBytes(bits);
        bits[6] = (byte) (bits[6] & 0x0f | 0x40);
        bits[8] = (byte) (bits[8] & 0x3f | 0x80);
        var buffer = ByteBuffer.wrap(bits);
        return new UUID(buffer.getLong(), buffer.getLong());
    }
}
