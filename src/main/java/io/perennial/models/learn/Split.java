package io.perennial.models.learn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
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

    /** The rows of a part. */
    LabelledRows part(int wanted) {
        return rows.select(indexes(wanted));
    }

    /** The rows of all other parts. */
    LabelledRows without(int unwanted) {
        return rows.select(
                IntStream.range(0, part.length).filter(i -> part[i] != unwanted).toArray());
    }

    private int[] indexes(int wanted) {
        return IntStream.range(0, part.length).filter(i -> part[i] == wanted).toArray();
    }

    /**
     * Puts what belongs to the rows of a part in the places that these rows have among all rows.
     *
     * @param some the same number of values for each row of the part
     * @param all as many values for each of all rows
     */
    void put(int wanted, float[] some, float[] all) {
        var indexes = indexes(wanted);
        var width = all.length / part.length;
        for (var i = 0; i < indexes.length; i++) {
            System.arraycopy(some, i * width, all, indexes[i] * width, width);
        }
    }
}
