package io.perennial.recovery.dunning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.perennial.outreach.template.Medium;
import io.perennial.outreach.template.MessageStage;
import io.perennial.outreach.template.Trigger;
import io.perennial.platform.ProblemException;
import io.perennial.recovery.incentive.DunningStage;
import io.perennial.recovery.risk.RecoveryRiskLevel;

class TimelineTest {

    private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");

    private static Timeline byDefault(Trigger trigger, RecoveryRiskLevel level, String preferred) {
        return Timeline.of(SequenceSettings.DEFAULT, trigger, level, preferred);
    }

    private static String written(Timeline timeline) {
        return timeline.steps().stream()
                .map(step -> "%d %s %s +%d"
                        .formatted(
                                step.step(),
                                step.stage().value(),
                                step.channel().value(),
                                step.afterHours()))
                .collect(Collectors.joining("; "));
    }

    /** By hand from the documents: four mails at once, a day, three days and a week later; what is more depends on the risk. */
    @ParameterizedTest(name = "{0} at {1} risk, preferring {2}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "payment_failed | critical | - | 1 dunning_1 phone +0; 2 dunning_1 email +0; 3 dunning_2 email +24;"
                        + " 4 dunning_3 email +72; 5 dunning_4 sms +120; 6 dunning_5 email +168",
                "payment_failed | high | - | 1 dunning_1 email +0; 2 dunning_2 email +24; 3 dunning_3 email +72;"
                        + " 4 dunning_4 sms +120; 5 dunning_5 email +168",
                "payment_failed | high | Push | 1 dunning_1 email +0; 2 dunning_2 email +24; 3 dunning_3 email +72;"
                        + " 4 dunning_4 push +120; 5 dunning_5 email +168",
                "payment_failed | high | carrier pigeon | 1 dunning_1 email +0; 2 dunning_2 email +24;"
                        + " 3 dunning_3 email +72; 4 dunning_4 sms +120; 5 dunning_5 email +168",
                "payment_failed | medium | sms | 1 dunning_1 email +0; 2 dunning_2 email +24; 3 dunning_3 email +72;"
                        + " 4 dunning_5 email +168",
                "payment_failed | low | - | 1 dunning_1 email +0; 2 dunning_2 email +24; 3 dunning_3 email +72;"
                        + " 4 dunning_4 push +120; 5 dunning_5 email +168",
                "subscription_cancelled | high | - | 1 immediate_offer email +0; 2 value_reminder email +24;"
                        + " 3 feedback_request email +72; 4 final_attempt email +168",
                "subscription_cancelled | critical | - | 1 immediate_offer phone +0; 2 immediate_offer email +0;"
                        + " 3 value_reminder email +24; 4 feedback_request email +72; 5 final_attempt email +168",
                "downgrade | medium | - | 1 immediate_offer email +0; 2 value_reminder email +24;"
                        + " 3 feedback_request email +72; 4 final_attempt email +168"
            })
    void aCustomerHearsWhatTheRiskAsksFor(String trigger, String level, String preferred, String expected) {
        assertThat(written(byDefault(Trigger.of(trigger), RecoveryRiskLevel.of(level), preferred)))
                .isEqualTo(expected);
    }

    @Test
    void stepsAreDueSoManyHoursAfterTheFirstMessage() {
        var steps =
                byDefault(Trigger.PAYMENT_FAILED, RecoveryRiskLevel.HIGH, null).steps();

        assertThat(steps)
                .extracting(step -> step.dueAt(NOON).toString())
                .containsExactly(
                        "2026-03-02T12:00:00Z",
                        "2026-03-03T12:00:00Z",
                        "2026-03-05T12:00:00Z",
                        "2026-03-07T12:00:00Z",
                        "2026-03-09T12:00:00Z");
    }

    @Test
    void aCustomerIsGivenUpAWeekAfterTheLastMessage() {
        assertThat(byDefault(Trigger.PAYMENT_FAILED, RecoveryRiskLevel.MEDIUM, null)
                        .endsAt(NOON))
                .isEqualTo("2026-03-16T12:00:00Z");
        assertThat(new Timeline(List.of(), 7).endsAt(NOON)).isEqualTo("2026-03-09T12:00:00Z");
    }

    @Test
    void whenTheRiskRisesWhatIsMissingIsAddedBehind() {
        var known = byDefault(Trigger.PAYMENT_FAILED, RecoveryRiskLevel.MEDIUM, null).steps().stream()
                .map(step -> new Timeline.Slot(step.stage(), step.channel()))
                .collect(Collectors.toSet());

        var added = Timeline.beyond(
                SequenceSettings.DEFAULT, Trigger.PAYMENT_FAILED, RecoveryRiskLevel.CRITICAL, null, known, 4);

        assertThat(written(added)).isEqualTo("5 dunning_1 phone +0; 6 dunning_4 sms +120");
    }

    @Test
    void aTriggerThatIsNotNamedHasNoMessages() {
        var settings = new SequenceSettings(Map.of(), 7);

        assertThat(Timeline.of(settings, Trigger.DOWNGRADE, RecoveryRiskLevel.HIGH, null)
                        .steps())
                .isEmpty();
    }

    @Test
    void aCallAndAMailOfOneHourDoNotWaitForOneAnother() {
        assertThat(List.of(0, 0, 24, 72, 120, 168).stream().map(PlannedStep::place))
                .containsExactly(1, 1, 25, 73, 121, 169);
    }

    @ParameterizedTest
    @CsvSource({
        "dunning_1, dunning_1", "dunning_2, dunning_2", "dunning_3, dunning_3",
        "dunning_4, dunning_4", "dunning_5, dunning_5", "immediate_offer, dunning_1",
        "value_reminder, dunning_2", "feedback_request, dunning_3", "final_attempt, dunning_5"
    })
    void everyMessageHasTheOffersOfAStage(String stage, String offers) {
        assertThat(OfferStages.of(MessageStage.of(stage))).isEqualTo(DunningStage.of(offers));
    }

    @Test
    void theDefaultIsValidAndNamesEveryTrigger() {
        assertThat(SequenceSettings.DEFAULT.validated()).isEqualTo(SequenceSettings.DEFAULT);
        assertThat(SequenceSettings.DEFAULT.sequences())
                .containsOnlyKeys(
                        Arrays.stream(Trigger.values()).map(Trigger::value).toList());
    }

    @Test
    void settingsThatContradictThemselvesAreRefusedWithEveryPlace() {
        var settings = new SequenceSettings(
                Map.of(
                        "payment_failed",
                        List.of(
                                SequenceStep.of(MessageStage.DUNNING_1, StepChannel.EMAIL, 0),
                                SequenceStep.of(MessageStage.DUNNING_1, StepChannel.EMAIL, 24)
                                        .only(RecoveryRiskLevel.HIGH),
                                SequenceStep.of(MessageStage.FINAL_ATTEMPT, StepChannel.EMAIL, 48)),
                        "bankruptcy",
                        List.of(SequenceStep.of(MessageStage.DUNNING_1, StepChannel.EMAIL, 0))),
                7);

        assertThatThrownBy(settings::validated)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.errors())
                                .extracting(error -> error.field() + " " + error.reason())
                                .containsExactlyInAnyOrder(
                                        "sequences.payment_failed[1] is there before, for high",
                                        "sequences.payment_failed[2].stage does not follow payment_failed",
                                        "sequences.bankruptcy is not a trigger"));
    }

    @Property
    void whateverTheSettingsStepsAreInOrderNumberedAndNeverTwiceTheSame(
            @ForAll("sequences") List<SequenceStep> sequence, @ForAll RecoveryRiskLevel level) {
        var settings = new SequenceSettings(Map.of("payment_failed", sequence), 7);

        var steps = Timeline.of(settings, Trigger.PAYMENT_FAILED, level, "push").steps();

        assertThat(steps).isSortedAccordingTo((a, b) -> Integer.compare(a.afterHours(), b.afterHours()));
        for (var i = 0; i < steps.size(); i++) {
            assertThat(steps.get(i).step()).isEqualTo(i + 1);
        }
        assertThat(steps.stream().map(step -> new Timeline.Slot(step.stage(), step.channel())))
                .doesNotHaveDuplicates();
        var mails = sequence.stream()
                .filter(step -> step.isFor(level) && step.channel() == StepChannel.EMAIL)
                .map(SequenceStep::stage)
                .collect(Collectors.toSet());
        assertThat(steps.stream()
                        .filter(step -> step.channel() == Medium.EMAIL)
                        .map(PlannedStep::stage)
                        .collect(Collectors.toSet()))
                .isEqualTo(mails);
    }

    @Provide
    Arbitrary<List<SequenceStep>> sequences() {
        var stages = Arbitraries.of(MessageStage.class).filter(stage -> stage.follows(Trigger.PAYMENT_FAILED));
        var levels = Arbitraries.of(Arrays.asList(
                null,
                List.of(RecoveryRiskLevel.CRITICAL),
                List.copyOf(Set.of(RecoveryRiskLevel.LOW, RecoveryRiskLevel.HIGH))));
        return Combinators.combine(
                        stages,
                        Arbitraries.of(StepChannel.class),
                        Arbitraries.integers().between(0, 300),
                        levels)
                .as(SequenceStep::new)
                .list()
                .ofMaxSize(12);
    }
}
