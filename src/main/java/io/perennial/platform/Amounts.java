package io.perennial.platform;

import java.math.BigDecimal;

/** Amounts of money and of things, which are decimals everywhere and never floating-point numbers. */
public final class Amounts {

    private static final int SHOWN = 2;

    private Amounts() {}

    /** An amount as people write it: with two decimals, and more only where they say something. Null stays null. */
    public static BigDecimal plain(BigDecimal amount) {
        if (amount == null) {
            return null;
        }
        var stripped = amount.stripTrailingZeros();
        return stripped.scale() < SHOWN ? stripped.setScale(SHOWN) : stripped;
    }
}
