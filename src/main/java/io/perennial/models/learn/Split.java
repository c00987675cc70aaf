package io.perennial.models.learn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Rows dealt out to parts of equal size at random, each with the same share of every class. Amounts are dealt out by their
 * size, so that every part has its share of large ones.
 */
record Split(LabelledRows rows, int[] part) {

    /** Deals rows out to {@code parts} parts, numbered from 0. */
    static Split of(LabelledRows rows, int parts, long seed) {
        var order = new ArrayList<>(IntStream.range(0, rows.count()).boxed().toList());
        var random = new Random(seed);
        Collections.shuffle(order, random);
        order.sort((a, b) -> Float.compare(rows.labels()[a], rows.labels()[b]));
        var part = new int[rows.count()];
        List<Integer> deal = new ArrayList<>(IntStream.range(0, parts).boxed().toList());
        for (var i = 0; i < order.size(); i++) {
            if (i % parts == 0) {
                Collections.shuffle(deal, random);
            }
            part[order.get(i)] = deal.get(i % parts);
        }
        return new Split(rows, part);
    }

    /** The indexes of the rows of a part. */
    int[] indexes(int wanted) {
        return indexes((int i) -> part[i] == wanted);
    }

    /** The indexes of the rows of all other parts. */
    int[] indexesWithout(int unwanted) {
        return indexes((int i) -> part[i] != unwanted);
    }

    private int[] indexes(IntPredicate wanted) {
        return IntStream.range(0, part.length).filter(wanted).toArray();
    }

    /** The rows of a part. */
    LabelledRows part(int wanted) {
        return rows.select(indexes(wanted));
    }

    /** The rows of all other parts. */
    LabelledRows without(int unwanted) {
        return rows.select(indexesWithout(unwanted));
    }
}
