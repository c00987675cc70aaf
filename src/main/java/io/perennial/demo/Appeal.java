package io.perennial.demo;

import static io.perennial.demo.Disposition.DECLINE;
import static io.perennial.demo.Disposition.ENGAGEMENT;
import static io.perennial.demo.Disposition.GONE;
import static io.perennial.demo.Disposition.KEENNESS;
import static io.perennial.demo.Disposition.NEWNESS;
import static io.perennial.demo.Disposition.PAYMENT_TROUBLE;
import static io.perennial.demo.Disposition.PRICE_SENSITIVITY;

import java.util.List;
import java.util.Map;

import io.perennial.tenant.OrgType;

/**
 * What makes invented customers accept an offer, as log-odds that are added up.
 *
 * @param offer its id in the catalog
 * @param base of the middling customer, who is content and has been there for long
 * @param weights of the dispositions; one that is missing does not matter
 * @param industries where it is better or worse liked; one that is missing is neither
 */
record Appeal(int offer, double base, Map<Disposition, Double> weights, Map<OrgType, Double> industries) {

    /** Of the offers that every organization begins with. */
    static final List<Appeal> OF_THE_CATALOG = List.of(
            new Appeal(
                    0,
                    -1.7,
                    Map.of(NEWNESS, 2.2, KEENNESS, 0.4, GONE, -1.2),
                    Map.of(OrgType.ECOMMERCE, 0.3, OrgType.PROFESSIONAL_SERVICES, -0.2)),
            new Appeal(
                    1,
                    -1.6,
                    Map.of(NEWNESS, 3.6, ENGAGEMENT, -0.8, PRICE_SENSITIVITY, -0.2, GONE, -0.8),
                    Map.of(OrgType.BANKING, 0.3, OrgType.PROFESSIONAL_SERVICES, 0.5)),
            new Appeal(
                    2,
                    -1.0,
                    Map.of(ENGAGEMENT, 1.1, KEENNESS, 0.5, DECLINE, -2.0, GONE, -1.2),
                    Map.of(OrgType.TELECOM, 0.3, OrgType.HEALTHCARE, -0.6)),
            new Appeal(
                    3,
                    -1.0,
                    Map.of(KEENNESS, 1.1, ENGAGEMENT, 1.1, DECLINE, -1.5, GONE, -1.2),
                    Map.of(OrgType.ECOMMERCE, 0.3, OrgType.HEALTHCARE, -0.4, OrgType.PROFESSIONAL_SERVICES, -0.5)),
            new Appeal(
                    4,
                    -1.3,
                    Map.of(PRICE_SENSITIVITY, 0.5, PAYMENT_TROUBLE, 1.8, DECLINE, 1.5, ENGAGEMENT, -0.7, GONE, -1.0),
                    Map.of(OrgType.TELECOM, 0.2, OrgType.TRADES, 0.3)),
            new Appeal(
                    5,
                    -1.2,
                    Map.of(DECLINE, 1.5, PRICE_SENSITIVITY, -0.4, GONE, -1.5),
                    Map.of(OrgType.BANKING, 0.4, OrgType.HEALTHCARE, 0.4, OrgType.PROFESSIONAL_SERVICES, 0.4)),
            new Appeal(
                    6,
                    -1.8,
                    Map.of(DECLINE, 3.0, PAYMENT_TROUBLE, 0.8, PRICE_SENSITIVITY, 0.2, GONE, 0.0),
                    Map.of(OrgType.TELECOM, 0.4, OrgType.TRADES, 0.2)),
            new Appeal(
                    7,
                    -2.0,
                    Map.of(DECLINE, 2.2, GONE, 1.6, PRICE_SENSITIVITY, 0.4),
                    Map.of(OrgType.ECOMMERCE, 0.5, OrgType.BANKING, -0.4)));

    /** The log-odds that a customer accepts the offer on a day, but for what nothing explains. */
    double logOdds(DemoCustomer customer, double day) {
        var sum = base + industries.getOrDefault(customer.industry().type(), 0.0);
        for (var weight : weights.entrySet()) {
            sum += weight.getValue() * weight.getKey().of(customer, day);
        }
        return sum;
    }
}
