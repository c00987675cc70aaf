package io.perennial.outreach.template;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.Map;

/**
 * The characters that a text message of 160 is made of: the default alphabet and its extension, whose characters take two
 * of the 160 (3GPP TS 23.038, section 6.2.1). One that is in neither would turn the whole message into one of 70.
 */
final class Gsm7 {

    /** The most septets of a message that is sent in one part (3GPP TS 23.040: 140 octets of 8 bits are 160 of 7). */
    static final int ONE_MESSAGE = 160;

    /** The default alphabet in its order; the place of the escape to the extension is a NUL here. */
    static final String BASIC =
            "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\0ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                    + "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    /** The extension. */
    static final String EXTENSION = "\f^{}\\[~]|€";

    /** What has no accent to leave away and is still close to something. */
    private static final Map<Character, String> CLOSE = Map.ofEntries(
            Map.entry('’', "'"),
            Map.entry('‘', "'"),
            Map.entry('‚', "'"),
            Map.entry('`', "'"),
            Map.entry('´', "'"),
            Map.entry('“', "\""),
            Map.entry('”', "\""),
            Map.entry('„', "\""),
            Map.entry('«', "\""),
            Map.entry('»', "\""),
            Map.entry('–', "-"),
            Map.entry('—', "-"),
            Map.entry('‐', "-"),
            Map.entry('‑', "-"),
            Map.entry('−', "-"),
            Map.entry('•', "-"),
            Map.entry('\t', " "),
            Map.entry('ł', "l"),
            Map.entry('Ł', "L"),
            Map.entry('đ', "d"),
            Map.entry('Đ', "D"),
            Map.entry('ð', "d"),
            Map.entry('Ð', "D"),
            Map.entry('þ', "th"),
            Map.entry('Þ', "Th"),
            Map.entry('ı', "i"),
            Map.entry('œ', "oe"),
            Map.entry('Œ', "OE"),
            Map.entry('ŋ', "n"),
            Map.entry('ħ', "h"));

    private static final int OUTSIDE = 0;
    private static final byte[] SEPTETS = septets();

    private Gsm7() {}

    private static byte[] septets() {
        var septets = new byte[Character.MAX_VALUE + 1];
        Arrays.fill(septets, (byte) OUTSIDE);
        BASIC.chars().filter(character -> character != 0).forEach(character -> septets[character] = 1);
        EXTENSION.chars().forEach(character -> septets[character] = 2);
        return septets;
    }

    /** The place of the first character that is in neither table, or -1. */
    static int firstOutside(CharSequence text) {
        for (var i = 0; i < text.length(); i++) {
            if (SEPTETS[text.charAt(i)] == OUTSIDE) {
                return i;
            }
        }
        return -1;
    }

    /** How many septets a text takes; what is in neither table counts nothing. */
    static int length(CharSequence text) {
        return text.chars().map(character -> SEPTETS[character]).sum();
    }

    /** The closest text in the alphabet: accents are left away where they have to be, and what is close to nothing too. */
    static String closest(String text) {
        var written = new StringBuilder(text.length());
        text.codePoints().forEach(codePoint -> {
            if (Character.isBmpCodePoint(codePoint) && SEPTETS[codePoint] != OUTSIDE) {
                written.appendCodePoint(codePoint);
            } else {
                Normalizer.normalize(Character.toString(codePoint), Normalizer.Form.NFKD)
                        .chars()
                        .forEach(part -> append(written, (char) part));
            }
        });
        return written.toString();
    }

    private static void append(StringBuilder written, char part) {
        if (SEPTETS[part] != OUTSIDE) {
            written.append(part);
        } else {
            written.append(CLOSE.getOrDefault(part, ""));
        }
    }

    /** The longest beginning of a text that takes at most so many septets. */
    static String cut(String text, int septets) {
        var room = septets;
        for (var i = 0; i < text.length(); i++) {
            room -= SEPTETS[text.charAt(i)];
            if (room < 0) {
                return text.substring(0, i);
            }
        }
        return text;
    }
}
