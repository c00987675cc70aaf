package io.perennial.recovery.incentive;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;

/**
 * Amounts that can be paid: a whole number of the smallest unit of their currency, cents mostly. Shares of amounts are rounded
 * half up, as on an invoice; what cannot be divided evenly is never lost.
 */
final class Money {

    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);
    private static final int DECIMALS = 2;

    private Money() {}

    /** The amount in whole units of the currency's smallest one, half up. */
    static BigDecimal rounded(BigDecimal amount, String currency) {
        return amount.setScale(decimals(currency), RoundingMode.HALF_UP);
    }

    /** {@code amount × percent ÷ 100}, rounded once, at the end. */
    static BigDecimal share(BigDecimal amount, BigDecimal percent, String currency) {
        return amount.multiply(percent).divide(HUNDRED, decimals(currency), RoundingMode.HALF_UP);
    }

    /**
     * Divides an amount into as many parts that differ by the smallest unit at most, the larger ones first. They add up to the
     * amount.
     *
     * @param amount rounded, 0 or more
     * @param parts 1 or more
     */
    static List<BigDecimal> divided(BigDecimal amount, int parts, String currency) {
        var unit = BigDecimal.ONE.movePointLeft(decimals(currency));
        var each = amount.divide(BigDecimal.valueOf(parts), decimals(currency), RoundingMode.DOWN);
        var left = amount.subtract(each.multiply(BigDecimal.valueOf(parts)));
        var divided = new ArrayList<BigDecimal>(parts);
        for (var part = 0; part < parts; part++) {
            if (left.signum() > 0) {
                divided.add(each.add(unit));
                left = left.subtract(unit);
            } else {
                divided.add(each);
            }
        }
        return divided;
    }

    /** Two for a currency that nobody knows. */
    static int decimals(String currency) {
        try {
            return Math.max(0, Currency.getInstance(currency).getDefaultFractionDigits());
        } catch (IllegalArgumentException e) {
            return DECIMALS;
        }
    }
}
