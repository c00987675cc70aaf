package io.perennial.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.hipparchus.stat.ranking.NaturalRanking;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.perennial.demo.DemoCustomer.Activity;
import io.perennial.demo.DemoCustomer.Purchase;
import io.perennial.tenant.OrgType;

/** The past of the demo organizations: that there is something to learn from it, and that it is not too easy. */
class DemoHistoryTest {

    private static final int CUSTOMERS = 1_500;
    private static final Set<String> FAREWELLS =
            Set.of("subscription_cancelled", "contract_cancelled", "account_closed");
    private static final Set<String> WITH_TEXT = Set.of("review", "support_ticket", "complaint", "billing_complaint");
    private static final Map<OrgType, List<History>> INVENTED = new HashMap<>();

    /** What is uploaded of a customer, and when they left, which is not. */
    private record History(DemoCustomer customer, List<Purchase> purchases, List<Activity> activities) {

        static History of(DemoCustomer customer) {
            return new History(customer, customer.purchases(), customer.activities());
        }

        double left() {
            return customer.life().left();
        }

        double joined() {
            return customer.life().joined();
        }

        double[] purchaseDays() {
            return purchases.stream()
                    .filter(purchase -> purchase.status().equals(Purchase.COMPLETED))
                    .mapToDouble(purchase -> DemoCustomers.day(purchase.at()))
                    .toArray();
        }

        long purchasesWithin(double from, double until) {
            return Arrays.stream(purchaseDays())
                    .filter(day -> day > from && day <= until)
                    .count();
        }

        List<Activity> activitiesWithin(double from, double until, Predicate<String> eventType) {
            return activities.stream()
                    .filter(activity -> eventType.test(activity.eventType()))
                    .filter(activity ->
                            DemoCustomers.day(activity.at()) > from && DemoCustomers.day(activity.at()) <= until)
                    .toList();
        }

        boolean isActive(double snapshot, int horizon) {
            return purchasesWithin(snapshot - horizon, snapshot) > 0;
        }

        /** The label as the service derives it from what was uploaded. */
        boolean churns(double snapshot, int horizon) {
            return purchasesWithin(snapshot, snapshot + horizon) == 0
                    || !activitiesWithin(snapshot, snapshot + horizon, FAREWELLS::contains)
                            .isEmpty();
        }

        /** Days since the last purchase, in the customer's usual gaps, or in 30 days where there is none yet. */
        double overdue(double snapshot) {
            var days =
                    Arrays.stream(purchaseDays()).filter(day -> day <= snapshot).toArray();
            var last = days[days.length - 1];
            var gap = days.length > 1 ? (last - days[0]) / (days.length - 1) : 30;
            return (snapshot - last) / Math.max(1, gap);
        }
    }

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void threeToSixInAHundredLeaveEachMonth(OrgType type) {
        var histories = histories(type);

        var monthly = IntStream.range(1, 18)
                .mapToDouble(month -> {
                    var active = histories.stream()
                            .filter(history -> history.joined() <= month * 30 && history.left() > month * 30)
                            .toList();
                    var leaving = active.stream()
                            .filter(history -> history.left() <= (month + 1) * 30)
                            .count();
                    return 100.0 * leaving / active.size();
                })
                .toArray();

        assertThat(mean(monthly)).isBetween(3.0, 6.0);
        assertThat(monthly).doesNotContain(0);
        assertThat(DoubleStream.of(monthly).max().orElseThrow()).isLessThan(9);
    }

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void fiveToFortyInAHundredOfTheActiveChurnWithinTheHorizon(OrgType type) {
        var horizon = DemoCustomers.industry(type).churnHorizonDays();

        for (var snapshot : snapshots(horizon)) {
            var active = histories(type).stream()
                    .filter(history -> history.isActive(snapshot, horizon))
                    .toList();
            var churning = active.stream()
                    .filter(history -> history.churns(snapshot, horizon))
                    .count();
            assertThat(active).as("day %s", snapshot).hasSizeGreaterThan(CUSTOMERS / 8);
            assertThat(100.0 * churning / active.size()).as("day %s", snapshot).isBetween(5.0, 40.0);
        }
    }

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void recencyAloneTellsSomethingButNotAll(OrgType type) {
        var horizon = DemoCustomers.industry(type).churnHorizonDays();
        List<Double> scores = new ArrayList<>();
        List<Boolean> labels = new ArrayList<>();

        for (var snapshot : snapshots(horizon)) {
            histories(type).stream()
                    .filter(history -> history.isActive(snapshot, horizon))
                    .forEach(history -> {
                        scores.add(history.overdue(snapshot));
                        labels.add(history.churns(snapshot, horizon));
                    });
        }

        assertThat(areaUnderCurve(scores, labels)).isBetween(0.6, 0.85);
    }

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void whoSurelyStaysSeldomGoesAHorizonWithoutAPurchase(OrgType type) {
        var horizon = DemoCustomers.industry(type).churnHorizonDays();
        var snapshot = Life.TODAY - horizon;

        var content = histories(type).stream()
                .filter(history -> history.isActive(snapshot, horizon))
                .filter(history -> !history.customer().life().hasLeft()
                        && history.customer().life().spells().isEmpty())
                .toList();
        var silent = content.stream()
                .filter(history -> history.churns(snapshot, horizon))
                .count();

        assertThat(content).hasSizeGreaterThan(CUSTOMERS / 10);
        assertThat((double) silent / content.size()).isLessThan(0.05);
    }

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void whoLeavesDoesLessBeforehandAndMostAreWarned(OrgType type) {
        var leavers = histories(type).stream()
                .filter(history -> history.left() < Life.TODAY && history.left() - Math.max(0, history.joined()) > 200)
                .toList();
        Predicate<String> lively = eventType -> DemoCustomers.industry(type).habits().stream()
                .anyMatch(habit -> !habit.ofDiscontent() && habit.eventType().equals(eventType));
        Predicate<String> trouble = Set.of("support_ticket", "complaint", "billing_complaint")::contains;

        assertThat(leavers).hasSizeGreaterThan(50);
        assertThat(purchases(leavers, 60, 0)).isLessThan(0.7 * purchases(leavers, 200, 140));
        assertThat(activities(leavers, 60, 0, lively)).isLessThan(0.6 * activities(leavers, 200, 140, lively));
        assertThat(activities(leavers, 60, 0, trouble)).isGreaterThan(1.5 * activities(leavers, 200, 140, trouble));
        assertThat(activities(leavers, 60, 0, "email_opened"::equals))
                .isLessThan(0.6 * activities(leavers, 200, 140, "email_opened"::equals));
        assertThat(grade(leavers, 60, 0)).isLessThan(grade(leavers, 200, 140) - 0.7);
    }

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void someLeaveWithoutAWarningAndSomeDeclineAndStay(OrgType type) {
        var lives = histories(type).stream()
                .map(history -> history.customer().life())
                .toList();

        var leavers = lives.stream().filter(Life::hasLeft).toList();
        var unwarned = leavers.stream()
                .filter(life -> life.spells().stream().noneMatch(spell -> spell.until() >= life.left()))
                .count();
        var over = lives.stream()
                .flatMap(life -> life.spells().stream())
                .filter(spell -> spell.until() < Life.TODAY)
                .toList();
        var survived = over.stream()
                .filter(spell -> spell.outcome() != Life.Outcome.LEAVES)
                .count();

        assertThat((double) unwarned / leavers.size()).isBetween(0.03, 0.2);
        assertThat((double) survived / over.size()).isBetween(0.15, 0.4);
        assertThat(over).allMatch(spell -> spell.until() - spell.from() >= 40 && spell.until() - spell.from() <= 120);
    }

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void whoWasBadlyServedLeavesMoreOften(OrgType type) {
        var lives = histories(type).stream()
                .map(history -> history.customer().life())
                .toList();

        var served = leavingWithin150Days(lives, true);
        var others = leavingWithin150Days(lives, false);

        assertThat(served).isGreaterThan(1.1 * others);
    }

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void theLastProductTellsMoreOfTheNextThanTheFavouriteOfAll(OrgType type) {
        var counts = new HashMap<String, Long>();
        var repeated = 0;
        var steps = 0;
        for (var history : histories(type)) {
            var products = completed(history).stream()
                    .map(purchase -> purchase.product().name())
                    .toList();
            for (var i = 1; i < products.size(); i++) {
                steps++;
                repeated += products.get(i).equals(products.get(i - 1)) ? 1 : 0;
                counts.merge(products.get(i), 1L, Long::sum);
            }
        }

        var favourite = (double) max(counts.values()) / steps;
        assertThat((double) repeated / steps).isBetween(favourite + 0.03, 0.6);
    }

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void someMoveToADearerProductAndNobodyBack(OrgType type) {
        var moved = 0;
        for (var history : histories(type)) {
            var rungs = completed(history).stream()
                    .mapToInt(purchase -> purchase.product().rung())
                    .filter(rung -> rung > 0)
                    .toArray();
            assertThat(rungs).isSorted();
            moved += rungs.length > 0 && rungs[rungs.length - 1] > rungs[0] ? 1 : 0;
        }

        assertThat((double) moved / CUSTOMERS).isBetween(0.03, 0.5);
    }

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void everyKindOfEventOccursWithWhatBelongsToIt(OrgType type) {
        var industry = DemoCustomers.industry(type);
        var activities = histories(type).stream()
                .flatMap(history -> history.activities().stream())
                .toList();
        var expected = new HashSet<>(Set.of(
                "survey",
                "nps",
                "review",
                "support_ticket",
                "complaint",
                "email_sent",
                "email_opened",
                "email_clicked",
                "campaign_sent",
                "campaign_response",
                "price_increase"));
        industry.habits().forEach(habit -> expected.add(habit.eventType()));
        if (industry.farewell() != null) {
            expected.add(industry.farewell());
        }

        assertThat(activities.stream().map(Activity::eventType).collect(Collectors.toSet()))
                .isEqualTo(expected);
        assertThat(values(activities, "survey")).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
        assertThat(values(activities, "review")).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
        assertThat(values(activities, "nps")).contains(0, 10).allMatch(value -> value >= 0 && value <= 10);
        assertThat(activities).allSatisfy(activity -> {
            assertThat(activity.text() != null).isEqualTo(WITH_TEXT.contains(activity.eventType()));
            assertThat(activity.campaign() != null)
                    .isEqualTo(activity.eventType().startsWith("campaign_"));
        });
        assertThat(activities.stream()
                        .filter(activity -> activity.text() != null)
                        .map(Activity::text)
                        .distinct())
                .hasSizeGreaterThan(100)
                .noneMatch(text -> text.contains("%") || text.contains(",") || text.contains("\""));
    }

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void paymentsFailAndAreRefundedNowAndThen(OrgType type) {
        var statuses = histories(type).stream()
                .flatMap(history -> history.purchases().stream())
                .collect(Collectors.groupingBy(Purchase::status, Collectors.counting()));
        var all = statuses.values().stream().mapToLong(Long::longValue).sum();

        assertThat(statuses).containsOnlyKeys(Purchase.COMPLETED, Purchase.FAILED, Purchase.REFUNDED);
        assertThat(100.0 * statuses.get(Purchase.FAILED) / all).isBetween(0.5, 12.0);
        assertThat(100.0 * statuses.get(Purchase.REFUNDED) / all).isBetween(0.5, 5.0);
    }

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void nothingHappensBeforeTheRegistrationOrAfterThePresent(OrgType type) {
        for (var history : histories(type)) {
            var registeredAt = history.customer().registeredAt();
            assertThat(registeredAt).isBefore(DemoCustomers.NOW);
            assertThat(completed(history)).isNotEmpty();
            assertThat(history.purchases()).isSortedAccordingTo((a, b) -> a.at().compareTo(b.at()));
            assertThat(history.purchases())
                    .allMatch(purchase -> !purchase.at().isBefore(registeredAt)
                            && purchase.at().isBefore(DemoCustomers.NOW)
                            && purchase.amount() > 0);
            assertThat(history.activities())
                    .allMatch(activity -> !activity.at().isBefore(registeredAt)
                            && activity.at().isBefore(DemoCustomers.NOW));
        }
    }

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void whoHasLeftIsHeardOfNoMoreButForAFarewell(OrgType type) {
        var farewell = DemoCustomers.industry(type).farewell();
        for (var history : histories(type)) {
            var goodbyes = history.activities().stream()
                    .filter(activity -> activity.eventType().equals(farewell))
                    .map(activity -> DemoCustomers.day(activity.at()))
                    .toList();
            assertThat(goodbyes).hasSizeLessThanOrEqualTo(1).allMatch(day -> day >= history.left() + 20);
            var writtenUntil = goodbyes.isEmpty() ? history.left() + 60 : goodbyes.get(0);
            assertThat(history.purchases())
                    .allMatch(purchase -> DemoCustomers.day(purchase.at()) <= history.left() + 0.001);
            assertThat(history.activities())
                    .allMatch(activity -> DemoCustomers.day(activity.at()) <= history.left() + 0.001
                            || activity.eventType().equals(farewell)
                            || Set.of("email_sent", "campaign_sent").contains(activity.eventType())
                                    && DemoCustomers.day(activity.at()) <= writtenUntil + 0.001);
        }
    }

    @Test
    void theSameSeedMakesTheSameCustomersAndAnotherSeedMakesOthers() {
        var industry = DemoCustomers.industry(OrgType.ECOMMERCE);
        var customer = DemoCustomer.invent(industry, DemoCustomers.SEED, 42, DemoCustomers.NOW);
        var again = DemoCustomer.invent(industry, DemoCustomers.SEED, 42, DemoCustomers.NOW);
        var other = DemoCustomer.invent(industry, DemoCustomers.SEED + 1, 42, DemoCustomers.NOW);

        assertThat(again).isEqualTo(customer);
        assertThat(again.purchases()).isEqualTo(customer.purchases());
        assertThat(again.activities()).isEqualTo(customer.activities());
        assertThat(other.life()).isNotEqualTo(customer.life());
        assertThat(other.purchases()).isNotEqualTo(customer.purchases());
    }

    /** Four of them, as far apart as the history allows; the label of the last ends with the present. */
    private static double[] snapshots(int horizon) {
        var first = Math.max(90, horizon / 2.0);
        var last = Life.TODAY - horizon;
        return IntStream.range(0, 4)
                .mapToDouble(i -> first + i * (last - first) / 3)
                .toArray();
    }

    private static double areaUnderCurve(List<Double> scores, List<Boolean> labels) {
        var ranks = new NaturalRanking()
                .rank(scores.stream().mapToDouble(Double::doubleValue).toArray());
        var positives = labels.stream().filter(label -> label).count();
        var sum = IntStream.range(0, ranks.length)
                .filter(labels::get)
                .mapToDouble(i -> ranks[i])
                .sum();
        return (sum - positives * (positives + 1) / 2.0) / (positives * (double) (labels.size() - positives));
    }

    /** Of the times, a month apart, at which something bad had (or had not) happened within 30 days. */
    private static double leavingWithin150Days(List<Life> lives, boolean badlyServed) {
        var times = 0;
        var leaving = 0;
        for (var life : lives) {
            for (var day = 60; day < Life.TODAY - 150; day += 30) {
                if (life.joined() < day - 30 && day < life.left() && life.isIrritated(day) == badlyServed) {
                    times++;
                    leaving += life.left() <= day + 150 ? 1 : 0;
                }
            }
        }
        return (double) leaving / times;
    }

    private static double purchases(List<History> leavers, int from, int until) {
        return leavers.stream()
                .mapToLong(history -> history.purchasesWithin(history.left() - from, history.left() - until))
                .sum();
    }

    private static double activities(List<History> leavers, int from, int until, Predicate<String> eventType) {
        return leavers.stream()
                .mapToLong(history -> history.activitiesWithin(history.left() - from, history.left() - until, eventType)
                        .size())
                .sum();
    }

    private static double grade(List<History> leavers, int from, int until) {
        return leavers.stream()
                .flatMap(history -> history
                        .activitiesWithin(
                                history.left() - from,
                                history.left() - until,
                                eventType -> eventType.equals("survey") || eventType.equals("review"))
                        .stream())
                .mapToInt(Activity::value)
                .average()
                .orElseThrow();
    }

    private static List<Purchase> completed(History history) {
        return history.purchases().stream()
                .filter(purchase -> purchase.status().equals(Purchase.COMPLETED))
                .toList();
    }

    private static Set<Integer> values(List<Activity> activities, String eventType) {
        return activities.stream()
                .filter(activity -> activity.eventType().equals(eventType))
                .map(Activity::value)
                .collect(Collectors.toSet());
    }

    private static double mean(double[] values) {
        return DoubleStream.of(values).average().orElseThrow();
    }

    private static long max(Collection<Long> values) {
        return values.stream().mapToLong(Long::longValue).max().orElseThrow();
    }

    private static List<History> histories(OrgType type) {
        return INVENTED.computeIfAbsent(
                type,
                key -> DemoCustomers.invent(DemoCustomers.industry(key), CUSTOMERS).stream()
                        .map(History::of)
                        .toList());
    }
}
