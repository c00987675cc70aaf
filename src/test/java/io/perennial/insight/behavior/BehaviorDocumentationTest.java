package io.perennial.insight.behavior;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The documentation of the signals is printed from the code. When they differ, {@code mvn test
 * -Dtest=BehaviorDocumentationTest -Dperennial.docs.write=true} prints it again.
 */
class BehaviorDocumentationTest {

    private static final Path FILE = Path.of("docs", "behavior.md");
    private static final Pattern TYPES = Pattern.compile("event_type (?:= ('[a-z_]+')|in \\(([^)]*)\\))");

    @Test
    void theDocumentationSaysWhatTheCodeDoes() throws IOException {
        if (Boolean.getBoolean("perennial.docs.write")) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, documentation());
        }
        assertThat(Files.readString(FILE)).isEqualTo(documentation());
    }

    private static String documentation() {
        return """
                # Behavior

                `POST /api/v1/behavior/organizations/{org_id}/analyze-behaviors` looks at what every customer of an organization \
                did and keeps, for each, trends, a score, the signals of the industry and what to do about them. \
                `PUT /api/v1/behavior/organizations/{org_id}/signals` moves the thresholds.

                This page is printed from the code; a test fails when they differ.

                ## Trends and score

                A trend compares the last days with as many before: the change is (last − previous) ÷ the larger of the two, \
                from −1 to 1. It is *increasing* from %1$s up, *declining* from −%1$s down, else *stable*; *unknown* when \
                nothing happened in either or the customer came only in the last days.

                - **Activity**: the events that are the customer's own doing, and the completed transactions. All events are, \
                but for %2$s.
                - **Value**: the sum of the completed transactions.
                - **Engagement**: the engaging events of the industry, and answers and ratings: %3$s.

                The behavior score, 0 to 100, is the weighted mean of what is known of: 50 × (1 + change of the activity), \
                %4$.0f %%; 50 × (1 + change of the value), %5$.0f %%; the engagement level, %6$.0f %%. The level is \
                100 × (1 − 2^(−n ÷ usual)) of n engaging events in the last days.

                %7$s
                """.formatted(
                BehaviorSql.NOTABLE_CHANGE,
                types(BehaviorSql.NOT_THEIR_DOING),
                types(BehaviorSql.ANSWERS),
                100 * BehaviorSql.ACTIVITY_WEIGHT,
                100 * BehaviorSql.VALUE_WEIGHT,
                100 * BehaviorSql.ENGAGEMENT_WEIGHT,
                Profiles.ALL.stream().map(BehaviorDocumentationTest::section).collect(joining("\n\n")));
    }

    private static String types(Iterable<String> types) {
        return String.join(", ", types).replaceAll("([a-z_]+)", "`$1`");
    }

    private static String section(Profile profile) {
        return """
                ## %s

                Trends are over %d days; usual are %s engaging events in them: %s. Looked at are the events %s.%s

                | Signal | What is measured | Found | Urgency | Recommendation |
                |---|---|---|---|---|
                %s

                | Metric | What it is |
                |---|---|
                %s""".formatted(
                profile.type().value(),
                profile.trendDays(),
                number(profile.usualEngagement()),
                types(profile.engaging()),
                types(eventTypes(profile)),
                profile.note() == null ? "" : " " + profile.note(),
                profile.signals().stream().map(BehaviorDocumentationTest::row).collect(joining("\n")),
                profile.shown().stream()
                        .map(metric -> "| `%s` | %s |".formatted(metric.name(), metric.meaning()))
                        .collect(joining("\n")));
    }

    private static Iterable<String> eventTypes(Profile profile) {
        var types = new TreeSet<String>();
        profile.eventMetrics()
                .forEach(metric -> TYPES.matcher(metric.sql()).results().forEach(match -> {
                    var listed = match.group(1) == null ? match.group(2) : match.group(1);
                    for (var type : listed.split(", ")) {
                        types.add(type.replace("'", ""));
                    }
                }));
        return types;
    }

    private static String row(Signal signal) {
        return "| `%s` | %s | %s %s %s | %s | %s |"
                .formatted(
                        signal.name(),
                        signal.meaning(),
                        signal.direction() == Direction.AT_LEAST ? "from" : "up to",
                        number(signal.threshold()),
                        signal.unit().value(),
                        signal.urgency().value(),
                        signal.recommendation());
    }

    private static String number(double number) {
        return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
    }
}
