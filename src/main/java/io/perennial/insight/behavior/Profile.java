package io.perennial.insight.behavior;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import io.perennial.tenant.OrgType;

/**
 * What is looked at in the behavior of the customers of an industry: by which events and transactions, and for which signals.
 *
 * @param note what the values of events are, in words; null where no event needs one
 * @param trendDays the last days that the trends compare with as many before them: more where customers come seldom
 * @param usualEngagement of a customer who is neither keen nor distant, in engaging events of the trend's days
 * @param lookBackDays how far back events are read
 * @param categories whether a metric needs {@code category_since}, when the customer first bought of a category
 * @param engaging the events by which customers involve themselves, besides answers to messages and ratings
 * @param eventMetrics aggregates of events
 * @param transactionMetrics aggregates of transactions
 * @param derivedMetrics of the two
 */
record Profile(
        OrgType type,
        String note,
        int trendDays,
        double usualEngagement,
        int lookBackDays,
        boolean categories,
        List<String> engaging,
        List<Metric> eventMetrics,
        List<Metric> transactionMetrics,
        List<Metric> derivedMetrics,
        List<Signal> signals) {

    /** The metrics that are shown, in the order in which they are declared. */
    List<Metric> shown() {
        return Stream.of(eventMetrics, transactionMetrics, derivedMetrics)
                .flatMap(List::stream)
                .filter(metric -> !metric.hidden())
                .toList();
    }

    /** The signal of a name, if there is one. */
    Optional<Signal> signal(String name) {
        return signals.stream().filter(signal -> signal.name().equals(name)).findFirst();
    }
}
