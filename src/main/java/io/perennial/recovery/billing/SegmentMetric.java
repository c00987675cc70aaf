package io.perennial.recovery.billing;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A number about a customer that a billing segment may have a criterion for. Its name is that of the metric in SQL. */
public enum SegmentMetric {
    MONTHLY_REVENUE(null, "the organization's currency"),
    SUBSCRIPTION_LENGTH_MONTHS(null, "complete months"),
    FEATURE_USAGE(BigDecimal.valueOf(100), "per cent"),
    SUPPORT_TICKETS(null, "tickets of the last three months"),
    PAYMENT_FAILURES_LAST_3_MONTHS(null, "failed attempts to collect a payment");

    private final BigDecimal maximum;
    private final String unit;

    SegmentMetric(BigDecimal maximum, String unit) {
        this.maximum = maximum;
        this.unit = unit;
    }

    /** As the API and SQL write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The largest value there can be; null without end. The smallest is 0. */
    BigDecimal maximum() {
        return maximum;
    }

    /** What it is measured in, in words. */
    public String unit() {
        return unit;
    }

    static Optional<SegmentMetric> labelled(String label) {
        return Arrays.stream(values())
                .filter(metric -> metric.label().equals(label))
                .findFirst();
    }
}
