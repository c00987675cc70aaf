package io.perennial.recovery.risk;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * The documentation of the recovery risk is printed from the code. When they differ, {@code mvn test
 * -Dtest=RecoveryRiskDocumentationTest -Dperennial.docs.write=true} prints it again.
 */
class RecoveryRiskDocumentationTest {

    private static final Path FILE = Path.of("docs", "recovery-risk.md");

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
                # Recovery risk

                How likely a customer has to be won back, from 0 to 1: %s. \
                `GET /api/v1/recovery/customers/{customer_id}/risk` tells it with every factor.

                This page is printed from the code; a test fails when they differ.

                ## Factors

                Each is measured and turned into how bad it is, from 0 to 1; what is not known counts nothing. The risk of a part \
                is the sum of its factors, each with its weight, up to 1. Where they add up to more, each contributes as much \
                less, so that what the factors contribute is the score.

                | Part | Factor | Weight | What is measured |
                |---|---|---|---|
                %s

                ## Levels and what to do

                | Level | From | Response within | Channels | Incentives | Style | Besides |
                |---|---|---|---|---|---|---|
                %s

                ## Timeline

                | Level | Step | Channel | Hours after the first | What it says |
                |---|---|---|---|---|
                %s
                """.formatted(
                Arrays.stream(RiskPart.values())
                        .map(part -> "%s × %s".formatted(part.weight(), part.label()))
                        .collect(joining(" + ")),
                Arrays.stream(RiskFactor.values())
                        .map(factor -> "| %s | `%s` | %s | %s |"
                                .formatted(factor.part().label(), factor.label(), factor.weight(), factor.meaning()))
                        .collect(joining("\n")),
                Arrays.stream(RecoveryRiskLevel.values())
                        .map(RecoveryRiskDocumentationTest::level)
                        .collect(joining("\n")),
                Arrays.stream(RecoveryRiskLevel.values())
                        .flatMap(level -> level.strategy().timeline().stream()
                                .map(step -> "| %s | %d | %s | %d | %s |"
                                        .formatted(
                                                level.label(),
                                                step.step(),
                                                step.channel(),
                                                step.afterHours(),
                                                step.content())))
                        .collect(joining("\n")));
    }

    private static String level(RecoveryRiskLevel level) {
        var strategy = level.strategy();
        return "| %s | %s | %s | %s | %s | %s | %s |"
                .formatted(
                        level.label(),
                        level.from().toPlainString(),
                        strategy.responseWithinHours() == null ? "no deadline" : strategy.responseWithinHours() + " h",
                        String.join(", ", strategy.channels()),
                        strategy.incentives().offer(),
                        strategy.communicationStyle(),
                        String.join("; ", strategy.actions()));
    }
}
