package io.perennial.recovery.incentive;

import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.util.Locale;

/**
 * Makes the codes that offers are redeemed by: {@code STAY-} and sixteen characters of Crockford's base 32, which has no
 * letters that look like digits (https://www.crockford.com/base32.html). They carry {@value #BITS} random bits, so nobody
 * guesses one, and two are never the same.
 */
@ApplicationScoped
class OfferCodes {

    static final int BITS = 80;

    private static final String PREFIX = "STAY";
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int LENGTH = 16;
    private static final int GROUP = 4;

    private final SecureRandom random = new SecureRandom();

    /** A code that nobody has. */
    String next() {
        var code = new StringBuilder(PREFIX);
        for (var character = 0; character < LENGTH; character++) {
            if (character % GROUP == 0) {
                code.append('-');
            }
            code.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return code.toString();
    }

    /**
     * A code as it was made from what somebody typed: in any case, with or without hyphens and spaces, and with the letters
     * that are taken for digits. What is no code comes out as something that is none either.
     */
    static String normal(String typed) {
        var characters = typed.toUpperCase(Locale.ROOT).replaceAll("[\\s-]", "");
        var random = (characters.length() > LENGTH && characters.startsWith(PREFIX)
                        ? characters.substring(PREFIX.length())
                        : characters)
                .replace('O', '0')
                .replace('I', '1')
                .replace('L', '1');
        return PREFIX + random.replaceAll("(.{" + GROUP + "})", "-$1");
    }

    /** The code without all but its last characters. */
    static String hidden(String code) {
        return code == null ? null : PREFIX + "-****-****-****-" + code.substring(code.length() - GROUP);
    }
}
