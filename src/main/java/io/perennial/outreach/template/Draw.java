package io.perennial.outreach.template;

import java.util.List;

/** Decides by a number which variant a customer gets: the same one for the same number, and each as often as its weight says. */
final class Draw {

    private static final double UNIT = 0x1.0p-53;

    private Draw() {}

    /**
     * The variant for a draw.
     *
     * @param variants in their order; at least one with a weight
     * @param draw any number; neighbouring ones are as good as random ones
     * @param template so that what is drawn for one template says nothing about another
     */
    static Variant choose(List<Variant> variants, long draw, String template) {
        var total = variants.stream().mapToLong(Variant::weight).sum();
        var place = (long) ((mixed(draw + mixed(template.hashCode())) >>> 11) * UNIT * total);
        for (var variant : variants) {
            place -= variant.weight();
            if (place < 0) {
                return variant;
            }
        }
        throw new IllegalArgumentException("No variant has a weight");
    }

    /** The finalizer of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators", fig. 16). */
    private static long mixed(long number) {
        var z = number + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
