package io.perennial.intake.billing;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** What can happen to a subscription, a payment or a payment method. */
public enum BillingType {
    PAYMENT_FAILED("payment.failed", Subject.PAYMENT, 0),
    PAYMENT_SUCCEEDED("payment.succeeded", Subject.PAYMENT, 10_000),
    SUBSCRIPTION_CREATED("subscription.created", Subject.SUBSCRIPTION, 0),
    SUBSCRIPTION_UPDATED("subscription.updated", Subject.SUBSCRIPTION, 1),
    PLAN_DOWNGRADED("plan.downgraded", Subject.SUBSCRIPTION, 2),
    SUBSCRIPTION_REACTIVATED("subscription.reactivated", Subject.SUBSCRIPTION, 3),
    SUBSCRIPTION_CANCELLED("subscription.cancelled", Subject.SUBSCRIPTION, 4),
    PAYMENT_METHOD_EXPIRING("payment_method.expiring", Subject.PAYMENT_METHOD, 0);

    /** What an event is about, named by the field that holds its id. */
    enum Subject {
        PAYMENT("payment_id"),
        SUBSCRIPTION("subscription_id"),
        PAYMENT_METHOD("payment_method_id");

        private final String field;

        Subject(String field) {
            this.field = field;
        }

        String field() {
            return field;
        }

        /** A payment and a subscription may have the same id. */
        String of(String id) {
            return field + ' ' + id;
        }

        boolean isOf(String subject) {
            return subject.startsWith(field + ' ');
        }
    }

    private final String value;
    private final Subject subject;
    private final int precedence;

    BillingType(String value, Subject subject, int precedence) {
        this.value = value;
        this.subject = subject;
        this.precedence = precedence;
    }

    /** As the API and the database write it. */
    @JsonValue
    public String value() {
        return value;
    }

    Subject subject() {
        return subject;
    }

    /** Of events of one instant about one thing, the one with the higher precedence is taken for the later. */
    int precedence() {
        return precedence;
    }

    /** Reads what {@link #value()} writes; empty when that is no type. */
    static Optional<BillingType> find(String value) {
        return Arrays.stream(values())
                .filter(type -> type.value.equalsIgnoreCase(value))
                .findFirst();
    }

    /** Reads what {@link #value()} writes. */
    @JsonCreator
    public static BillingType of(String value) {
        return find(value).orElseThrow(() -> new IllegalArgumentException("is not one of " + names()));
    }

    static String names() {
        return Arrays.stream(values()).map(BillingType::value).collect(Collectors.joining(", "));
    }
}
