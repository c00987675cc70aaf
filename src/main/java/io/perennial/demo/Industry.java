package io.perennial.demo;

import java.util.List;

import io.perennial.tenant.OrgType;

/**
 * How the customers of an industry behave when all is well.
 *
 * @param organization name of the demo organization
 * @param purchasesPerMonth of a middling customer
 * @param medianAmount of a purchase
 * @param products with their categories
 * @param habits what a customer does besides buying
 */
record Industry(
        OrgType type,
        String organization,
        String currency,
        String timezone,
        double purchasesPerMonth,
        double medianAmount,
        List<Product> products,
        List<Habit> habits) {

    /** What can be bought. */
    record Product(String name, String category) {}

    /**
     * Something a customer does again and again.
     *
     * @param perMonth how often, for a healthy customer
     * @param ofDiscontent whether it becomes more frequent as health falls, not less
     */
    record Habit(String eventType, double perMonth, boolean ofDiscontent) {

        static Habit of(String eventType, double perMonth) {
            return new Habit(eventType, perMonth, false);
        }

        static Habit ofDiscontent(String eventType, double perMonth) {
            return new Habit(eventType, perMonth, true);
        }
    }

    static final List<Industry> ALL = List.of(
            new Industry(
                    OrgType.BANKING,
                    "Northgate Bank",
                    "EUR",
                    "Europe/Berlin",
                    4,
                    60,
                    List.of(
                            new Product("card payment", "cards"),
                            new Product("transfer fee", "accounts"),
                            new Product("savings plan", "savings"),
                            new Product("insurance premium", "insurance")),
                    List.of(
                            Habit.of("login", 8),
                            Habit.of("feature_use", 4),
                            Habit.of("balance_check", 3),
                            Habit.ofDiscontent("support_ticket", 0.4))),
            new Industry(
                    OrgType.TELECOM,
                    "Meridian Mobile",
                    "USD",
                    "America/Chicago",
                    1.2,
                    38,
                    List.of(
                            new Product("Plan S", "plan"),
                            new Product("Plan M", "plan"),
                            new Product("Plan L", "plan"),
                            new Product("data pack", "add-on")),
                    List.of(
                            Habit.of("data_session", 12),
                            Habit.of("call", 6),
                            Habit.of("login", 1.5),
                            Habit.ofDiscontent("billing_complaint", 0.2),
                            Habit.ofDiscontent("support_ticket", 0.3),
                            Habit.ofDiscontent("payment_failed", 0.15))),
            new Industry(
                    OrgType.ECOMMERCE,
                    "Harbor Outfitters",
                    "EUR",
                    "Europe/Lisbon",
                    1.1,
                    54,
                    List.of(
                            new Product("rain jacket", "outerwear"),
                            new Product("trail shoes", "footwear"),
                            new Product("wool base layer", "apparel"),
                            new Product("two-person tent", "camping"),
                            new Product("headlamp", "equipment")),
                    List.of(
                            Habit.of("browse", 8),
                            Habit.of("cart_add", 3),
                            Habit.of("login", 2),
                            Habit.ofDiscontent("cart_abandon", 0.6),
                            Habit.ofDiscontent("return", 0.2),
                            Habit.ofDiscontent("support_ticket", 0.2))),
            new Industry(
                    OrgType.HEALTHCARE,
                    "Willow Dental",
                    "USD",
                    "America/New_York",
                    0.4,
                    140,
                    List.of(
                            new Product("check-up", "prevention"),
                            new Product("cleaning", "prevention"),
                            new Product("filling", "treatment"),
                            new Product("whitening", "cosmetic")),
                    List.of(
                            Habit.of("appointment", 0.4),
                            Habit.of("reminder_opened", 0.6),
                            Habit.ofDiscontent("no_show", 0.1),
                            Habit.ofDiscontent("cancellation", 0.1),
                            Habit.ofDiscontent("complaint", 0.05))),
            new Industry(
                    OrgType.TRADES,
                    "Cooper Heating & Air",
                    "USD",
                    "America/Denver",
                    0.35,
                    260,
                    List.of(
                            new Product("maintenance visit", "contract"),
                            new Product("repair", "emergency"),
                            new Product("filter exchange", "maintenance"),
                            new Product("installation", "project")),
                    List.of(
                            Habit.of("service_visit", 0.4),
                            Habit.of("email_opened", 0.8),
                            Habit.ofDiscontent("emergency_call", 0.1),
                            Habit.ofDiscontent("complaint", 0.08))),
            new Industry(
                    OrgType.PROFESSIONAL_SERVICES,
                    "Alder & Finch Consulting",
                    "GBP",
                    "Europe/London",
                    0.6,
                    1_800,
                    List.of(
                            new Product("workshop", "advice"),
                            new Product("project milestone", "project"),
                            new Product("retainer", "retainer"),
                            new Product("audit", "advice")),
                    List.of(
                            Habit.of("meeting", 1.5),
                            Habit.of("milestone_reached", 0.5),
                            Habit.of("email_opened", 2),
                            Habit.ofDiscontent("complaint", 0.1))));
}
