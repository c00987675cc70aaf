package io.perennial.demo;

import java.util.List;
import java.util.stream.Stream;

import io.perennial.tenant.OrgType;

/**
 * How the customers of an industry behave when all is well.
 *
 * @param organization name of the demo organization
 * @param churnHorizonDays without a purchase after which a customer counts as gone
 * @param purchasesPerMonth of a middling customer
 * @param regularity of the purchases, from 1: at random, with a spread of the gaps of {@code 1 / √regularity}
 * @param medianAmount of a purchase
 * @param discontentPerMonth the chance that a middling customer becomes unhappy within a month
 * @param farewell the event that ends a contract; null where customers just stay away
 * @param products with their categories
 * @param habits what a customer does besides buying
 */
record Industry(
        OrgType type,
        String organization,
        String currency,
        String timezone,
        int churnHorizonDays,
        double purchasesPerMonth,
        int regularity,
        double medianAmount,
        double discontentPerMonth,
        String farewell,
        List<Product> products,
        List<Habit> habits) {

    /**
     * What can be bought.
     *
     * @param price as a multiple of the median amount
     * @param rung of the ladder that customers climb by moving to something dearer, from 1; 0 for what is beside it
     */
    record Product(String name, String category, double price, int rung) {

        static Product of(String name, String category, double price) {
            return new Product(name, category, price, 0);
        }

        static Product rung(int rung, String name, String category, double price) {
            return new Product(name, category, price, rung);
        }
    }

    /**
     * Something a customer does again and again.
     *
     * @param perMonth how often, for a healthy customer
     * @param ofDiscontent whether it becomes more frequent as the mood falls, not less
     */
    record Habit(String eventType, double perMonth, boolean ofDiscontent) {

        static Habit of(String eventType, double perMonth) {
            return new Habit(eventType, perMonth, false);
        }

        static Habit ofDiscontent(String eventType, double perMonth) {
            return new Habit(eventType, perMonth, true);
        }
    }

    /** What every business asks of its customers and sends them; how they answer depends on their mood. */
    static final List<Habit> COMMON_HABITS =
            List.of(Habit.of("survey", 0.15), Habit.of("nps", 0.1), Habit.of("review", 0.07));

    /** The products that are steps up from one another, the cheapest first. */
    List<Product> ladder() {
        return products.stream().filter(product -> product.rung() > 0).toList();
    }

    /** The products beside the ladder. */
    List<Product> extras() {
        return products.stream().filter(product -> product.rung() == 0).toList();
    }

    List<Habit> allHabits() {
        return Stream.concat(habits.stream(), COMMON_HABITS.stream()).toList();
    }

    static final List<Industry> ALL = List.of(
            new Industry(
                    OrgType.BANKING,
                    "Northgate Bank",
                    "EUR",
                    "Europe/Berlin",
                    90,
                    4.5,
                    2,
                    60,
                    0.041,
                    "account_closed",
                    List.of(
                            Product.rung(1, "card payment", "cards", 0.8),
                            Product.rung(2, "gold card payment", "cards", 1.3),
                            Product.of("transfer fee", "accounts", 0.3),
                            Product.of("savings plan", "savings", 2),
                            Product.of("fund purchase", "savings", 3),
                            Product.of("insurance premium", "insurance", 1.2)),
                    List.of(
                            Habit.of("login", 7),
                            Habit.of("feature_use", 3),
                            Habit.of("balance_check", 2.5),
                            Habit.ofDiscontent("support_ticket", 0.12),
                            Habit.ofDiscontent("complaint", 0.03))),
            new Industry(
                    OrgType.TELECOM,
                    "Meridian Mobile",
                    "USD",
                    "America/Chicago",
                    90,
                    1.3,
                    5,
                    38,
                    0.041,
                    "contract_cancelled",
                    List.of(
                            Product.rung(1, "Plan S", "plan", 0.6),
                            Product.rung(2, "Plan M", "plan", 1),
                            Product.rung(3, "Plan L", "plan", 1.6),
                            Product.of("data pack", "add-on", 0.4),
                            Product.of("roaming pack", "travel", 0.7),
                            Product.of("handset instalment", "device", 0.9)),
                    List.of(
                            Habit.of("data_session", 7),
                            Habit.of("call", 3.5),
                            Habit.of("sms", 2),
                            Habit.of("roaming", 0.9),
                            Habit.of("plan_utilization", 1),
                            Habit.of("login", 1.5),
                            Habit.ofDiscontent("billing_complaint", 0.06),
                            Habit.ofDiscontent("support_ticket", 0.1),
                            Habit.ofDiscontent("payment_failed", 0.04),
                            Habit.ofDiscontent("payment_late", 0.04))),
            new Industry(
                    OrgType.ECOMMERCE,
                    "Harbor Outfitters",
                    "EUR",
                    "Europe/Lisbon",
                    90,
                    2.2,
                    3,
                    54,
                    0.041,
                    null,
                    List.of(
                            Product.rung(1, "rain jacket", "outerwear", 1.1),
                            Product.rung(2, "three-layer shell", "outerwear", 2),
                            Product.of("trail shoes", "footwear", 1.2),
                            Product.of("hiking boots", "footwear", 1.7),
                            Product.of("wool base layer", "apparel", 0.6),
                            Product.of("two-person tent", "camping", 2.5),
                            Product.of("headlamp", "equipment", 0.5)),
                    List.of(
                            Habit.of("browse", 6),
                            Habit.of("cart_add", 2.5),
                            Habit.of("login", 2),
                            Habit.ofDiscontent("cart_abandon", 0.25),
                            Habit.ofDiscontent("return", 0.06),
                            Habit.ofDiscontent("support_ticket", 0.08))),
            new Industry(
                    OrgType.HEALTHCARE,
                    "Willow Dental",
                    "USD",
                    "America/New_York",
                    150,
                    0.5,
                    3,
                    140,
                    0.04,
                    null,
                    List.of(
                            Product.rung(1, "cleaning", "prevention", 0.6),
                            Product.rung(2, "deep cleaning", "prevention", 1.1),
                            Product.of("check-up", "prevention", 0.5),
                            Product.of("filling", "treatment", 1.4),
                            Product.of("crown", "treatment", 4),
                            Product.of("whitening", "cosmetic", 1.8)),
                    List.of(
                            Habit.of("appointment", 0.45),
                            Habit.of("check_up", 0.15),
                            Habit.of("reminder_opened", 0.5),
                            Habit.of("login", 0.4),
                            Habit.ofDiscontent("no_show", 0.05),
                            Habit.ofDiscontent("cancellation", 0.05),
                            Habit.ofDiscontent("insurance_change", 0.01),
                            Habit.ofDiscontent("complaint", 0.04))),
            new Industry(
                    OrgType.TRADES,
                    "Cooper Heating & Air",
                    "USD",
                    "America/Denver",
                    150,
                    0.55,
                    3,
                    260,
                    0.04,
                    null,
                    List.of(
                            Product.rung(1, "maintenance visit", "contract", 0.7),
                            Product.rung(2, "full-care visit", "contract", 1.2),
                            Product.of("repair", "emergency", 1.3),
                            Product.of("filter exchange", "maintenance", 0.4),
                            Product.of("installation", "project", 5)),
                    List.of(
                            Habit.of("service_visit", 0.4),
                            Habit.of("quote_requested", 0.2),
                            Habit.of("job_completed", 0.15),
                            Habit.of("follow_up", 0.3),
                            Habit.of("contract_renewed", 0.08),
                            Habit.ofDiscontent("emergency_call", 0.08),
                            Habit.ofDiscontent("complaint", 0.06))),
            new Industry(
                    OrgType.PROFESSIONAL_SERVICES,
                    "Alder & Finch Consulting",
                    "GBP",
                    "Europe/London",
                    120,
                    0.8,
                    2,
                    1_800,
                    0.041,
                    null,
                    List.of(
                            Product.rung(1, "retainer", "retainer", 1),
                            Product.rung(2, "extended retainer", "retainer", 1.8),
                            Product.of("workshop", "advice", 0.6),
                            Product.of("audit", "advice", 1.4),
                            Product.of("project milestone", "project", 1.5)),
                    List.of(
                            Habit.of("meeting", 1),
                            Habit.of("milestone_reached", 0.4),
                            Habit.of("project_completed", 0.1),
                            Habit.of("contract_renewed", 0.08),
                            Habit.of("referral", 0.03),
                            Habit.of("login", 0.5),
                            Habit.ofDiscontent("support_ticket", 0.05),
                            Habit.ofDiscontent("complaint", 0.06))));
}
