package io.perennial.insight.segment;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import io.perennial.models.ChurnRiskLevel;

/**
 * The documentation of the segments is printed from the code. When they differ, {@code mvn test
 * -Dtest=SegmentDocumentationTest -Dperennial.docs.write=true} prints it again.
 */
class SegmentDocumentationTest {

    private static final Path FILE = Path.of("docs", "segments.md");

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
                # Segments

                Every customer of a segmentation is in exactly one of eleven segments. It follows from five things that are \
                known about the customer, and from nothing else:

                | | What it is | In words |
                |---|---|---|
                | R | Recency: how lately the customer came | %1$s |
                | F | Frequency: how often | %1$s |
                | M | Monetary: how much was spent | %1$s |
                | E | Engagement: recent activity of any kind | %1$s |
                | Risk | Churn probability | %2$s |

                R, F, M and E are percentile scores from 0 to 100 within the organization, so they compare a customer with the \
                others of the same business. A high recency score means that the customer came lately.

                This page is printed from the code; a test fails when they differ.

                ## What the segments mean

                | Segment | Meaning | What to do |
                |---|---|---|
                %3$s

                ## Who is in which segment

                All %4$d combinations. L is Low, M is Medium and H is High.

                | R | F | M | E | %5$s |
                |---|---|---|---|%6$s
                %7$s
                """.formatted(
                categories(), levels(), definitions(), SegmentTree.truthTable().length, risks(), line(), rows());
    }

    private static String categories() {
        return "Low below %.0f, High above %.0f, else Medium".formatted(Category.MEDIUM_FROM, Category.HIGH_ABOVE);
    }

    private static String levels() {
        return Arrays.stream(ChurnRiskLevel.values())
                .map(level -> "%s from %s".formatted(level.label(), level.from()))
                .collect(joining(", "));
    }

    private static String definitions() {
        return Arrays.stream(Segment.values())
                .map(segment -> "| **%s** | %s | %s |"
                        .formatted(
                                segment.label(),
                                segment.definition().description(),
                                segment.definition().action()))
                .collect(joining("\n"));
    }

    private static String risks() {
        return Arrays.stream(ChurnRiskLevel.values())
                .map(level -> level.label() + " risk")
                .collect(joining(" | "));
    }

    private static String line() {
        return "---|".repeat(ChurnRiskLevel.values().length);
    }

    private static String rows() {
        return descending()
                .flatMap(recency -> descending()
                        .flatMap(frequency -> descending()
                                .flatMap(monetary ->
                                        descending().map(engagement -> row(recency, frequency, monetary, engagement)))))
                .collect(joining("\n"));
    }

    private static Stream<Category> descending() {
        var categories = Category.values();
        return IntStream.range(0, categories.length).mapToObj(i -> categories[categories.length - 1 - i]);
    }

    private static String row(Category recency, Category frequency, Category monetary, Category engagement) {
        var segments = Arrays.stream(ChurnRiskLevel.values())
                .map(risk -> SegmentTree.segment(recency, frequency, monetary, engagement, risk)
                        .label())
                .collect(joining(" | "));
        return "| %s | %s | %s | %s | %s |"
                .formatted(initial(recency), initial(frequency), initial(monetary), initial(engagement), segments);
    }

    private static String initial(Category category) {
        return category.label().substring(0, 1);
    }
}
