package io.perennial.models.serve;

import java.util.UUID;

/**
 * Which model is meant.
 *
 * @param kind what it predicts, such as {@code churn}
 * @param number from 1 up, in the order of training
 */
public record ModelVersion(UUID organization, String kind, int number) {

    /** As people and predictions name it, such as {@code churn-3}. */
    public String label() {
        return kind + "-" + number;
    }
}
