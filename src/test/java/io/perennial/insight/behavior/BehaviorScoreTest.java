package io.perennial.insight.behavior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.perennial.tenant.CustomerId;
import io.perennial.tenant.OrgType;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

/** The score and the trends against the formulas as they are documented, for customers who do things at random. */
@ServiceTest
class BehaviorScoreTest {

    private static final int CUSTOMERS = 400;

    private static final Pattern DAYS = Pattern.compile(":days_([0-9]+)");

    /** What a customer did in a month. */
    private record Month(int logins, int messages, int purchases, int amount) {

        static Month of(SplittableRandom random) {
            return new Month(
                    random.nextInt(3) * random.nextInt(8),
                    random.nextInt(3),
                    random.nextInt(2) * random.nextInt(6),
                    random.nextInt(1, 50));
        }

        double activity() {
            return logins + purchases;
        }

        double value() {
            return purchases * amount;
        }
    }

    private record Expected(double score, String activity, String value, String engagement) {

        static Expected of(Month last, Month previous) {
            var activity = change(last.activity(), previous.activity());
            var value = change(last.value(), previous.value());
            var sum = 0.3 * 100 * (1 - Math.pow(2, -last.logins() / 5.0));
            var weights = 0.3;
            if (!Double.isNaN(activity)) {
                sum += 0.4 * 50 * (1 + activity);
                weights += 0.4;
            }
            if (!Double.isNaN(value)) {
                sum += 0.3 * 50 * (1 + value);
                weights += 0.3;
            }
            return new Expected(
                    sum / weights, trend(activity), trend(value), trend(change(last.logins(), previous.logins())));
        }

        private static double change(double last, double previous) {
            return (last - previous) / Math.max(last, previous);
        }

        private static String trend(double change) {
            if (Double.isNaN(change)) {
                return "unknown";
            }
            return change >= 0.2 ? "increasing" : change <= -0.2 ? "declining" : "stable";
        }
    }

    @Test
    void scoreAndTrendsFollowTheFormulas() throws SQLException {
        var random = new SplittableRandom(4);
        var expected = new HashMap<String, Expected>();
        var did = new Doings();
        for (var i = 0; i < CUSTOMERS; i++) {
            var last = Month.of(random);
            var previous = Month.of(random);
            did.customer("c" + i).event("login", 1, 100);
            tell(did, last, random.nextInt(30));
            tell(did, previous, 30 + random.nextInt(30));
            expected.put("c" + i, Expected.of(last, previous));
        }

        var organization = did.analyzed("banking");

        var found = new HashMap<String, String[]>();
        try (var owner = Database.asOwner()) {
            Database.texts(owner, """
                            select concat_ws(' ', customer_id, behavior_score, activity_trend, value_trend, engagement_trend)
                            from behavior_analysis where organization_id = ?""", organization).forEach(row -> found.put(row.split(" ")[0], row.split(" ")));
        }
        assertThat(found).hasSize(CUSTOMERS);
        expected.forEach((customer, behavior) -> {
            var row = found.get(CustomerId.of(organization, customer).toString());
            assertThat(Double.parseDouble(row[1])).as(customer).isCloseTo(behavior.score(), within(0.00501));
            assertThat(row[2]).as(customer).isEqualTo(behavior.activity());
            assertThat(row[3]).as(customer).isEqualTo(behavior.value());
            assertThat(row[4]).as(customer).isEqualTo(behavior.engagement());
        });
        assertThat(expected.values().stream().map(Expected::activity).distinct())
                .hasSize(4);
    }

    private static void tell(Doings did, Month month, int daysAgo) {
        did.event("login", month.logins(), daysAgo)
                .event("email_sent", month.messages(), daysAgo)
                .bought(month.purchases(), daysAgo, String.valueOf(month.amount()), "cards");
    }

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void whoHasBeenQuietForYearsHasNoSignalsButAnOverdueCheckUp(OrgType type) {
        var organization =
                new Doings().customer("quiet").event("login", 1, 1_500).analyzed(type.value());

        var quiet = Doings.of(organization, "quiet");

        assertThat(quiet.getString("org_type")).isEqualTo(type.value());
        assertThat(quiet.getDouble("behavior_score")).isZero();
        if (type == OrgType.HEALTHCARE) {
            assertThat(quiet.getList("risk_signals")).containsExactly("check_up_overdue");
            assertThat(quiet.getInt("metadata.days_since_last_check_up")).isEqualTo(2_007);
        } else {
            assertThat(quiet.getList("risk_signals")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(OrgType.class)
    void signalsAndMetricsHaveNamesOfTheirOwnAndThresholdsThatMakeSense(OrgType type) {
        var profile = Profiles.of(type);
        var names = new HashSet<String>();

        profile.shown()
                .forEach(metric ->
                        assertThat(names.add(metric.name())).as(metric.name()).isTrue());
        profile.signals().forEach(signal -> {
            assertThat(names.add("signal " + signal.name())).as(signal.name()).isTrue();
            assertThat(signal.name()).matches("[a-z_]+");
            assertThat(signal.threshold())
                    .isBetween(signal.unit().minimum(), signal.unit().maximum());
            assertThat(signal.meaning()).isNotBlank();
            assertThat(signal.recommendation()).isNotBlank();
        });
        assertThat(profile.shown())
                .allSatisfy(metric -> assertThat(metric.meaning()).isNotBlank());
        assertThat(profile.eventMetrics())
                .allSatisfy(metric -> assertThat(DAYS.matcher(metric.sql())
                                .results()
                                .mapToInt(match -> Integer.parseInt(match.group(1))))
                        .as(metric.name())
                        .allMatch(days -> days <= profile.lookBackDays()));
        assertThat(2 * profile.trendDays()).isLessThanOrEqualTo(profile.lookBackDays());
    }
}
