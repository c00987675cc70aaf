package io.perennial.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CustomerIdTest {

    private static final UUID ORGANIZATION = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

    /** What {@code printf '\x00\x11…\xffCUST_00042' | sha256sum} begins with, version and variant put in. */
    @Test
    void anIdIsTheSameOnEveryMachineForever() {
        assertThat(CustomerId.of(ORGANIZATION, "CUST_00042")).hasToString("e6e45fea-19c9-82b9-95dd-9d6e5cdadce8");
    }

    @Property
    void anIdIsOfVersion8AndOfTheVariantOfTheStandard(@ForAll long high, @ForAll long low, @ForAll String externalId) {
        var organization = new UUID(high, low);
        var id = CustomerId.of(organization, externalId);

        assertThat(id.version()).isEqualTo(8);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(CustomerId.of(organization, externalId)).isEqualTo(id);
    }

    @Test
    void theSameNameInAnotherOrganizationIsAnotherCustomer() {
        assertThat(CustomerId.of(ORGANIZATION, "a")).isNotEqualTo(CustomerId.of(new UUID(0, 0), "a"));
        assertThat(CustomerId.of(ORGANIZATION, "a")).isNotEqualTo(CustomerId.of(ORGANIZATION, "A"));
    }

    /** Chi-squared with 255 degrees of freedom exceeds 400 once in 10⁸ tries; these 100,000 names are always the same. */
    @Test
    void idsAreEvenlySpreadAndDoNotCollide() {
        var buckets = new int[256];
        var seen = new HashSet<UUID>();
        for (var i = 0; i < 100_000; i++) {
            var id = CustomerId.of(ORGANIZATION, "CUST_%05d".formatted(i));
            buckets[(int) (id.getMostSignificantBits() >>> 56)]++;
            seen.add(id);
        }

        var expected = 100_000 / 256.0;
        var chiSquared = 0.0;
        for (var count : buckets) {
            chiSquared += (count - expected) * (count - expected) / expected;
        }
        assertThat(seen).hasSize(100_000);
        assertThat(chiSquared).isLessThan(400);
    }
}
