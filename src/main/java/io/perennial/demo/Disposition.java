package io.perennial.demo;

import java.util.function.ToDoubleBiFunction;

/**
 * Something about an invented customer on a day that moves how they take offers. Some of it shows in what they do and can be
 * learned from the features (decline, lateness of payment, tenure, liveliness); price sensitivity hardly does.
 */
enum Disposition {
    /** From −1 to 3: 0 for the middling customer, whom prices bother little. */
    PRICE_SENSITIVITY((customer, day) -> (customer.traits().priceSensitivity() - 0.3) / 0.3),

    /** From 0, content, to 1, as unhappy as can be; 0 for who has left. */
    DECLINE((customer, day) -> hasLeft(customer, day) ? 0 : 1 - customer.life().mood(day)),

    /** 1 for who has left. */
    GONE((customer, day) -> hasLeft(customer, day) ? 1 : 0),

    /** How much they do besides buying, in standard deviations from the middling customer. */
    ENGAGEMENT((customer, day) -> Math.log(customer.traits().liveliness()) / 0.5),

    /** How often they buy, in standard deviations from the middling customer. */
    KEENNESS((customer, day) -> Math.log(customer.traits().keenness()) / 0.35),

    /** 1 for who often has not the money when it is due. */
    PAYMENT_TROUBLE((customer, day) -> customer.traits().failedPaymentsPerMonth() > 0.1 ? 1 : 0),

    /** From 1 on the day they joined to 0: half of it is gone after two months. */
    NEWNESS((customer, day) -> Math.pow(0.5, Math.max(0, day - customer.life().joined()) / 60));

    private final ToDoubleBiFunction<DemoCustomer, Double> measure;

    Disposition(ToDoubleBiFunction<DemoCustomer, Double> measure) {
        this.measure = measure;
    }

    /** Of a customer on a day of the history. */
    double of(DemoCustomer customer, double day) {
        return measure.applyAsDouble(customer, day);
    }

    private static boolean hasLeft(DemoCustomer customer, double day) {
        return customer.life().left() <= day;
    }
}
