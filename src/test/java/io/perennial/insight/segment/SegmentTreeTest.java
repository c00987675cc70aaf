package io.perennial.insight.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.GenerationMode;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

import io.perennial.models.ChurnRiskLevel;

/** Properties of the decision tree, each checked for all 324 combinations or for all pairs of them. */
class SegmentTreeTest {

    private static final List<Segment> GOOD = List.of(Segment.values()).subList(0, 5);

    @Property(generation = GenerationMode.EXHAUSTIVE)
    void everyCustomerHasASegment(
            @ForAll Category recency,
            @ForAll Category frequency,
            @ForAll Category monetary,
            @ForAll Category engagement,
            @ForAll ChurnRiskLevel risk) {
        assertThat(SegmentTree.segment(recency, frequency, monetary, engagement, risk))
                .isNotNull();
    }

    @Property(generation = GenerationMode.EXHAUSTIVE)
    void championsCameLatelyAndOftenAndAreUnlikelyToLeave(
            @ForAll Category recency,
            @ForAll Category frequency,
            @ForAll Category monetary,
            @ForAll Category engagement,
            @ForAll ChurnRiskLevel risk) {
        if (SegmentTree.segment(recency, frequency, monetary, engagement, risk) == Segment.CHAMPIONS) {
            assertThat(risk).isEqualTo(ChurnRiskLevel.LOW);
            assertThat(recency).isEqualTo(Category.HIGH);
            assertThat(frequency).isEqualTo(Category.HIGH);
        }
    }

    @Property(generation = GenerationMode.EXHAUSTIVE)
    void onlyAtCriticalRiskIsACustomerLostOrNotToBeLost(
            @ForAll Category recency,
            @ForAll Category frequency,
            @ForAll Category monetary,
            @ForAll Category engagement,
            @ForAll ChurnRiskLevel risk) {
        var segment = SegmentTree.segment(recency, frequency, monetary, engagement, risk);
        if (segment == Segment.CANNOT_LOSE_THEM || segment == Segment.LOST) {
            assertThat(risk).isEqualTo(ChurnRiskLevel.CRITICAL);
        }
    }

    @Property(generation = GenerationMode.EXHAUSTIVE)
    void nobodyAtCriticalRiskIsInAGoodSegment(
            @ForAll Category recency,
            @ForAll Category frequency,
            @ForAll Category monetary,
            @ForAll Category engagement) {
        assertThat(GOOD)
                .doesNotContain(SegmentTree.segment(recency, frequency, monetary, engagement, ChurnRiskLevel.CRITICAL));
    }

    /** Better among the good ones, or into them from any other. */
    @Property(generation = GenerationMode.EXHAUSTIVE)
    void aHigherRiskNeverLeadsToABetterSegment(
            @ForAll Category recency,
            @ForAll Category frequency,
            @ForAll Category monetary,
            @ForAll Category engagement,
            @ForAll ChurnRiskLevel risk,
            @ForAll ChurnRiskLevel higher) {
        if (higher.compareTo(risk) > 0) {
            var segment = SegmentTree.segment(recency, frequency, monetary, engagement, risk);
            var riskier = SegmentTree.segment(recency, frequency, monetary, engagement, higher);
            assertThat(rank(riskier)).as("%s to %s", segment, riskier).isGreaterThanOrEqualTo(rank(segment));
        }
    }

    private static int rank(Segment segment) {
        return Math.min(segment.ordinal(), GOOD.size());
    }

    @Property(generation = GenerationMode.EXHAUSTIVE)
    void theTruthTableSaysTheSameAtItsPlace(
            @ForAll Category recency,
            @ForAll Category frequency,
            @ForAll Category monetary,
            @ForAll Category engagement,
            @ForAll ChurnRiskLevel risk) {
        var table = SegmentTree.truthTable();
        var place =
                (((recency.ordinal() * 3 + frequency.ordinal()) * 3 + monetary.ordinal()) * 3 + engagement.ordinal())
                                * 4
                        + risk.ordinal();
        assertThat(table).hasSize(324);
        assertThat(Segment.values()[table[place]])
                .isEqualTo(SegmentTree.segment(recency, frequency, monetary, engagement, risk));
    }

    @Test
    void allElevenSegmentsAreReached() {
        var reached = EnumSet.noneOf(Segment.class);
        for (var ordinal : SegmentTree.truthTable()) {
            reached.add(Segment.values()[ordinal]);
        }
        assertThat(reached).containsExactly(Segment.values());
    }
}
