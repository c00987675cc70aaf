package io.perennial.demo;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Invented customers as the CSV files that a user would upload. */
final class CustomerFiles {

    private CustomerFiles() {}

    static String customers(List<DemoCustomer> customers) {
        return csv(
                "customer_id,name,email,registered_at,marketing_consent\n",
                customers,
                customer -> "%s,%s,%s@example.com,%s,%s\n"
                        .formatted(
                                customer.externalId(),
                                customer.name(),
                                customer.externalId().toLowerCase(Locale.ROOT),
                                customer.registeredAt(),
                                customer.consentsToMarketing()));
    }

    static String transactions(List<DemoCustomer> customers) {
        return csv(
                "customer_id,occurred_at,amount,discount,product,category,status\n",
                customers,
                customer -> customer.purchases().stream()
                        .map(purchase -> line(customer, purchase))
                        .collect(Collectors.joining()));
    }

    static String events(List<DemoCustomer> customers) {
        return csv(
                "customer_id,occurred_at,event_type,value,text,campaign\n",
                customers,
                customer -> customer.activities().stream()
                        .map(activity -> line(customer, activity))
                        .collect(Collectors.joining()));
    }

    /**
     * The churn scores of the first customers.
     *
     * @param count of the customers
     */
    static String churnScores(Industry industry, int count, long seed, Instant now) {
        var scores = ChurnScores.of(
                count,
                number -> DemoCustomer.invent(industry, seed, number, now).risk());
        return csv(
                "customer_id,churn_score\n",
                IntStream.rangeClosed(1, count).boxed().toList(),
                number -> String.format(Locale.ROOT, "%s,%.4f%n", DemoCustomer.externalId(number), scores.of(number)));
    }

    private static <T> String csv(String header, List<T> rows, Function<T, String> lines) {
        return rows.stream().map(lines).collect(Collectors.joining("", header, ""));
    }

    private static String line(DemoCustomer customer, DemoCustomer.Purchase purchase) {
        return String.join(
                        ",",
                        customer.externalId(),
                        purchase.at().toString(),
                        cents(purchase.amount()),
                        cents(purchase.discount()),
                        purchase.product().name(),
                        purchase.product().category(),
                        purchase.status())
                + "\n";
    }

    private static String line(DemoCustomer customer, DemoCustomer.Activity activity) {
        return String.join(
                        ",",
                        customer.externalId(),
                        activity.at().toString(),
                        activity.eventType(),
                        activity.value() == null ? "" : activity.value().toString(),
                        activity.text() == null ? "" : activity.text(),
                        activity.campaign() == null ? "" : activity.campaign())
                + "\n";
    }

    private static String cents(double amount) {
        return BigDecimal.valueOf(Math.round(amount * 100), 2).toPlainString();
    }
}
