package io.perennial.recovery.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;

class CaseStatusTest {

    /** From seed 001, and besides: whoever stays or goes before anything was begun has stayed or gone. */
    private static final Map<CaseStatus, Set<CaseStatus>> ALLOWED = Map.of(
            CaseStatus.PENDING, Set.of(CaseStatus.ACTIVE, CaseStatus.RECOVERED, CaseStatus.LOST),
            CaseStatus.ACTIVE, Set.of(CaseStatus.RECOVERED, CaseStatus.LOST),
            CaseStatus.RECOVERED, Set.of(),
            CaseStatus.LOST, Set.of());

    @Test
    void everyPairOfStatusesIsAllowedOrRefused() {
        for (var from : CaseStatus.values()) {
            for (var to : CaseStatus.values()) {
                if (ALLOWED.get(from).contains(to)) {
                    assertThat(from.to(to)).isEqualTo(to);
                } else {
                    assertThatThrownBy(() -> from.to(to))
                            .as("%s to %s", from, to)
                            .isInstanceOfSatisfying(ProblemException.class, problem -> {
                                assertThat(problem.type()).isEqualTo(ProblemType.CASE_STATUS);
                                assertThat(problem.getMessage())
                                        .isEqualTo("A case that is %s cannot become %s", from.label(), to.label());
                            });
                }
            }
        }
    }

    @Test
    void pendingAndActiveCasesAreOpen() {
        assertThat(Arrays.stream(CaseStatus.values()).filter(CaseStatus::isOpen))
                .containsExactly(CaseStatus.PENDING, CaseStatus.ACTIVE);
    }
}
