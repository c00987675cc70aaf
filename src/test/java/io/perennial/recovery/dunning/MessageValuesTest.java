package io.perennial.recovery.dunning;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageValuesTest {

    private static final Instant NOW = Instant.parse("2026-03-02T23:30:00Z");

    private static KnownCustomer ada(String zone, KnownCustomer.Failure failure, Instant accessEndsAt) {
        return new KnownCustomer(
                UUID.randomUUID(),
                "Ada",
                "en",
                ZoneId.of(zone),
                "email",
                "Pro",
                null,
                "USD",
                "sub_1",
                accessEndsAt,
                null,
                failure);
    }

    private static KnownCustomer.Failure failure(Instant next) {
        return new KnownCustomer.Failure(
                UUID.randomUUID(),
                new BigDecimal("49.90"),
                "USD",
                2,
                Instant.parse("2026-02-28T22:30:00Z"),
                next,
                false);
    }

    @Test
    void whatIsKnownOfAFailedPaymentIsThereInTheCustomersOwnDays() {
        var customer = ada("Asia/Tokyo", failure(Instant.parse("2026-03-07T16:00:00Z")), null);

        assertThat(MessageValues.of(customer, null, List.of(), NOW))
                .isEqualTo(Map.of(
                        "customer_name",
                        "Ada",
                        "currency",
                        "USD",
                        "plan",
                        "Pro",
                        "preferred_contact_method",
                        "email",
                        "amount",
                        new BigDecimal("49.90"),
                        "attempt_count",
                        2,
                        "due_date",
                        LocalDate.of(2026, 3, 1),
                        "retry_date",
                        LocalDate.of(2026, 3, 8)));
    }

    @Test
    void whatIsPastIsNotAnnounced() {
        var customer = ada("UTC", failure(NOW.minusSeconds(1)), NOW.minusSeconds(1));

        assertThat(MessageValues.of(customer, null, List.of(), NOW))
                .doesNotContainKeys("retry_date", "access_ends_on", "offers", "amount_due");
    }

    @Test
    void withoutAFailureThereIsNoAmount() {
        var customer = ada("UTC", null, Instant.parse("2026-03-31T10:00:00Z"));

        assertThat(MessageValues.of(customer, null, List.of(), NOW))
                .containsEntry("access_ends_on", LocalDate.of(2026, 3, 31))
                .doesNotContainKeys("amount", "due_date", "attempt_count");
    }

    /** What uploads say of a language or a zone may be anything. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-, en",
                "de, de",
                "de_AT, de-at",
                "de_DE.UTF-8, de-de",
                "PT-br, pt-br",
                "' fr ', fr",
                "klingonish, en",
                "'', en",
                "../../etc, en",
                "zh-Hant-TW, zh-hant-tw"
            })
    void aLanguageIsReadAsItIsWrittenOrElseItIsEnglish(String written, String expected) {
        assertThat(KnownCustomer.language(written)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-, Europe/Lisbon",
                "Asia/Tokyo, Asia/Tokyo",
                "' Asia/Tokyo ', Asia/Tokyo",
                "Mars/Olympus, Europe/Lisbon",
                "'', Europe/Lisbon",
                "+02:00, +02:00"
            })
    void aZoneThatIsNoneIsThatOfTheOrganization(String written, String expected) {
        assertThat(KnownCustomer.zone(written, "Europe/Lisbon")).isEqualTo(ZoneId.of(expected));
    }
}
