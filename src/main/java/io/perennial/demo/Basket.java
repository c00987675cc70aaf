package io.perennial.demo;

import java.util.List;
import java.util.SplittableRandom;

/**
 * What a customer buys next: mostly the product they are used to, for some of them a dearer one from some day on; otherwise
 * what they had the last time, or something to their taste.
 */
final class Basket {

    private static final double USUAL_SHARE = 0.45;
    private static final double AGAIN_SHARE = 0.25;

    private final List<Industry.Product> ladder;
    private final List<Industry.Product> extras;
    private final double[] tastes;
    private final double climbing;
    private final SplittableRandom random;

    private int rung;
    private Industry.Product lastExtra;

    Basket(Industry industry, Traits traits, SplittableRandom random) {
        this.ladder = industry.ladder();
        this.extras = industry.extras();
        this.tastes = random.doubles(extras.size())
                .map(chance -> chance * chance * chance)
                .toArray();
        this.climbing = traits.climbing();
        this.random = random;
        this.rung = random.nextInt(3) == 0 ? 1 : 0;
    }

    /** The next purchase of a customer in a mood of 0..1: only who is happy moves to something dearer. */
    Industry.Product next(double mood) {
        if (rung < ladder.size() - 1 && mood > 0.9 && random.nextDouble() < climbing) {
            rung++;
            return usual();
        }
        var share = random.nextDouble();
        if (share < USUAL_SHARE) {
            return usual();
        }
        if (lastExtra == null || share > USUAL_SHARE + AGAIN_SHARE) {
            lastExtra = toTaste();
        }
        return lastExtra;
    }

    /** The product the customer is used to. */
    Industry.Product usual() {
        return ladder.get(rung);
    }

    private Industry.Product toTaste() {
        var all = 0.0;
        for (var taste : tastes) {
            all += taste;
        }
        var chance = random.nextDouble() * all;
        for (var i = 0; i < tastes.length - 1; i++) {
            chance -= tastes[i];
            if (chance < 0) {
                return extras.get(i);
            }
        }
        return extras.get(extras.size() - 1);
    }
}
