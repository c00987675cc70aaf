package io.perennial.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.OffsetDateTime;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SnapshotsTest {

    private static final OffsetDateTime FIRST = OffsetDateTime.parse("2024-01-01T00:00:00Z");

    private record Settings(int maxSnapshots, int snapshotSpacingDays, int minHistoryDays) implements TrainingConfig {

        @Override
        public int maxRows() {
            return 1_000;
        }

        @Override
        public int minRows() {
            return 10;
        }

        @Override
        public int minRowsOfEachOutcome() {
            return 2;
        }

        @Override
        public int watchedCustomers() {
            return 10_000;
        }

        @Override
        public int fits() {
            return 2;
        }

        @Override
        public long seed() {
            return 1;
        }
    }

    @Property
    void noOutcomeIsLearnedFromThatShowsAfterTheNextPartBegins(
            @ForAll @IntRange(min = 1, max = 120) int window,
            @ForAll @IntRange(min = 0, max = 90) int minHistory,
            @ForAll @IntRange(min = 1, max = 60) int spacing,
            @ForAll @IntRange(min = 1, max = 12) int most,
            @ForAll @IntRange(max = 900) int more) {
        var last = FIRST.plusDays(3L * window + minHistory + more);

        var snapshots = Snapshots.plan(FIRST, last, window, new Settings(most, spacing, minHistory));

        assertThat(snapshots.test().plusDays(window)).isEqualTo(last);
        assertThat(snapshots.validation().plusDays(window)).isEqualTo(snapshots.test());
        assertThat(snapshots.training().get(0).plusDays(window)).isEqualTo(snapshots.validation());
        assertThat(snapshots.training()).hasSize(Math.min(most, 1 + more / spacing));
        for (var i = 1; i < snapshots.training().size(); i++) {
            assertThat(snapshots.training().get(i).plusDays(spacing))
                    .isEqualTo(snapshots.training().get(i - 1));
        }
        assertThat(snapshots.training())
                .allSatisfy(at -> assertThat(at.minusDays(minHistory)).isAfterOrEqualTo(FIRST));
    }

    @Example
    void aHistoryThatLacksADayIsRefusedWithWhatItTakes() {
        var settings = new Settings(8, 30, 60);

        assertThat(Snapshots.plan(FIRST, FIRST.plusDays(240), 60, settings).training())
                .containsExactly(FIRST.plusDays(60));
        assertThatThrownBy(() -> Snapshots.plan(FIRST, FIRST.plusDays(239), 60, settings))
                .isInstanceOf(TrainingRefusal.class)
                .hasMessage(
                        "The history is too short: it goes from 2024-01-01 to 2024-08-27, which are 239 days, and it"
                                + " takes 240, three times the 60 days in which the outcome shows and 60 before");
    }

    @Example
    void theInstantsAreWrittenTheNewestFirst() {
        var json = Snapshots.plan(FIRST, FIRST.plusDays(130), 30, new Settings(2, 10, 30))
                .toJson();

        assertThat(json.getJsonArray("training").getList())
                .isEqualTo(List.of("2024-02-10T00:00:00Z", "2024-01-31T00:00:00Z"));
        assertThat(json.getString("validation")).isEqualTo("2024-03-11T00:00:00Z");
        assertThat(json.getString("test")).isEqualTo("2024-04-10T00:00:00Z");
    }
}
