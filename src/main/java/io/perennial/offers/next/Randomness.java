package io.perennial.offers.next;

import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/** Where chance comes from. Whoever needs it is given it, so that tests can repeat it. */
@FunctionalInterface
interface Randomness {

    /** For the calling thread. */
    RandomGenerator generator();

    /** The one that nobody can foresee. */
    class Default {

        @Produces
        @DefaultBean
        @ApplicationScoped
        Randomness randomness() {
            return ThreadLocalRandom::current;
        }
    }
}
