package io.perennial.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

import io.perennial.tenant.OrgType;

/** Invented customers for tests. */
final class DemoCustomers {

    static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    static final long SEED = 7;

    private DemoCustomers() {}

    static Industry industry(OrgType type) {
        return Industry.ALL.stream()
                .filter(industry -> industry.type() == type)
                .findFirst()
                .orElseThrow();
    }

    static List<DemoCustomer> invent(Industry industry, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> DemoCustomer.invent(industry, SEED, number, NOW))
                .toList();
    }

    /** Days of the history up to an instant. */
    static double day(Instant instant) {
        return Life.TODAY - Duration.between(instant, NOW).toSeconds() / 86_400.0;
    }
}
