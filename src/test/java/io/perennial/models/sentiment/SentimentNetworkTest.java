package io.perennial.models.sentiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SentimentNetworkTest {

    private static SentimentNetwork network;
    private static List<Sentence> heldOut;

    @BeforeAll
    static void learn() throws IOException {
        network = SentimentNetwork.train(SentimentClassifier.builtIn(), 20);
        heldOut = Sentence.read(SentimentNetworkTest.class.getResourceAsStream("/sentiment/held-out.txt"));
    }

    @AfterAll
    static void close() {
        network.close();
    }

    @Test
    void nineOfTenSentencesOfOtherWordingAreUnderstood() {
        var probabilities =
                network.probabilities(heldOut.stream().map(Sentence::text).toList());

        var right = 0;
        for (var i = 0; i < heldOut.size(); i++) {
            right += mostLikely(probabilities.get(i)) == heldOut.get(i).feeling() ? 1 : 0;
        }
        assertThat(heldOut).hasSizeGreaterThanOrEqualTo(120);
        assertThat((double) right / heldOut.size()).isGreaterThan(0.9);
    }

    @Test
    void noSentenceIsBothLearnedFromAndTestedWith() {
        var built = new HashSet<String>();
        SentimentClassifier.builtIn().forEach(sentence -> built.add(sentence.text()));

        assertThat(built).hasSizeGreaterThanOrEqualTo(400);
        assertThat(heldOut).noneMatch(sentence -> built.contains(sentence.text()));
    }

    @Test
    void negationTurnsTheFeeling() {
        assertThat(sentiment("The agent was helpful.")).isPositive();
        assertThat(sentiment("The agent was not helpful at all.")).isLessThan(-0.3f);
        assertThat(sentiment("not helpful at all")).isLessThan(-0.3f);
        assertThat(sentiment("I am happy with the service")).isPositive();
        assertThat(sentiment("I am not happy with the service")).isNegative();
        assertThat(sentiment("I wasn't disappointed at all")).isPositive();
    }

    @Test
    void everyTextHasProbabilitiesEvenOneWithoutWords() {
        var probabilities = network.probabilities(List.of("", "?!", "großartig 👍", "x".repeat(10_000)));

        assertThat(probabilities)
                .hasSize(4)
                .allSatisfy(feelings ->
                        assertThat(feelings[0] + feelings[1] + feelings[2]).isBetween(0.999f, 1.001f));
    }

    @Test
    void theSameSeedLearnsTheSame() {
        var texts = heldOut.subList(0, 10).stream().map(Sentence::text).toList();
        var few = SentimentClassifier.builtIn().subList(0, 100);

        try (var first = SentimentNetwork.train(few, 1);
                var second = SentimentNetwork.train(few, 1)) {
            assertThat(second.probabilities(texts).toArray(float[][]::new))
                    .isDeepEqualTo(first.probabilities(texts).toArray(float[][]::new));
        }
    }

    private static float sentiment(String text) {
        var feelings = network.probabilities(List.of(text)).get(0);
        return feelings[2] - feelings[0];
    }

    private static int mostLikely(float[] probabilities) {
        var best = 0;
        for (var i = 1; i < probabilities.length; i++) {
            best = probabilities[i] > probabilities[best] ? i : best;
        }
        return best;
    }
}
