package io.perennial.models.sentiment;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Turns a text into numbers: its words, pairs of words and pieces of words, hashed with signs (Weinberger et al., "Feature
 * hashing for large scale multitask learning", ICML 2009), their counts on a logarithmic scale, the whole of length 1. Words
 * that follow a negation within a clause are words of their own (Pang, Lee and Vaithyanathan, "Thumbs up?", EMNLP 2002), so
 * that "helpful" and "not helpful" have little in common.
 */
final class TextFeatures {

    /** How many numbers. */
    static final int SIZE = 8192;

    private static final Pattern TOKEN = Pattern.compile("[\\p{L}\\p{N}]+(?:['’]\\p{L}+)?|[.,;:!?]");
    private static final Set<String> NEGATIONS = Set.of(
            "not", "no", "never", "nobody", "nothing", "none", "neither", "nor", "cannot", "without", "hardly",
            "barely");
    private static final Set<String> TURNS =
            Set.of("but", "however", "although", "though", "and", "because", "so", "yet");
    private static final int NEGATED_WORDS = 4;
    private static final int SHORTEST_PIECE = 3;
    private static final int LONGEST_PIECE = 5;
    private static final float PIECE_WEIGHT = 0.4f;

    private final Map<String, Integer> counts = new HashMap<>();

    private TextFeatures() {}

    /** Writes the numbers of a text, which have to be 0, from an index on. */
    static void write(String text, float[] numbers, int at) {
        var features = new TextFeatures();
        features.read(text.toLowerCase(Locale.ROOT).replace('’', '\''));
        features.write(numbers, at);
    }

    private void read(String text) {
        var tokens = TOKEN.matcher(text);
        var previous = "^";
        var negated = 0;
        while (tokens.find()) {
            var token = tokens.group();
            if (!Character.isLetterOrDigit(token.charAt(0)) || TURNS.contains(token)) {
                negated = 0;
            }
            var word = negated > 0 ? "!" + token : token;
            count("w " + word);
            count("p " + previous + ' ' + word);
            if (Character.isLetterOrDigit(token.charAt(0))) {
                countPieces(word);
            }
            negated = NEGATIONS.contains(token) || token.endsWith("n't") ? NEGATED_WORDS : Math.max(0, negated - 1);
            previous = word;
        }
    }

    private void countPieces(String word) {
        var mark = word.startsWith("!") ? "! " : "c ";
        var bounded = '<' + (word.startsWith("!") ? word.substring(1) : word) + '>';
        for (var length = SHORTEST_PIECE; length <= LONGEST_PIECE; length++) {
            for (var from = 0; from + length <= bounded.length(); from++) {
                count(mark + bounded.substring(from, from + length));
            }
        }
    }

    private void count(String feature) {
        counts.merge(feature, 1, Integer::sum);
    }

    private void write(float[] numbers, int at) {
        counts.forEach((feature, count) -> {
            var hash = mixed(feature.hashCode());
            var weight = feature.startsWith("w") || feature.startsWith("p") ? 1 : PIECE_WEIGHT;
            var value = (float) (weight * (1 + Math.log(count)));
            numbers[at + (hash >>> 1) % SIZE] += (hash & 1) == 0 ? value : -value;
        });
        var squares = 0.0;
        for (var i = at; i < at + SIZE; i++) {
            squares += numbers[i] * numbers[i];
        }
        var length = squares == 0 ? 1 : (float) Math.sqrt(squares);
        for (var i = at; i < at + SIZE; i++) {
            numbers[i] /= length;
        }
    }

    /** Spreads the bits of a hash: the finalizer of MurmurHash3 (Appleby). */
    private static int mixed(int hash) {
        var h = hash;
        h = (h ^ h >>> 16) * 0x85ebca6b;
        h = (h ^ h >>> 13) * 0xc2b2ae35;
        return h ^ h >>> 16;
    }
}
